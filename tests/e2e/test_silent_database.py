"""A database that takes connections and bytes and says nothing: requests end in time, answers go on when it speaks again."""

import asyncio
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import httpx
import psycopg
import pytest
from sqlalchemy import URL

from app.infrastructure.db.engine import make_engine
from app.infrastructure.db.unit_of_work import PostgresTransactions
from tests.e2e.conversation import ask, assert_kept
from tests.e2e.database_proxy import DatabaseProxy
from tests.e2e.facts import until, until_tokens
from tests.e2e.fleet import server, start
from tests.processes import Processes
from tests.reader import Reader
from tests.talk import run

pytestmark = pytest.mark.alone


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


async def test_a_unit_of_work_that_is_left_without_commit_ends_in_time(database_url: URL) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with DatabaseProxy(Path(folder), database_url).running() as proxy:
            engine = make_engine(proxy.url, 1)
            transactions = PostgresTransactions(engine, patience=0.5)

            async def leave_halfway() -> None:
                async with transactions.begin() as work:
                    await work.users.add("Ada")
                    proxy.go_silent()  # what is left to do is the rollback

            async with asyncio.timeout(10):
                await leave_halfway()  # nothing was to be kept, so there is nothing to complain of
                proxy.speak()
                async with transactions.reading() as work:
                    assert await work.users.get(1) is None
            await engine.dispose()


async def test_questions_about_readiness_do_not_cost_the_lease(processes: Processes, database_url: URL, client: httpx.AsyncClient) -> None:
    [process] = await start(processes, server(RUN_LEASE="2"))
    address = database_url.set(drivername="postgresql").render_as_string(hide_password=False)
    async with (
        await psycopg.AsyncConnection.connect(address) as holding,
        await psycopg.AsyncConnection.connect(address, autocommit=True) as asking,
    ):

        async def leases() -> list[bool]:
            return [valid for (valid,) in await (await asking.execute("SELECT lease_until > now() FROM executors")).fetchall()]

        await until(leases)
        await holding.execute("LOCK TABLE alembic_version")
        answers = [asyncio.ensure_future(client.get(f"{process.url}/ready", timeout=60)) for _ in range(20)]
        while not all(answer.done() for answer in answers):
            assert await leases() == [True]
            await asyncio.sleep(0.05)
        assert {answer.result().status_code for answer in answers} == {503}
