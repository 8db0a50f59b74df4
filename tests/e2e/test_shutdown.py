"""Invariant 10: a process that is told to stop finishes its answers or hands them over, loses nothing, and is gone in time with status 0."""

import asyncio
import contextlib
import time

import httpx
import psycopg
import pytest
from sqlalchemy import URL

from tests.e2e.conversation import Asked, ask, ask_all, assert_kept
from tests.e2e.facts import until, until_tokens
from tests.e2e.fleet import server, start, worker
from tests.processes import Process, Processes
from tests.providers.running import RunningProviders
from tests.reader import Frame, Reader, Seen
from tests.talk import new_thread, run

pytestmark = pytest.mark.alone

PACES = (0, 0, 50, 50, 1000, 1000)
"""Milliseconds: as programs read, as pages do, as slowly as may be asked for."""


async def test_handover_at_once(processes: Processes, providers: RunningProviders, client: httpx.AsyncClient) -> None:
    """No grace, and somebody else to go on: a server and a worker hand over, readers reconnect once."""
    heir, server_that_stops = await start(processes, server(), server(SHUTDOWN_GRACE="0"))
    asked = await ask_all(client, [server_that_stops.url], ["tokens=120 rate=25"] * 6)
    followed = [_Following(client, one, server_that_stops.url, heir.url, pace=pace) for one, pace in zip(asked, PACES, strict=True)]
    elsewhere = [_Following(client, one, heir.url) for one in asked]
    for reader in (*followed, *elsewhere):
        await until_tokens(reader.seen, 200)

    told = time.monotonic()
    server_that_stops.terminate()
    await until(lambda: all(_restarts(reader.seen) for reader in elsewhere), within=10)
    handed_over = time.monotonic() - told
    status = await asyncio.to_thread(server_that_stops.wait, 10)
    stopped = time.monotonic() - told
    print(f"answers go on {handed_over:.2f} s after SIGTERM, the process is gone after {stopped:.2f} s")
    assert status == 0
    assert handed_over < 1.5
    assert stopped < 3

    for one, reader, other in zip(asked, followed, elsewhere, strict=True):
        await asyncio.gather(reader.reading, other.reading)
        kept = await assert_kept(client, heir.url, one, reader.seen, other.seen)
        assert (reader.connections, other.connections) == (2, 1)
        assert kept["attempt"] == 2
        first, second = one.requests(providers)
        assert first.disconnected is not None
        assert second.finished is not None


async def test_with_enough_grace_it_finishes_itself_and_posts_meanwhile_are_not_lost(
    processes: Processes, client: httpx.AsyncClient
) -> None:
    [only] = await start(processes, server(SHUTDOWN_GRACE="20"))
    asked = await ask_all(client, [only.url], ["tokens=60 rate=25"] * 3)
    followed = [_Following(client, one, only.url) for one in asked]
    for reader in followed:
        await until_tokens(reader.seen, 50)
    threads = [await new_thread(client, only.url) for _ in range(200)]

    told = time.monotonic()
    only.terminate()
    accepted = await _post_until_nobody_answers(client, only, threads)
    status = await asyncio.to_thread(only.wait, 20)
    print(f"gone {time.monotonic() - told:.2f} s after SIGTERM; {len(accepted)} posts meanwhile accepted")
    assert status == 0
    assert time.monotonic() - told < 5
    assert accepted

    # The next process: it does what was accepted; and when it is stopped in mid-answer itself, a third one goes on.
    [following] = await start(processes, server(SHUTDOWN_GRACE="0"))
    for one, reader in zip(asked, followed, strict=True):
        await reader.reading
        assert reader.connections == 1
        assert (await assert_kept(client, following.url, one, reader.seen))["attempt"] == 1
    for one in accepted:
        await assert_kept(client, following.url, one, await Reader(client, one.run_id).read_to_the_end(following.url))

    [interrupted] = await ask_all(client, [following.url], ["tokens=60 rate=20"])
    reader = Reader(client, interrupted.run_id)
    reading = asyncio.ensure_future(reader.read(following.url))
    await until_tokens(reader.seen, 100)
    following.terminate()
    assert await asyncio.to_thread(following.wait, 10) == 0
    await reading
    assert reader.seen.status is None
    [third] = await start(processes, server())
    await reader.read_to_the_end(third.url)
    assert (await assert_kept(client, third.url, interrupted, reader.seen))["attempt"] == 2


async def test_while_it_drains_it_is_not_ready_and_its_streams_go_on(processes: Processes, client: httpx.AsyncClient) -> None:
    [only] = await start(processes, server(SHUTDOWN_GRACE="20"))
    asked = await ask(client, only.url, "tokens=90 rate=25")
    reader = _Following(client, asked, only.url)
    await until_tokens(reader.seen, 50)
    only.terminate()
    await until(lambda: "Draining" in only.output, within=5)
    ready = await client.get(f"{only.url}/ready")
    assert ready.status_code == 503
    assert [name for name, outcome in ready.json()["checks"].items() if outcome != "ok"] == ["shutdown"]
    await reader.reading
    assert (reader.connections, reader.seen.status) == (1, "done")
    assert await asyncio.to_thread(only.wait, 10) == 0


async def test_a_second_signal_stops_at_once_and_still_hands_over(processes: Processes, client: httpx.AsyncClient) -> None:
    heir, impatient = await start(processes, server(), server(SHUTDOWN_GRACE="60"))
    asked = await ask(client, impatient.url, "tokens=120 rate=25")
    reader = _Following(client, asked, impatient.url, heir.url)
    await until_tokens(reader.seen, 50)
    impatient.terminate()
    await until(lambda: "Draining" in impatient.output, within=5)
    told = time.monotonic()
    impatient.terminate()
    assert await asyncio.to_thread(impatient.wait, 10) == 0
    assert time.monotonic() - told < 8
    await reader.reading
    assert (await assert_kept(client, heir.url, asked, reader.seen))["attempt"] == 2


async def test_a_worker_hands_over_to_a_worker(processes: Processes, database_url: URL, client: httpx.AsyncClient) -> None:
    front, *workers = await start(processes, server("--slots", "0"), worker(SHUTDOWN_GRACE="0"), worker(SHUTDOWN_GRACE="0"))
    asked = await ask_all(client, [front.url], ["tokens=100 rate=20"] * 8)
    followed = [_Following(client, one, front.url) for one in asked]
    for reader in followed:
        await until_tokens(reader.seen, 200)
    busy = await _ask(database_url, "SELECT host FROM executors JOIN runs ON owner = executors.id WHERE status = 'running'")
    stopping = next(one for one in workers if busy[0].endswith(f":{one.popen.pid}"))

    told = time.monotonic()
    stopping.terminate()
    assert await asyncio.to_thread(stopping.wait, 10) == 0
    moved = [reader for reader, host in zip(followed, busy, strict=True) if host == busy[0]]
    await until(lambda: sum(bool(_restarts(reader.seen)) for reader in followed) == len(moved), within=10)
    print(f"{len(moved)} of a worker's answers go on {time.monotonic() - told:.2f} s after SIGTERM")
    for one, reader in zip(asked, followed, strict=True):
        await reader.reading
        assert reader.connections == 1
        await assert_kept(client, front.url, one, reader.seen)


async def test_a_worker_with_enough_grace_finishes_what_it_has(processes: Processes, client: httpx.AsyncClient) -> None:
    front, only = await start(processes, server("--slots", "0"), worker(SHUTDOWN_GRACE="20"))
    asked = await ask(client, front.url, "tokens=60 rate=25")
    reader = _Following(client, asked, front.url)
    await until_tokens(reader.seen, 50)
    only.terminate()
    assert await asyncio.to_thread(only.wait, 15) == 0
    await reader.reading
    assert (await assert_kept(client, front.url, asked, reader.seen))["attempt"] == 1


async def test_a_post_in_flight_when_the_drain_begins(processes: Processes, database_url: URL, client: httpx.AsyncClient) -> None:
    """Its slot was reserved before the drain, its transaction ends after it: the run must not start in a process that is leaving."""
    stopping, other = await start(processes, server(SHUTDOWN_GRACE="0"), server())
    thread_id = await new_thread(client, stopping.url)
    address = database_url.set(drivername="postgresql").render_as_string(hide_password=False)
    async with await psycopg.AsyncConnection.connect(address) as holding:
        await holding.execute("SELECT FROM threads WHERE id = %s FOR UPDATE", [thread_id])
        posting = asyncio.ensure_future(ask(client, stopping.url, "tokens=60 rate=30", thread_id))
        await until(lambda: _waits_for_a_lock(database_url), within=5)
        stopping.terminate()
        await until(lambda: "Draining" in stopping.output, within=5)
        await until(lambda: _lease_is_gone(database_url, stopping), within=5)
        await holding.rollback()
    told = time.monotonic()
    asked = await posting
    status = await asyncio.to_thread(stopping.wait, 10)
    assert status == 0
    print(f"gone {time.monotonic() - told:.2f} s after its last post")
    seen = await Reader(client, asked.run_id).read_to_the_end(other.url)
    await assert_kept(client, other.url, asked, seen)
    assert (await run(client, other.url, asked.run_id))["status"] == "done"
    assert "Traceback" not in stopping.output


class _Following:
    """A reader that comes back by itself, and counts how often it connected."""

    def __init__(self, client: httpx.AsyncClient, asked: Asked, *base_urls: str, pace: int = 0) -> None:
        self._reader = Reader(client, asked.run_id, pace=pace)
        self.seen = self._reader.seen
        self.connections = 0
        self.reading = asyncio.ensure_future(self._read(base_urls))

    async def _read(self, base_urls: tuple[str, ...]) -> None:
        while self.seen.status is None:
            self.connections += 1
            await self._reader.read(base_urls[min(self.connections, len(base_urls)) - 1])


async def _post_until_nobody_answers(client: httpx.AsyncClient, process: Process, threads: list[str]) -> list[Asked]:
    """What was accepted. A process that does not accept any more must not answer at all: nothing is half done."""
    accepted: list[Asked] = []
    with contextlib.suppress(httpx.TransportError):
        for thread_id in threads:
            accepted.append(await ask(client, process.url, "tokens=10", thread_id))
            await asyncio.sleep(0.02)
    return accepted


def _restarts(seen: Seen) -> list[Frame]:
    return [frame for frame in seen.frames if frame.event == "restarted"]


async def _waits_for_a_lock(database: URL) -> bool:
    waiting = "SELECT pid::text FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    return bool(await _ask(database, waiting))


async def _lease_is_gone(database: URL, process: Process) -> bool:
    return not await _ask(database, "SELECT host FROM executors WHERE host LIKE %s", f"%:{process.popen.pid}")


async def _ask(database: URL, statement: str, *parameters: str) -> list[str]:
    """The first column of what the database says."""
    address = database.set(drivername="postgresql").render_as_string(hide_password=False)
    async with await psycopg.AsyncConnection.connect(address) as connection:
        return [row[0] for row in await (await connection.execute(statement.encode(), parameters or None)).fetchall()]
