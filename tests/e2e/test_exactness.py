"""Invariants 1 and 3 in a crowd: whoever reads, from wherever, however often they are cut off, sees the same exact log."""

import asyncio
import random

import httpx

from tests.e2e.conversation import Asked, ask, ask_all, assert_kept, late_reader
from tests.e2e.facts import until_tokens
from tests.e2e.fleet import Fleet
from tests.e2e.reading_process import seen_elsewhere
from tests.reader import Reader, Seen

RUNS = 100


async def test_a_hundred_runs_with_readers_that_are_cut_off_anywhere(fleet: Fleet, client: httpx.AsyncClient) -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    dice = random.Random(seed)
    asked = await ask_all(client, fleet.urls, [f"tokens={dice.randint(60, 160)} rate=50" for _ in range(RUNS)])
    elsewhere = asyncio.ensure_future(seen_elsewhere(fleet.second.url, [one.run_id for one in asked[:20]]))

    restless = await asyncio.gather(*(_restless(client, fleet.urls, one, random.Random(dice.random())) for one in asked))
    steady = await asyncio.gather(*(Reader(client, one.run_id).read_to_the_end(fleet.first.url) for one in asked[:20]))

    for number, one in enumerate(asked):
        others = [steady[number], (await elsewhere)[number]] if number < 20 else []
        kept = await assert_kept(client, fleet.urls[number % 2], one, restless[number], *others)
        assert kept["attempt"] == 1


async def test_many_readers_of_one_run_on_both_servers(fleet: Fleet, client: httpx.AsyncClient) -> None:
    asked = await ask(client, fleet.first.url, "tokens=150 rate=75")
    seen = await asyncio.gather(*(Reader(client, asked.run_id).read_to_the_end(fleet.urls[n % 2]) for n in range(40)))
    await assert_kept(client, fleet.second.url, asked, *seen)


async def test_late_readers_with_and_without_a_cursor(fleet: Fleet, client: httpx.AsyncClient) -> None:
    asked = await ask(client, fleet.first.url, "tokens=80 rate=40")
    early = Reader(client, asked.run_id)
    reading = asyncio.ensure_future(early.read_to_the_end(fleet.first.url))
    await until_tokens(early.seen, 200)
    joining = await Reader(client, asked.run_id).read_to_the_end(fleet.second.url)
    whole = await reading

    await assert_kept(client, fleet.second.url, asked, whole, joining)
    last = len(whole.frames)
    for after in (1, last // 2, last - 1):
        for url in fleet.urls:
            rest = Reader(client, asked.run_id, Seen(whole.frames[:after]))
            await rest.read(url)
            assert rest.seen.frames == whole.frames
            by_query = await client.get(f"{url}/api/runs/{asked.run_id}/events", params={"after": after})
            assert by_query.text.count("\nevent: ") == last - after
    for after in (last, last + 1000):
        answer = await client.get(f"{fleet.second.url}/api/runs/{asked.run_id}/events", headers={"Last-Event-ID": str(after)})
        assert answer.status_code == 204
    assert (await late_reader(client, fleet.first.url, asked)).frames == whole.frames


async def _restless(client: httpx.AsyncClient, urls: tuple[str, str], asked: Asked, dice: random.Random) -> Seen:
    """Cut off after a few bytes, or a few thousand; comes back on the other server."""
    reader = Reader(client, asked.run_id, pace=dice.choice((0, 50, 300)))
    for attempt in range(1000):
        await reader.read(urls[attempt % 2], drop_after_bytes=int(10 ** dice.uniform(0, 4)))
        if reader.seen.status is not None:
            return reader.seen
    raise AssertionError("a thousand connections and no end")
