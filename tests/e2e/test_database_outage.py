"""The database goes away in mid-answer and comes back: streams wait, requests are told so, nothing that anybody saw is lost."""

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.e2e.conversation import Asked, ask, ask_all, assert_kept
from tests.e2e.durable_database import DurableDatabase, durable_database
from tests.e2e.facts import until, until_tokens
from tests.e2e.fleet import server, start
from tests.e2e.thread_tab import Tab
from tests.processes import Process, Processes
from tests.providers.running import RunningProviders
from tests.reader import Reader
from tests.socket_reader import Socket, socket
from tests.talk import new_thread

pytestmark = pytest.mark.alone

SECONDS_AWAY = 4.0


def _killed(database: DurableDatabase) -> None:
    database.refuse()
    database.kill()


def _cut(database: DurableDatabase) -> None:
    database.refuse()
    database.cut()


@pytest.mark.parametrize("take_away", [_killed, _cut])
async def test_answers_go_on_when_it_is_back(
    processes: Processes,
    providers: RunningProviders,
    client: httpx.AsyncClient,
    tmp_path: Path,
    take_away: Callable[[DurableDatabase], None],
) -> None:
    with durable_database(tmp_path / "data") as database:
        own = replace(processes, database=database.url, running=processes.running)
        [first] = await start(own, server(RUN_LEASE="3"))
        [second] = await start(own, server(RUN_LEASE="3"))
        await _through_an_outage([first, second], providers, client, database, take_away)
        for process in (first, second):
            process.kill()


async def _through_an_outage(
    servers: list[Process],
    providers: RunningProviders,
    client: httpx.AsyncClient,
    database: DurableDatabase,
    take_away: Callable[[DurableDatabase], None],
) -> None:
    urls = [process.url for process in servers]
    asked = await ask_all(client, urls, ["tokens=200 rate=25"] * 6 + ["tokens=80 rate=25"] * 4)
    idle = Tab(client, await new_thread(client, urls[0]))
    readers = [(Reader(client, one.run_id, pace=pace), url) for one in asked for url, pace in zip(urls, (0, 50), strict=True)]
    reading = [asyncio.ensure_future(reader.read(url)) for reader, url in readers]
    idling = asyncio.ensure_future(idle.read(urls[1]))
    for reader, _ in readers:
        await until_tokens(reader.seen, 200)

    async with socket(urls[0]) as talking:
        assert (await talking.hear())["type"] == "session"
        gone = time.monotonic()
        take_away(database)
        await _asked_meanwhile(talking)
    refusals = await _requests_meanwhile(client, urls, asked[0])
    await asyncio.sleep(max(0.0, gone + SECONDS_AWAY - time.monotonic()))  # the providers go on talking meanwhile: that is the point
    shown = {reader: len(reader.seen.text) for reader, _ in readers}
    await until(lambda: _admitted(database), within=20)
    back = time.monotonic()
    for reader, _ in readers[:12]:
        await until_tokens(reader.seen, shown[reader] + 20)
    print(f"away for {back - gone:.1f} s, {refusals} requests refused; answers go on {time.monotonic() - back:.2f} s later")

    await asyncio.wait_for(asyncio.gather(*reading), 30)
    attempts: list[int] = []
    for number, one in enumerate(asked):
        kept = await assert_kept(client, urls[0], one, *(reader.seen for reader, _ in readers[2 * number : 2 * number + 2]))
        attempts.append(kept["attempt"])
    assert attempts == [1] * len(asked), "an outage kills nobody, so nobody may take anything over"
    assert len(providers.requests) == len(asked)

    assert not idling.done(), "an idle tab waits like everybody else"
    later = await ask(client, urls[0], "tokens=10", idle.thread_id)
    await until(lambda: idle.ended == [later.run_id], within=10)
    idling.cancel()
    await asyncio.gather(idling, return_exceptions=True)
    for url in urls:
        assert (await client.get(f"{url}/ready")).status_code == 200


async def _asked_meanwhile(talking: Socket) -> None:
    """Over a WebSocket it is said in that protocol's words, whether by an answer or at the next connection."""
    await talking.say(type="question", question="Are you there?")
    error = (await talking.until("error"))[-1]
    assert error["code"] == "DATABASE_ERROR"
    assert error["retryable"] is True


async def _requests_meanwhile(client: httpx.AsyncClient, urls: list[str], asked: Asked) -> int:
    """Every request is refused in the one form, soon; liveness is not in question."""
    refused = 0
    for url in urls:
        requests = [
            client.get(f"{url}/api/runs/{asked.run_id}"),
            client.get(f"{url}/api/runs/{asked.run_id}/events"),
            client.get(f"{url}/api/threads/{asked.thread_id}/events"),
            client.get(f"{url}/api/threads/{asked.thread_id}/messages"),
            client.post(f"{url}/api/threads/{asked.thread_id}/messages", json={"content": "Are you there?", "on_busy": "enqueue"}),
            client.post(f"{url}/api/runs/{asked.run_id}/cancel"),
            client.post(f"{url}/api/users", json={"name": "nobody"}),
        ]
        begun = time.monotonic()
        for answer in await asyncio.gather(*requests):
            assert answer.status_code == 503, answer.text
            error = answer.json()["error"]
            assert error["code"] == "database_unavailable"
            assert re.fullmatch("[0-9a-f]{16}", error["request_id"])
            assert int(answer.headers["Retry-After"]) >= 1
            refused += 1
        assert time.monotonic() - begun < 3
        assert (await client.get(f"{url}/health")).status_code == 200
        assert (await client.get(f"{url}/ready")).status_code == 503
    return refused


def _admitted(database: DurableDatabase) -> bool:
    try:
        database.admit()
    except Exception:  # noqa: BLE001 - it may still be starting
        return False
    return True
