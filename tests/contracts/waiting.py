"""Waiting for facts, and making Postgres wait: another session that holds a row, and the sessions that stand in line."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import psycopg

from app.domain.chat.entities import Claim
from app.infrastructure.db.engine import connect
from tests.contracts.storage import PostgresStorage


@asynccontextmanager
async def other_session(storage: PostgresStorage) -> AsyncGenerator[psycopg.AsyncConnection, None]:
    """An open transaction of somebody else; leaving commits it."""
    async with await connect(storage.url) as connection, connection.transaction():
        yield connection


@asynccontextmanager
async def run_held(storage: PostgresStorage, claim: Claim) -> AsyncGenerator[psycopg.AsyncConnection, None]:
    """Nobody can write the run meanwhile."""
    async with other_session(storage) as connection:
        await connection.execute("SELECT FROM runs WHERE id = %s FOR UPDATE", [claim.run_id])
        yield connection


async def until(fact: Callable[[], Awaitable[bool]]) -> None:
    """Return when it is so."""
    async with asyncio.timeout(10):
        while not await fact():
            await asyncio.sleep(0.002)


async def until_waiting(storage: PostgresStorage, sessions: int = 1) -> None:
    """Return when so many sessions of this database wait for a lock."""
    count = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    async with await connect(storage.url) as connection:

        async def waiting() -> bool:
            row = await (await connection.execute(count)).fetchone()
            return row == (sessions,)

        await until(waiting)
