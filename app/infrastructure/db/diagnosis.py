"""What the doctor asks of the database itself: schema, clock, and whether notifications arrive on the way there. Called by `bootstrap/doctor.py`."""

import asyncio
import time
import uuid
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import URL

from app.infrastructure.db.engine import connect
from app.infrastructure.db.migrations import head

PATIENCE = 3.0
"""Seconds a notification may take."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`revision` is None if the database was never migrated; `clock_ahead` seconds, of this machine's."""

    server: str
    revision: str | None
    newest: str
    clock_ahead: float
    notified: bool


async def diagnose(url: URL) -> Diagnosis:
    """Look. Raises `psycopg.Error` if there is no way in."""
    async with await connect(url) as listening, await connect(url) as speaking:
        began = time.time()
        clock, server = await _row(speaking, "SELECT extract(epoch FROM clock_timestamp())::float8, current_setting('server_version')")
        ahead = clock - (began + time.time()) / 2
        (known,) = await _row(speaking, "SELECT to_regclass('alembic_version') IS NOT NULL")
        revision = (await _row(speaking, "SELECT max(version_num) FROM alembic_version"))[0] if known else None
        return Diagnosis(server, revision, head(), ahead, await _hears(listening, speaking))


async def _hears(listening: psycopg.AsyncConnection, speaking: psycopg.AsyncConnection) -> bool:
    """A transaction pooler takes LISTEN without a word, and delivers nothing."""
    channel = f"doctor_{uuid.uuid4().hex[:12]}"
    await listening.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
    await speaking.execute("SELECT pg_notify(%s, 'x')", (channel,))
    try:
        async with asyncio.timeout(PATIENCE):
            async for _ in listening.notifies():
                return True
    except TimeoutError:
        pass
    return False


async def _row(connection: psycopg.AsyncConnection, query: str) -> tuple[Any, ...]:
    row = await (await connection.execute(query.encode())).fetchone()
    assert row is not None
    return row
