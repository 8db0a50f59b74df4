"""Transactions on memory: one session and the repositories that share it."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from app.application.ports import UnitOfWork
from app.infrastructure.memory.access import MemoryApiKeys, MemoryOwners, MemoryRateWindows, MemorySignIns, MemorySpending
from app.infrastructure.memory.answers import MemoryAnswers
from app.infrastructure.memory.database import MemoryDatabase, Session
from app.infrastructure.memory.leases import MemoryLeases
from app.infrastructure.memory.messages import MemoryMessages
from app.infrastructure.memory.retention import MemoryRetention
from app.infrastructure.memory.run_events import MemoryRunEvents
from app.infrastructure.memory.runs import MemoryRuns
from app.infrastructure.memory.threads import MemoryThreads
from app.infrastructure.memory.users import MemoryUsers


class MemoryUnitOfWork:
    """See `UnitOfWork`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.users = MemoryUsers(session)
        self.threads = MemoryThreads(session)
        self.messages = MemoryMessages(session)
        self.runs = MemoryRuns(session)
        self.run_events = MemoryRunEvents(session)
        self.leases = MemoryLeases(session)
        self.answers = MemoryAnswers(session)
        self.api_keys = MemoryApiKeys(session)
        self.sign_ins = MemorySignIns(session)
        self.rate_windows = MemoryRateWindows(session)
        self.spending = MemorySpending(session)
        self.owners = MemoryOwners(session)
        self.retention = MemoryRetention(session)

    async def commit(self) -> None:
        """See `UnitOfWork.commit`."""
        self._session.commit()


class MemoryTransactions:
    """The `Transactions` of one `MemoryDatabase`."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """See `Transactions.begin`."""
        return self._unit_of_work(frozen=False)

    def reading(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """See `Transactions.reading`."""
        return self._unit_of_work(frozen=False)

    def at_once(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """See `Transactions.at_once`."""
        return self._at_once()

    def snapshot(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """See `Transactions.snapshot`."""
        return self._unit_of_work(frozen=True)

    @asynccontextmanager
    async def _at_once(self) -> AsyncGenerator[UnitOfWork, None]:
        async with self._database.session() as session:
            yield MemoryUnitOfWork(session)
            session.commit()

    @asynccontextmanager
    async def _unit_of_work(self, *, frozen: bool) -> AsyncGenerator[UnitOfWork, None]:
        async with self._database.session(frozen=frozen) as session:
            yield MemoryUnitOfWork(session)
