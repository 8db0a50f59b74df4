"""A database that takes connections and bytes and says nothing: requests end in time, answers go on when it speaks again."""

import asyncio
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import httpx
from sqlalchemy import URL

from tests.e2e.conversation import ask, assert_kept
from tests.e2e.database_proxy import DatabaseProxy
from tests.e2e.facts import until_tokens
from tests.e2e.fleet import server, start
from tests.processes import Processes
from tests.reader import Reader
from tests.talk import run


async def test_requests_end_and_answers_go_on(processes: Processes, database_url: URL, client: httpx.AsyncClient) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with DatabaseProxy(Path(folder), database_url).running() as proxy:
            [process] = await start(replace(processes, database=proxy.url), server(RUN_LEASE="3"))
            asked = await ask(client, process.url, "tokens=400 rate=40")
            reader = Reader(client, asked.run_id)
            following = asyncio.ensure_future(reader.read_to_the_end(process.url))
            await until_tokens(reader.seen, 100)

            proxy.go_silent()
            begun = time.monotonic()
            ready, read = await asyncio.gather(
                client.get(f"{process.url}/ready", timeout=20), client.get(f"{process.url}/api/runs/{asked.run_id}", timeout=20)
            )
            assert (ready.status_code, read.status_code) == (503, 503)
            assert read.json()["error"]["code"] == "database_unavailable"
            assert time.monotonic() - begun < 15
            proxy.speak()

            await following
            await assert_kept(client, process.url, asked, reader.seen)
            assert (await run(client, process.url, asked.run_id))["attempt"] == 1
