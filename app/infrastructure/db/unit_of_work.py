"""Transactions on Postgres: one session, the repositories inside it, and failures as domain errors.

`bootstrap.py` makes the one `PostgresTransactions` of a process; use cases, the hub and the supervisor begin their units of work with it.
"""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import psycopg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from app.application.ports import UnitOfWork
from app.domain.chat.errors import Unavailable
from app.infrastructure.repositories.leases import PostgresLeases
from app.infrastructure.repositories.messages import PostgresMessages
from app.infrastructure.repositories.run_events import PostgresRunEvents
from app.infrastructure.repositories.runs import PostgresRuns
from app.infrastructure.repositories.threads import PostgresThreads
from app.infrastructure.repositories.users import PostgresUsers


class PostgresUnitOfWork:
    """One session and the repositories that share it."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self.users = PostgresUsers(session)
        self.threads = PostgresThreads(session)
        self.messages = PostgresMessages(session)
        self.runs = PostgresRuns(session)
        self.run_events = PostgresRunEvents(session)
        self.leases = PostgresLeases(session)

    async def commit(self) -> None:
        """See `UnitOfWork.commit`."""
        await self._session.commit()


class PostgresTransactions:
    """The `Transactions` of one engine."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._sessions = async_sessionmaker(engine, expire_on_commit=False, autoflush=False)
        self._snapshots = async_sessionmaker(
            engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True), expire_on_commit=False, autoflush=False
        )

    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """See `Transactions.begin`."""
        return _unit_of_work(self._sessions)

    def snapshot(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """See `Transactions.snapshot`."""
        return _unit_of_work(self._snapshots)


@asynccontextmanager
async def _unit_of_work(sessions: async_sessionmaker[AsyncSession]) -> AsyncGenerator[UnitOfWork, None]:
    try:
        async with sessions() as session:
            yield PostgresUnitOfWork(session)
    except PoolTimeoutError:
        raise Unavailable("database_busy", "All database connections are in use. Try again in a moment.") from None
    except (OperationalError, InterfaceError) as error:
        raise unavailable() from error
    except DBAPIError as error:
        if error.connection_invalidated or isinstance(error.orig, psycopg.errors.ReadOnlySqlTransaction):
            raise unavailable() from error
        raise


def unavailable() -> Unavailable:
    """What a client hears when the database cannot be reached, is restarting, full, or lost an argument with another transaction."""
    return Unavailable("database_unavailable", "The database cannot be reached right now. Nothing you sent was lost halfway; try again.")
