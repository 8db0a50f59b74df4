"""One way to reach Postgres: the URL people write, turned into what SQLAlchemy and psycopg want.

Called by `bootstrap`, the CLI and `alembic/env.py`.
"""

import asyncio
import select
from collections.abc import AsyncGenerator, Generator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import URL, event, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError, InvalidRequestError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from app.infrastructure.db.hang_up import hang_up_after

CONNECT_TIMEOUT = 5
"""Seconds to wait for one connection; a database that takes longer counts as down."""

POOL_PATIENCE = 15
"""Seconds a request waits for a free connection: in a burst waiting is better than an error, for ever is not."""

KEEPALIVE: dict[str, Any] = {
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""A peer that vanished without a word is noticed within half a minute instead of two hours."""


PREPARED = "prepared_statements"
"""`?prepared_statements=off` in DATABASE_URL: for poolers in transaction mode that know nothing of prepared statements. Our own: libpq never sees it."""


class WatchedPool(AsyncAdaptedQueuePool):
    """A pool that tells how many wait for one of its connections: `connected` counts them."""

    waiting = 0

    def leave(self) -> None:
        """One waits no longer."""
        self.waiting -= 1


@dataclass(frozen=True, slots=True)
class PoolUse:
    """Connections a pool may have, those in use now, and how many callers wait for one."""

    size: int
    checked_out: int
    waiting: int


class DatabaseUrlError(ValueError):
    """DATABASE_URL cannot be used; the message says why and what to write."""


def parse_url(text: str) -> URL:
    """The URL with the one driver of this product. Takes `postgres://`, `postgresql://` and drivers named by other products.

    Raises `DatabaseUrlError`.
    """
    try:
        url = make_url(text)
    except ArgumentError:
        raise DatabaseUrlError(
            "DATABASE_URL is not a URL. Write postgresql://user:password@host:5432/name, or leave it empty for the embedded database."
        ) from None
    if url.get_backend_name() not in ("postgres", "postgresql"):
        raise DatabaseUrlError(f"DATABASE_URL names {url.get_backend_name()!r}; only postgresql:// works.")
    if url.query.get(PREPARED, "off") != "off":
        raise DatabaseUrlError(f"DATABASE_URL says {PREPARED}={url.query[PREPARED]!r}; only {PREPARED}=off is known, or leave it out.")
    return url.set(drivername="postgresql+psycopg")


def conninfo(url: URL) -> str:
    """The same place for psycopg and psql, password included: never log it."""
    return plain(url).set(drivername="postgresql").render_as_string(hide_password=False)


def plain(url: URL) -> URL:
    """The URL as drivers know it."""
    return url.difference_update_query([PREPARED])


def preparing(url: URL) -> dict[str, Any]:
    """What a connection is opened with so that it prepares statements or, if the URL says so, never does."""
    return {"prepare_threshold": None} if PREPARED in url.query else {}


def of_one_s_own(url: URL) -> dict[str, Any]:
    """What a connection outside any pool is opened with: it is in autocommit mode."""
    return {"autocommit": True, "connect_timeout": CONNECT_TIMEOUT, **KEEPALIVE, **preparing(url)}


async def connect(url: URL) -> psycopg.AsyncConnection:
    """A connection of one's own. Raises `psycopg.OperationalError`."""
    return await psycopg.AsyncConnection.connect(conninfo(url), **of_one_s_own(url))


def make_engine(url: URL, pool_size: int) -> AsyncEngine:
    """An engine whose pool never hands out a connection that the server has closed."""
    engine = create_async_engine(
        plain(url),
        poolclass=WatchedPool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_PATIENCE,
        pool_use_lifo=True,
        connect_args={"connect_timeout": CONNECT_TIMEOUT, **KEEPALIVE, **preparing(url)},
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


@asynccontextmanager
async def connected(engine: AsyncEngine, patience: float) -> AsyncGenerator[tuple[AsyncConnection, psycopg.AsyncConnection], None]:
    """A connection from the pool, as SQLAlchemy's and as the driver's; it is ended if the block, and the rollback after it, are not through
    within `patience` seconds. Raises what SQLAlchemy and psycopg raise for a database that is away."""
    with _waiting(engine):
        connection = await _checked_out(engine)
    driver: Any = None
    with ExitStack() as limit:
        try:
            driver = (await connection.get_raw_connection()).driver_connection
            limit.enter_context(hang_up_after(patience, driver))
            yield connection, driver
        finally:
            await asyncio.shield(_given_back(connection, driver))


async def _given_back(connection: AsyncConnection, driver: psycopg.AsyncConnection | None) -> None:
    """End what was begun, before the pool does: it takes a connection that dies meanwhile, as all do when a database restarts, for an accident of its
    own, and logs a page about each."""
    if driver is not None:
        with suppress(psycopg.Error):
            await driver.rollback()  # no round trip if nothing was begun
        if driver.closed and not connection.closed and not connection.invalidated:
            await connection.invalidate()  # SQLAlchemy notices only what it sent itself
    await connection.close()


async def _checked_out(engine: AsyncEngine) -> AsyncConnection:
    """A connection from the pool.

    A checkout that is cut in two, between taking the connection and setting its mode, would lose the connection to the garbage collector. So it is
    never cut: if whoever wanted the connection is cancelled meanwhile, it is given back as soon as it is there.
    """
    checkout = asyncio.ensure_future(_started(engine))
    try:
        return await asyncio.shield(checkout)
    except asyncio.CancelledError:
        checkout.add_done_callback(_give_back)
        raise


async def _started(engine: AsyncEngine) -> AsyncConnection:
    """A server that goes down just now may kill one connection after another as soon as it is made; the pool gives up after three and calls that an
    invalid request, which nobody would take for an absence."""
    try:
        return await engine.connect().start()
    except InvalidRequestError as error:
        away = psycopg.OperationalError("the server closes connections as soon as they are made")
        raise OperationalError("connect", None, away) from error


def _give_back(checkout: asyncio.Future[AsyncConnection]) -> None:
    if not checkout.cancelled() and checkout.exception() is None:
        closing = asyncio.ensure_future(checkout.result().close())
        _closing.add(closing)
        closing.add_done_callback(_closing.discard)


_closing: set[asyncio.Future[None]] = set()
"""Connections on their way back that nobody waits for. The event loop alone would forget them."""


@contextmanager
def _waiting(engine: AsyncEngine) -> Generator[None]:
    """Count a caller as waiting until it has its connection, or gives up."""
    pool = engine.pool
    assert isinstance(pool, WatchedPool)
    pool.waiting += 1
    try:
        yield
    finally:
        pool.leave()


def pool_use(engine: AsyncEngine) -> PoolUse:
    """How much of an engine's pool is in use."""
    pool = engine.pool
    assert isinstance(pool, WatchedPool)
    return PoolUse(pool.size(), pool.checkedout(), pool.waiting)


def _refuse_closed(dbapi_connection: Any, _record: object, _proxy: object) -> None:
    """Make the pool throw away a connection that the server has closed.

    An idle connection has nothing to read, unless it is the server's goodbye; looking costs a microsecond, where SQLAlchemy's own pre-ping
    costs a round trip or two.
    """
    if dbapi_connection.driver_connection.closed:
        raise DisconnectionError("this connection is closed")
    socket = select.poll()
    socket.register(dbapi_connection.driver_connection.fileno(), select.POLLIN)
    if socket.poll(0):
        raise DisconnectionError("the server has closed this connection")
