"""One stream a tab: a thread's runs one after another, those begun later and elsewhere too, with the same exactness as a run's own stream."""

import asyncio
import random

import httpx

from tests.e2e.conversation import Asked, ask, assert_kept, late_reader
from tests.e2e.facts import until
from tests.e2e.fleet import Fleet
from tests.e2e.thread_tab import Tab
from tests.talk import messages, new_thread


async def test_tabs_see_all_runs_of_a_thread_one_after_another(fleet: Fleet, client: httpx.AsyncClient) -> None:
    thread_id = await new_thread(client, fleet.first.url)
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    steady = [Tab(client, thread_id), Tab(client, thread_id), Tab(client, thread_id)]
    urls = (*fleet.urls, fleet.first.url)
    reading = [asyncio.ensure_future(tab.read(url)) for tab, url in zip(steady, urls, strict=True)]
    restless = Tab(client, thread_id, cursor="0")
    reading.append(asyncio.ensure_future(_restless(restless, fleet.urls, random.Random(seed))))

    first = await ask(client, fleet.first.url, "tokens=40 rate=80", thread_id)
    rest = [await ask(client, fleet.urls[number % 2], "tokens=30 rate=80", thread_id, on_busy="enqueue") for number in range(4)]
    asked = [first, *rest]
    cancelled = await ask(client, fleet.second.url, "tokens=30", thread_id, on_busy="enqueue")
    (await client.post(f"{fleet.first.url}/api/runs/{cancelled.run_id}/cancel")).raise_for_status()
    tabs = [*steady, restless]
    await until(lambda: all(len(tab.ended) == 6 for tab in tabs), within=15)
    asked_later = await ask(client, fleet.second.url, "tokens=20 rate=80", thread_id)
    await until(lambda: all(len(tab.ended) == 7 for tab in tabs), within=5)
    for one in reading:
        one.cancel()
    await asyncio.gather(*reading, return_exceptions=True)

    for tab in tabs:
        tab.assert_in_order([*asked, cancelled, asked_later])
    for one in (*asked, asked_later):
        await assert_kept(client, fleet.second.url, one, *(tab.of(one.run_id) for tab in tabs))
    await assert_kept(client, fleet.second.url, cancelled, *(tab.of(cancelled.run_id) for tab in tabs), text="", status="cancelled")


async def test_load_then_follow_misses_nothing(fleet: Fleet, client: httpx.AsyncClient) -> None:
    """A page opened in mid-answer: the history with the answer so far, then the stream from the cursor that came with it."""
    asked = await ask(client, fleet.first.url, "tokens=100 rate=50")
    await until(lambda: _has_text(client, fleet.second.url, asked), within=5)
    page = await messages(client, fleet.second.url, asked.thread_id)
    active = page["active_run"]
    assert (active["run_id"], page["events_cursor"]) == (asked.run_id, f"{asked.run_id}:{active['last_seq']}")
    tab = Tab(client, asked.thread_id, page["events_cursor"])
    reading = asyncio.ensure_future(tab.read(fleet.first.url))
    await until(lambda: tab.ended, within=10)

    assert tab.of(asked.run_id).seqs[0] == active["last_seq"] + 1
    assert active["text"] + tab.of(asked.run_id).text == asked.text
    page = await messages(client, fleet.second.url, asked.thread_id)
    assert page["active_run"] is None
    idle = Tab(client, asked.thread_id, page["events_cursor"])
    idling = asyncio.ensure_future(idle.read(fleet.second.url))
    following = await ask(client, fleet.first.url, "tokens=10", asked.thread_id)
    await until(lambda: idle.ended and len(tab.ended) == 2, within=5)
    idle.assert_in_order([following])
    await assert_kept(client, fleet.second.url, following, idle.of(following.run_id), tab.of(following.run_id))
    for one in (reading, idling):
        one.cancel()
    await asyncio.gather(reading, idling, return_exceptions=True)


async def test_a_late_tab_reads_the_whole_thread_from_zero_or_from_any_event(fleet: Fleet, client: httpx.AsyncClient) -> None:
    first = await ask(client, fleet.first.url, "tokens=30 rate=200")
    second = await ask(client, fleet.first.url, "tokens=30 rate=200", first.thread_id, on_busy="enqueue")
    whole = Tab(client, first.thread_id, "0")
    reading = [asyncio.ensure_future(whole.read(fleet.second.url))]
    await until(lambda: len(whole.ended) == 2, within=10)
    later: list[Tab] = []
    for place in (0, len(whole.frames) // 3, len((await late_reader(client, fleet.first.url, first)).frames) - 1, len(whole.frames) - 2):
        tab = Tab(client, first.thread_id, whole.frames[place].id)
        later.append(tab)
        reading.append(asyncio.ensure_future(tab.read(fleet.first.url)))
        expected = whole.frames[place + 1 :]
        await until(lambda tab=tab, expected=expected: len(tab.frames) >= len(expected), within=5)
        assert tab.frames == expected
    for one in reading:
        one.cancel()
    await asyncio.gather(*reading, return_exceptions=True)
    whole.assert_in_order([first, second])
    for bad in (f"{first.run_id}:x", "nonsense", f"{first.run_id}", f"{first.run_id}:-1"):
        answer = await client.get(f"{fleet.first.url}/api/threads/{first.thread_id}/events", params={"after": bad})
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_cursor"), bad


async def _restless(tab: Tab, urls: tuple[str, str], dice: random.Random) -> None:
    for attempt in range(10_000):
        await tab.read(urls[attempt % 2], drop_after_bytes=int(10 ** dice.uniform(1, 4)))


async def _has_text(client: httpx.AsyncClient, base_url: str, asked: Asked) -> bool:
    active = (await messages(client, base_url, asked.thread_id))["active_run"]
    return active is not None and len(active["text"]) > 50
