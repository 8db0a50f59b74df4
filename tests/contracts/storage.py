"""The two storages that every contract is checked on, behind one face: memory, and a fresh Postgres.

`Storage` has what a process has (transactions, a log that publishes to its hub), the log of another process, and the two things a test must be
able to do to storage: let time pass for it, and hear its nudges. The fixture `storage` (`conftest.py`) hands them out one after the other.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol
from uuid import UUID

from psycopg import IntegrityError
from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.application.ports import EventLog, Transactions
from app.infrastructure.db.engine import connect, make_engine
from app.infrastructure.db.event_log import GroupCommitLog
from app.infrastructure.db.log_connection import LogConnection
from app.infrastructure.db.notifications import PROBE_CHANNEL, Callbacks, Listener
from app.infrastructure.db.unit_of_work import PostgresTransactions
from app.infrastructure.feed.hub import Hub
from app.infrastructure.memory.database import MemoryDatabase
from app.infrastructure.memory.event_log import MemoryEventLog
from app.infrastructure.memory.nudges import Nudges
from app.infrastructure.memory.tables import RuleBroken
from app.infrastructure.memory.unit_of_work import MemoryTransactions


@dataclass
class Heard:
    """What somebody who listens has heard so far."""

    events: list[tuple[UUID, int]] = field(default_factory=list[tuple[UUID, int]])
    added: list[UUID] = field(default_factory=list[UUID])
    queue: int = 0
    fenced: list[UUID] = field(default_factory=list[UUID])
    anything: asyncio.Event = field(default_factory=asyncio.Event)

    def nudges(self) -> Nudges:
        """The callbacks that write down what they are told."""

        def noted(note: Callable[..., object]) -> Callable[..., None]:
            def hear(*said: object) -> None:
                note(*said)
                self.anything.set()

            return hear

        return Nudges(noted(self.events.extend), noted(self.added.append), noted(self._count), noted(self.fenced.append))

    async def until(self, fact: Callable[[], bool]) -> None:
        """Wait until what was heard makes it true."""
        async with asyncio.timeout(10):
            while not fact():
                self.anything.clear()
                await self.anything.wait()

    def _count(self) -> None:
        self.queue += 1


class Storage(Protocol):
    """One storage, new and empty."""

    transactions: Transactions
    hub: Hub
    log: EventLog
    """Of this process: it publishes to `hub`."""
    elsewhere: EventLog
    """Of another process: what it writes is heard here through nudges only."""
    refusal: type[Exception]
    """What storage raises when one of its own rules would be broken."""

    async def let_pass(self, seconds: float) -> None:
        """Let time pass for storage's clock."""
        ...

    def listening(self) -> AbstractAsyncContextManager[Heard]:
        """Hear nudges."""
        ...


def _nobody(*_: object) -> None:
    pass


class MemoryStorage:
    refusal: type[Exception] = RuleBroken

    def __init__(self) -> None:
        self._now = datetime(2026, 1, 1, tzinfo=UTC)
        self.database = MemoryDatabase(self._tick)
        self.hub = Hub()
        self.transactions: Transactions = MemoryTransactions(self.database)
        self.log: EventLog = MemoryEventLog(self.database, self.hub.publish)
        self.elsewhere: EventLog = MemoryEventLog(self.database, _nobody)

    def _tick(self) -> datetime:
        """Every look at the clock finds it a microsecond later."""
        self._now += timedelta(microseconds=1)
        return self._now

    async def let_pass(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)

    @asynccontextmanager
    async def listening(self) -> AsyncGenerator[Heard, None]:
        heard = Heard()
        self.database.nudges = heard.nudges()
        yield heard
        self.database.nudges = Nudges()


class PostgresStorage:
    refusal: type[Exception] = IntegrityError

    def __init__(self, url: URL, engine: AsyncEngine) -> None:
        self.url = url
        self.engine = engine
        self.hub = Hub()
        self.transactions: Transactions = PostgresTransactions(engine)
        self.writer = GroupCommitLog(partial(LogConnection.open, url), self.hub.publish, "here")
        self.other_writer = GroupCommitLog(partial(LogConnection.open, url), _nobody, "elsewhere")
        self.log: EventLog = self.writer
        self.elsewhere: EventLog = self.other_writer

    async def let_pass(self, seconds: float) -> None:
        """Time passes for rows: all that they remember moves into the past."""
        async with self.engine.begin() as connection:
            await connection.execute(text("UPDATE executors SET lease_until = lease_until - make_interval(secs => :s)"), {"s": seconds})
            moved = (
                "UPDATE runs SET started_at = started_at - make_interval(secs => :s), finished_at = finished_at - make_interval(secs => :s),"
                " created_at = created_at - make_interval(secs => :s)"
            )
            await connection.execute(text(moved), {"s": seconds})
            await connection.execute(text("UPDATE threads SET updated_at = updated_at - make_interval(secs => :s)"), {"s": seconds})
            await connection.execute(text("UPDATE duties SET held_until = held_until - make_interval(secs => :s)"), {"s": seconds})
            await connection.execute(text("UPDATE sign_ins SET expires_at = expires_at - make_interval(secs => :s)"), {"s": seconds})
            await connection.execute(text("UPDATE rate_windows SET ends_at = ends_at - make_interval(secs => :s)"), {"s": seconds})

    @asynccontextmanager
    async def listening(self) -> AsyncGenerator[Heard, None]:
        heard, ready = Heard(), asyncio.Event()
        nudges = heard.nudges()
        callbacks = Callbacks(nudges.events, nudges.added, nudges.queue, nudges.fence, reconnected=ready.set)
        listener = Listener(partial(connect, self.url), self._send_probe, "here", callbacks)
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(listener.run())
            await ready.wait()
            yield heard
            listening.cancel()

    async def _send_probe(self, probe: str) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(text("SELECT pg_notify(:channel, :probe)"), {"channel": PROBE_CHANNEL, "probe": probe})


@asynccontextmanager
async def postgres_storage(url: URL) -> AsyncGenerator[PostgresStorage, None]:
    """Storage on a migrated database, its writers running."""
    engine = make_engine(url, 5)
    storage = PostgresStorage(url, engine)
    async with asyncio.TaskGroup() as tasks:
        writing = [tasks.create_task(log.run()) for log in (storage.writer, storage.other_writer)]
        try:
            yield storage
        finally:
            storage.writer.shut_down()
            storage.other_writer.shut_down()
            _, stuck = await asyncio.wait(writing, timeout=5)
            for task in stuck:
                task.cancel()
    await engine.dispose()
