"""What all units of work share, and the life of one of them.

    reading    each statement sees what is committed at that moment (a snapshot: what was committed when it began)
    writing    the first change takes the one write lock and a copy of the tables; from then on it sees that copy
    commit     the copy becomes what everybody sees, the lock is free, then nudges go out
    end        without a commit the copy is forgotten

One lock stands for all row locks of Postgres: whoever would wait for a row there waits here, and so do some others.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from app.infrastructure.memory.nudges import Nudges
from app.infrastructure.memory.tables import RuleBroken, Tables

Clock = Callable[[], datetime]
"""The database's clock: it stamps rows and decides which leases have run out."""


def utc_now() -> datetime:
    """The time of day."""
    return datetime.now(UTC)


class MemoryDatabase:
    """Everything committed. `nudges` may be set later, when those who want to hear exist."""

    def __init__(self, now: Clock = utc_now, nudges: Nudges | None = None) -> None:
        self.now = now
        self.nudges = nudges or Nudges()
        self.committed = Tables()
        self.write_lock = asyncio.Lock()

    @asynccontextmanager
    async def session(self, *, frozen: bool = False) -> AsyncGenerator["Session", None]:
        """A transaction; leaving it without `commit` rolls back. A frozen one sees one moment and changes nothing."""
        session = Session(self, self.committed if frozen else None)
        try:
            yield session
        finally:
            session.roll_back()


class Session:
    """One transaction, shared by the repositories of a unit of work."""

    def __init__(self, database: MemoryDatabase, moment: Tables | None) -> None:
        self._database = database
        self._moment = moment
        self._own: Tables | None = None
        self._nudges: list[Callable[[Nudges], None]] = []
        self.now = database.now

    @property
    def tables(self) -> Tables:
        """What this transaction sees now. Only to be read."""
        return self._own or self._moment or self._database.committed

    async def write(self) -> Tables:
        """The transaction's own copy, to be changed. Waits until no other transaction writes."""
        if self._moment is not None:
            raise RuleBroken("A snapshot is read-only.")
        if self._own is None:
            await self._database.write_lock.acquire()
            self._own = self._database.committed.copy()
        return self._own

    def nudge(self, tell: Callable[[Nudges], None]) -> None:
        """Tell somebody after the commit."""
        self._nudges.append(tell)

    def commit(self) -> None:
        """Make the changes everybody's, then nudge."""
        if self._own is not None:
            self._database.committed = self._own
        nudges = self._nudges
        self.roll_back()
        for tell in nudges:
            tell(self._database.nudges)

    def roll_back(self) -> None:
        """Forget the changes that are not committed."""
        self._nudges = []
        if self._own is not None:
            self._own = None
            self._database.write_lock.release()
