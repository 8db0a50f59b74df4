"""Units of work on Postgres: one connection, the repositories on it, and failures as domain errors.

`bootstrap` makes one `PostgresTransactions` an engine; use cases, the feed and the supervisor begin their units of work with it.
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import psycopg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.application.ports import UnitOfWork
from app.domain.chat.ending import Ending
from app.domain.chat.entities import Claim
from app.domain.chat.errors import Unavailable
from app.infrastructure.db.engine import connected
from app.infrastructure.repositories.answers import PostgresAnswers
from app.infrastructure.repositories.api_keys import PostgresApiKeys
from app.infrastructure.repositories.direct import Direct
from app.infrastructure.repositories.leases import PostgresLeases
from app.infrastructure.repositories.messages import PostgresMessages
from app.infrastructure.repositories.owners import PostgresOwners
from app.infrastructure.repositories.rate_windows import PostgresRateWindows
from app.infrastructure.repositories.retention import PostgresRetention
from app.infrastructure.repositories.run_events import PostgresRunEvents
from app.infrastructure.repositories.runs import PostgresRuns
from app.infrastructure.repositories.sign_ins import PostgresSignIns
from app.infrastructure.repositories.spending import PostgresSpending
from app.infrastructure.repositories.threads import PostgresThreads
from app.infrastructure.repositories.users import PostgresUsers

Closed = Callable[[Claim, Ending], None]
"""Hears of a run that was closed, after the commit that did it."""


def nobody(_claim: Claim, _ending: Ending) -> None:
    """Does not listen."""


class PostgresUnitOfWork:
    """One connection and the repositories that share it."""

    def __init__(self, connection: AsyncConnection, direct: Direct, closed: Closed = nobody) -> None:
        self._direct = direct
        self._closed = closed
        self._closings: list[tuple[Claim, Ending]] = []
        self.users = PostgresUsers(connection)
        self.threads = PostgresThreads(connection, direct)
        self.messages = PostgresMessages(direct)
        self.runs = PostgresRuns(connection, direct, self._closings)
        self.run_events = PostgresRunEvents(direct)
        self.leases = PostgresLeases(connection)
        self.answers = PostgresAnswers(connection)
        self.api_keys = PostgresApiKeys(connection)
        self.sign_ins = PostgresSignIns(connection)
        self.rate_windows = PostgresRateWindows(connection)
        self.spending = PostgresSpending(connection)
        self.owners = PostgresOwners(connection)
        self.retention = PostgresRetention(connection)

    async def commit(self) -> None:
        """See `UnitOfWork.commit`."""
        await self._direct.commit()
        for claim, ending in self._closings:
            self._closed(claim, ending)
        self._closings.clear()


class PostgresTransactions:
    """The `Transactions` of one engine; the three kinds share its pool. A unit of work that takes longer than `patience` seconds is `Unavailable`.

    `closed` hears of runs that are ended from outside an executor."""

    def __init__(self, engine: AsyncEngine, patience: float = 10.0, closed: Closed = nobody) -> None:
        self._patience = patience
        self._closed = closed
        self._writing = engine
        self._reading = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._snapshots = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """See `Transactions.begin`."""
        return _unit_of_work(self._writing, self._patience, self._closed)

    def reading(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """See `Transactions.reading`: no BEGIN, no ROLLBACK, one round trip a statement."""
        return _unit_of_work(self._reading, self._patience, self._closed)

    def at_once(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """See `Transactions.at_once`: the same as `reading`, for a statement that writes."""
        return _unit_of_work(self._reading, self._patience, self._closed)

    def snapshot(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """See `Transactions.snapshot`."""
        return _unit_of_work(self._snapshots, self._patience, self._closed)


@asynccontextmanager
async def _unit_of_work(engine: AsyncEngine, patience: float, closed: Closed) -> AsyncGenerator[UnitOfWork, None]:
    try:
        async with connected(engine, patience) as (connection, driver):
            yield PostgresUnitOfWork(connection, Direct(driver), closed)
    except PoolTimeoutError:
        raise Unavailable("database_busy", "All database connections are in use. Try again in a moment.") from None
    except (
        OperationalError,
        InterfaceError,
        psycopg.OperationalError,
        psycopg.InterfaceError,
        psycopg.errors.ReadOnlySqlTransaction,
    ) as error:
        raise unavailable() from error
    except DBAPIError as error:
        if error.connection_invalidated or isinstance(error.orig, psycopg.errors.ReadOnlySqlTransaction):
            raise unavailable() from error
        raise


def unavailable() -> Unavailable:
    """What a client hears when the database cannot be reached, is restarting, full, or lost an argument with another transaction."""
    return Unavailable("database_unavailable", "The database cannot be reached right now. Nothing you sent was lost halfway; try again.")
