"""Stopping an answer from another process than the one that writes it: final within a second, the provider let go, the text so far kept."""

import asyncio
import time

import httpx
import pytest

from tests.e2e.conversation import Asked, answer, ask, assert_kept
from tests.e2e.facts import until_tokens
from tests.e2e.fleet import Fleet
from tests.reader import Reader, Seen
from tests.talk import messages, new_thread, run

pytestmark = pytest.mark.alone


async def test_in_mid_answer(fleet: Fleet, client: httpx.AsyncClient) -> None:
    asked = await ask(client, fleet.first.url, "tokens=2000 rate=50")
    readers = [_follow(client, url, asked) for url in fleet.urls]
    for seen, _ in readers:
        await until_tokens(seen, 100)

    begun = time.monotonic()
    cancelled = await _cancel(client, fleet.second.url, asked)
    for _, reading in readers:
        await reading
    final = time.monotonic() - begun
    hung_up = await _hung_up(fleet, asked) - begun

    print(f"cancel: done at all readers after {final:.3f} s, provider let go after {hung_up:.3f} s")
    assert cancelled["status"] == "cancelled"
    assert final < 1
    assert hung_up < 1
    text = readers[0][0].text
    assert len(text) >= 100
    assert asked.text.startswith(text)
    await assert_kept(client, fleet.first.url, asked, *(seen for seen, _ in readers), text=text, status="cancelled")


async def test_before_the_first_token(fleet: Fleet, client: httpx.AsyncClient) -> None:
    asked = await ask(client, fleet.first.url, "first=30")
    seen, reading = _follow(client, fleet.second.url, asked)
    await fleet.providers.until(lambda _: bool(asked.requests(fleet.providers)))

    begun = time.monotonic()
    await _cancel(client, fleet.second.url, asked)
    await reading

    assert time.monotonic() - begun < 1
    assert await _hung_up(fleet, asked) - begun < 1
    await assert_kept(client, fleet.first.url, asked, seen, text="", status="cancelled")


async def test_while_queued(fleet: Fleet, client: httpx.AsyncClient) -> None:
    running = await ask(client, fleet.first.url, "tokens=2000 rate=50")
    queued = await ask(client, fleet.second.url, "tokens=20", running.thread_id, on_busy="enqueue")
    seen, reading = _follow(client, fleet.first.url, queued)
    assert (await run(client, fleet.first.url, queued.run_id))["status"] == "queued"
    # A reader who comes now learns what waits, and can cancel it.
    page = await messages(client, fleet.first.url, running.thread_id)
    assert page["active_run"]["run_id"] == running.run_id
    assert [(one["run_id"], one["answer_id"]) for one in page["waiting_runs"]] == [(queued.run_id, queued.answer_id)]

    begun = time.monotonic()
    assert (await _cancel(client, fleet.second.url, queued))["status"] == "cancelled"
    await reading

    assert time.monotonic() - begun < 1
    await assert_kept(client, fleet.first.url, queued, seen, text="", status="cancelled")
    assert queued.requests(fleet.providers) == []
    assert (await run(client, fleet.first.url, running.run_id))["status"] == "running"
    assert (await messages(client, fleet.second.url, running.thread_id))["waiting_runs"] == []
    await _cancel(client, fleet.second.url, running)
    assert (await messages(client, fleet.first.url, running.thread_id))["active_run"] is None


async def test_the_list_names_the_threads_that_are_answered(fleet: Fleet, client: httpx.AsyncClient) -> None:
    asked = await ask(client, fleet.first.url, "tokens=2000 rate=50")
    thread = (await client.get(f"{fleet.first.url}/api/threads/{asked.thread_id}")).json()
    other = await new_thread(client, fleet.first.url, user_id=thread["user_id"])
    address = f"{fleet.second.url}/api/users/{thread['user_id']}/threads"

    page = (await client.get(address)).json()
    assert {one["thread_id"] for one in page["threads"]} >= {asked.thread_id, other}
    assert asked.thread_id in page["answering"]
    assert other not in page["answering"]
    await _cancel(client, fleet.second.url, asked)
    assert asked.thread_id not in (await client.get(address)).json()["answering"]


async def test_when_it_is_over(fleet: Fleet, client: httpx.AsyncClient) -> None:
    asked = await ask(client, fleet.first.url, "tokens=20")
    seen = await Reader(client, asked.run_id).read_to_the_end(fleet.first.url)
    for url in fleet.urls:
        assert (await _cancel(client, url, asked))["status"] == "done"
    await assert_kept(client, fleet.second.url, asked, seen)


@pytest.mark.parametrize("directives", ["tokens=2000 rate=100", "first=30"])
async def test_fifty_times_at_once_from_two_servers(fleet: Fleet, client: httpx.AsyncClient, directives: str) -> None:
    asked = await ask(client, fleet.first.url, directives)
    seen, reading = _follow(client, fleet.second.url, asked)
    await fleet.providers.until(lambda _: bool(asked.requests(fleet.providers)))

    begun = time.monotonic()
    answers = await asyncio.gather(*(_cancel(client, fleet.urls[n % 2], asked) for n in range(50)))
    await reading

    assert {answer["status"] for answer in answers} == {"cancelled"}
    assert time.monotonic() - begun < 3
    assert len({answer["last_seq"] for answer in answers}) == 1
    await assert_kept(client, fleet.first.url, asked, seen, text=seen.text, status="cancelled")
    assert asked.text.startswith(seen.text)


async def test_many_runs_at_the_moment_they_end(fleet: Fleet, client: httpx.AsyncClient) -> None:
    """Whichever wins, the run's own end or the cancel, there is one end, and everything agrees on it."""
    asked = await asyncio.gather(*(ask(client, fleet.urls[n % 2], "tokens=30 rate=60") for n in range(30)))
    followed = [_follow(client, fleet.second.url, one) for one in asked]

    async def cancel_late(one: Asked, seen: Seen) -> None:
        await until_tokens(seen, len(one.text) - 20)
        await _cancel(client, fleet.first.url, one)

    await asyncio.gather(*(cancel_late(one, seen) for one, (seen, _) in zip(asked, followed, strict=True)))
    for one, (seen, reading) in zip(asked, followed, strict=True):
        await reading
        assert seen.status in ("done", "cancelled")
        await assert_kept(client, fleet.first.url, one, seen, text=seen.text, status=str(seen.status))
        assert one.text == seen.text or (one.text.startswith(seen.text) and seen.status == "cancelled")
        assert (await answer(client, fleet.second.url, one))["error"] is None


def _follow(client: httpx.AsyncClient, base_url: str, asked: Asked) -> tuple[Seen, asyncio.Future[Seen]]:
    reader = Reader(client, asked.run_id)
    return reader.seen, asyncio.ensure_future(reader.read_to_the_end(base_url))


async def _cancel(client: httpx.AsyncClient, base_url: str, asked: Asked) -> dict[str, object]:
    answered = await client.post(f"{base_url}/api/runs/{asked.run_id}/cancel")
    assert answered.status_code == 202, answered.text
    return answered.json()


async def _hung_up(fleet: Fleet, asked: Asked) -> float:
    """When the provider saw its client leave."""
    await fleet.providers.until(lambda _: all(record.disconnected for record in asked.requests(fleet.providers)))
    [record] = asked.requests(fleet.providers)
    assert record.disconnected is not None
    return record.disconnected
