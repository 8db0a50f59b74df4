"""Invariant 5: where notifications do not arrive, everything else does, through polling, within about a second."""

import asyncio
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from sqlalchemy import URL

from tests.e2e.conversation import ask, assert_kept
from tests.e2e.database_proxy import DatabaseProxy
from tests.e2e.facts import metric, until, until_tokens
from tests.e2e.fleet import server, start
from tests.processes import Processes
from tests.providers.running import RunningProviders
from tests.reader import Reader

pytestmark = pytest.mark.alone


async def test_answers_and_cancels_arrive_without_notifications(
    processes: Processes, providers: RunningProviders, database_url: URL, client: httpx.AsyncClient
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with DatabaseProxy(Path(folder), database_url).running() as proxy:
            proxy.swallows_notifications = True
            behind = replace(processes, database=proxy.url)
            await _test(behind, providers, proxy, client)


async def _test(processes: Processes, providers: RunningProviders, proxy: DatabaseProxy, client: httpx.AsyncClient) -> None:
    writing, reading = await start(processes, server(RUN_LEASE="3"), server("--slots", "0", RUN_LEASE="3"))
    for process in (writing, reading):
        await until(lambda process=process: "Notifications do not arrive" in process.output, within=10)
        assert await metric(client, process.url, "notifications_deaf") == 1
        ready = await client.get(f"{process.url}/ready")
        assert ready.status_code == 200, "a crutch is no reason to send requests elsewhere"
        assert "polled" in ready.json()["notes"]["notifications"]

    asked = await ask(client, writing.url, "tokens=120 rate=40")
    near, far = Reader(client, asked.run_id), Reader(client, asked.run_id)
    following = [asyncio.ensure_future(near.read_to_the_end(writing.url)), asyncio.ensure_future(far.read_to_the_end(reading.url))]
    for part in (100, 400, 700, len(asked.text)):
        await until_tokens(near.seen, part)
        begun = time.monotonic()
        await until_tokens(far.seen, part)
        print(f"{part} characters reached the other server {time.monotonic() - begun:.2f} s later")
        assert time.monotonic() - begun < 1.5
    await asyncio.gather(*following)
    await assert_kept(client, reading.url, asked, near.seen, far.seen)

    begun = time.monotonic()
    queued = await ask(client, reading.url, "tokens=5")
    await assert_kept(client, reading.url, queued, await Reader(client, queued.run_id).read_to_the_end(reading.url))
    print(f"a run for another process was claimed, answered and read in {time.monotonic() - begun:.2f} s")
    assert time.monotonic() - begun < 2.5

    talking, silent = await ask(client, writing.url, "tokens=2000 rate=50"), await ask(client, writing.url, "first=30")
    await providers.until(lambda _: bool(talking.requests(providers) and silent.requests(providers)))
    begun = time.monotonic()
    for one in (talking, silent):
        reader = Reader(client, one.run_id)
        assert (await client.post(f"{reading.url}/api/runs/{one.run_id}/cancel")).json()["status"] == "cancelled"
        await reader.read_to_the_end(writing.url)
        assert reader.seen.status == "cancelled"
        await providers.until(lambda _, one=one: all(record.disconnected for record in one.requests(providers)), within=3)
        print(f"cancelled and hung up {time.monotonic() - begun:.2f} s later")
    assert time.monotonic() - begun < 3

    proxy.swallows_notifications = False
    for process in (writing, reading):
        await until(lambda process=process: _hears(client, process.url), within=10, every=0.1)


async def _hears(client: httpx.AsyncClient, base_url: str) -> bool:
    return await metric(client, base_url, "notifications_deaf") == 0
