"""Invariant 2: a process that is stopped past its lease and wakes up again writes nothing more, and does no harm to those who went on."""

import asyncio
import time

import httpx
import pytest

from tests.e2e.conversation import ask, ask_all, assert_kept
from tests.e2e.facts import until, until_tokens
from tests.e2e.fleet import server, start
from tests.processes import Processes
from tests.providers.running import RunningProviders
from tests.reader import Reader

pytestmark = pytest.mark.alone


async def test_woken_after_its_runs_were_taken_over_or_cancelled(
    processes: Processes, providers: RunningProviders, client: httpx.AsyncClient
) -> None:
    sleeper, heir = await start(processes, server(), server())
    asked = await ask_all(client, [sleeper.url], ["tokens=300 rate=20"] * 4)
    to_cancel = await ask_all(client, [sleeper.url], ["tokens=2000 rate=20", "first=30"])
    readers = [Reader(client, one.run_id) for one in (*asked, *to_cancel)]
    reading = [asyncio.ensure_future(reader.read_to_the_end(heir.url)) for reader in readers]
    for reader in readers[:-1]:
        await until_tokens(reader.seen, 100)

    sleeper.pause()
    paused = time.monotonic()
    for one in to_cancel:
        assert (await client.post(f"{heir.url}/api/runs/{one.run_id}/cancel")).json()["status"] == "cancelled"
    await asyncio.gather(*reading[-2:])
    cancelled = time.monotonic() - paused
    print(f"runs of a stopped executor cancelled after {cancelled:.3f} s")
    assert cancelled < 1

    await until(lambda: all("restarted" in [frame.event for frame in reader.seen.frames] for reader in readers[:-2]), within=10)
    for reader in readers[:-2]:
        await until_tokens(reader.seen, len(reader.seen.text) + 50)
    hung_up = [one.requests(providers)[0] for one in (*asked, *to_cancel)]
    assert not any(record.finished for record in hung_up), "a provider that had said all before the executor woke proves nothing"
    sleeper.resume()
    woken = time.monotonic()
    await providers.until(lambda _: all(record.disconnected for record in hung_up), within=5)
    print(f"the woken executor let go of its providers after {time.monotonic() - woken:.3f} s")

    await asyncio.gather(*reading)
    for one, reader in zip(asked, readers, strict=False):
        kept = await assert_kept(client, sleeper.url, one, reader.seen)
        assert kept["attempt"] == 2
    for one, reader in zip(to_cancel, readers[-2:], strict=True):
        await assert_kept(client, sleeper.url, one, reader.seen, text=reader.seen.text, status="cancelled")
    again = await ask(client, sleeper.url, "tokens=20")
    await assert_kept(client, heir.url, again, await Reader(client, again.run_id).read_to_the_end(sleeper.url))


async def test_a_dead_executors_runs_can_be_cancelled_before_anybody_takes_them_over(
    processes: Processes, providers: RunningProviders, client: httpx.AsyncClient
) -> None:
    victim, other = await start(processes, server(RUN_LEASE="30"), server(RUN_LEASE="30"))
    asked = await ask_all(client, [victim.url], ["tokens=2000 rate=50", "first=30"])
    readers = [Reader(client, one.run_id) for one in asked]
    reading = [asyncio.ensure_future(reader.read_to_the_end(other.url)) for reader in readers]
    await until_tokens(readers[0].seen, 100)
    await providers.until(lambda requests: len(requests) == 2)
    victim.kill()

    begun = time.monotonic()
    for one in asked:
        assert (await client.post(f"{other.url}/api/runs/{one.run_id}/cancel")).json()["status"] == "cancelled"
    await asyncio.gather(*reading)
    print(f"orphans cancelled after {time.monotonic() - begun:.3f} s")
    assert time.monotonic() - begun < 1
    assert len(readers[0].seen.text) >= 100
    for one, reader in zip(asked, readers, strict=True):
        assert one.text.startswith(reader.seen.text)
        await assert_kept(client, other.url, one, reader.seen, text=reader.seen.text, status="cancelled")
