"""A connection is never lost, whenever whoever wanted it is cancelled: the pool is whole afterwards."""

import asyncio
import gc
import random
from typing import Any

import pytest
from sqlalchemy import URL, QueuePool, text

from app.infrastructure.db.engine import connected, make_engine

MODES: tuple[dict[str, Any], ...] = (
    {"isolation_level": "AUTOCOMMIT"},
    {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
    {},
)


async def test_a_connection_that_dies_on_its_way_back_is_no_accident(database_url: URL, caplog: pytest.LogCaptureFixture) -> None:
    engine = make_engine(database_url, 2)
    for mode in MODES:
        async with connected(engine.execution_options(**mode), patience=5) as (connection, driver):
            await driver.execute("SELECT 1")
            await connection.execute(text("SELECT 1"))
            async with connected(engine.execution_options(isolation_level="AUTOCOMMIT"), patience=5) as (_, other):
                # With a time to wait: else it may live until somebody else has taken it out of the pool.
                await other.execute("SELECT pg_terminate_backend(%s, 10000)", [driver.info.backend_pid])
    assert not [record.getMessage() for record in caplog.records if record.levelname in ("WARNING", "ERROR")]
    async with connected(engine, patience=5) as (connection, _):
        assert (await connection.scalar(text("SELECT 2"))) == 2
    await engine.dispose()


async def test_cancelling_anywhere_in_a_unit_of_work_gives_the_connection_back(database_url: URL, caplog: pytest.LogCaptureFixture) -> None:
    engine = make_engine(database_url, 4)
    dice = random.Random(7)

    async def work(mode: dict[str, Any]) -> None:
        async with connected(engine.execution_options(**mode), patience=5) as (connection, _):
            await connection.execute(text("SELECT 1"))

    for turn in range(400):
        task = asyncio.ensure_future(work(MODES[turn % 3]))
        for _ in range(dice.randint(0, 6)):
            await asyncio.sleep(0)
        if turn % 2:
            await asyncio.sleep(dice.random() * 0.003)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if turn % 50 == 0:
            gc.collect()
    await asyncio.sleep(0.3)  # what is on its way back
    gc.collect()
    assert not [record.getMessage() for record in caplog.records if "garbage collector" in record.getMessage()]
    pool = engine.pool
    assert isinstance(pool, QueuePool)
    assert pool.checkedout() == 0
    await asyncio.wait_for(asyncio.gather(*(work({}) for _ in range(8))), 10)
    await engine.dispose()
