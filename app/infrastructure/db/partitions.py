"""The log in partitions by time: for installations whose log has grown too large to clean row by row.

Off by default: routing a row to its partition costs the writer some percent (docs/operations.md has the figures). `chatbot partition` turns the table
into a partitioned one; from then on the housekeeper of any process calls `tend`, which makes partitions ahead of time and drops those of a time from
which no run is left.

    run_events                      partitioned by range of run_id; a UUIDv7 begins with its time, so this is the time of the run's creation
    ├── run_events_first            everything until the conversion: the old table itself, attached, not copied
    ├── run_events_20261126         seven days from that day (UTC); bounds are whole PARTITION_DAYS since 1970
    ├── …                           four ahead
    └── run_events_rest             whatever fits nowhere, so that no insert can fail; empty unless nobody tended for weeks

The key `(run_id, seq)` stays, and so does every statement of the product: a run's rows are in one partition, and Postgres finds it by `run_id`.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import structlog
from psycopg import sql

from app.domain.chat.errors import Unavailable

Connect = Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]

AHEAD = 4
"""Partitions made ahead of time."""

LOCK_TIMEOUT = "2s"
"""How long a change may wait for the log's lock; all that write and read the log wait behind it meanwhile."""

FIRST = "run_events_first"
REST = "run_events_rest"

_DAY = 86_400_000
_OPTIONS = sql.SQL("(autovacuum_vacuum_scale_factor = 0.05)")

_IS_PARTITIONED = "SELECT relkind = 'p' FROM pg_class WHERE oid = 'run_events'::regclass"
_PARTITIONS = """
    SELECT child.relname, pg_get_expr(child.relpartbound, child.oid), pg_total_relation_size(child.oid)
    FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid WHERE inhparent = 'run_events'::regclass
"""
_MOVE = "WITH moved AS (DELETE FROM {rest} WHERE run_id >= {begin} AND run_id < {end} RETURNING *) INSERT INTO {name} SELECT * FROM moved"
_PROOF = "bound_until_"
_PROOFS = "SELECT conname FROM pg_constraint WHERE conname LIKE 'bound\\_until\\_%%' AND conname <= %s"
_ANY_RUN = "SELECT EXISTS (SELECT FROM runs WHERE id >= %s AND id < %s)"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Partition:
    """One of them: rows of runs with `lowest <= id < end`. `size` is bytes on disk, indexes included."""

    name: str
    lowest: UUID
    end: UUID
    size: int

    @property
    def end_time(self) -> datetime:
        """When the first run that is not in it may have been made."""
        return datetime.fromtimestamp((self.end.int >> 80) / 1000, UTC)


@dataclass(frozen=True, slots=True)
class Tended:
    """What was done: names of partitions."""

    made: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


class LogPartitions:
    """On connections of its own, in autocommit mode; `days` is the width of new partitions."""

    def __init__(self, connect: Connect, days: int) -> None:
        self._connect = connect
        self._days = days

    async def __call__(self) -> None:
        """See `TendPartitions`."""
        await self.tend()

    async def tend(self, now: datetime | None = None) -> Tended:
        """Make what is missing, drop what is over; nothing if the log is not partitioned. Raises `Unavailable`."""
        try:
            async with await self._connect() as connection:
                soon = (now or datetime.now(UTC)) + timedelta(hours=12)
                await _drop_proofs(connection, await (await connection.execute(_PROOFS, (f"{_PROOF}{soon:%Y%m%d}",))).fetchall())
                if not await _scalar(connection, _IS_PARTITIONED):
                    return Tended()
                dropped = await self._drop_what_is_over(connection, now or datetime.now(UTC))
                made = await self._make_ahead(connection, now or datetime.now(UTC))
        # A lock that was not to be had in time is an operational error; a row that came into the rest meanwhile one of integrity.
        except (psycopg.OperationalError, psycopg.InterfaceError, psycopg.IntegrityError, OSError) as error:
            raise Unavailable("database_busy", f"The log's partitions cannot be tended now: {str(error).strip()}") from error
        if made or dropped:
            _log.info("The log's partitions were tended", made=made, dropped=dropped)
        return Tended(tuple(made), tuple(dropped))

    async def convert(self, now: datetime | None = None) -> Tended:
        """Make the log a partitioned table; the table there is becomes its first partition, without being copied.

        Attaching reads the old table once, so that Postgres is sure of its bound; it does so before the lock, which is held for some milliseconds.
        Raises `psycopg.Error`: nothing has changed then, and the command may be given again.
        """
        async with await self._connect() as connection:
            if await _scalar(connection, _IS_PARTITIONED):
                return await self.tend(now)
            soon = (now or datetime.now(UTC)) + timedelta(days=1)  # the proof below must hold for what is written while it is looked up
            bound = _bound(_begin(soon, self._days) + timedelta(days=self._days))
            async with _proved(connection, bound), _changing(connection):
                for statement in CONVERSION:
                    await connection.execute(_filled(statement, bound))
        return await self.tend(now)

    async def listed(self) -> list[Partition]:
        """All but the rest, the oldest first; empty if the log is not partitioned."""
        async with await self._connect() as connection:
            return await _partitions(connection)

    async def _drop_what_is_over(self, connection: psycopg.AsyncConnection[Any], now: datetime) -> list[str]:
        """Partitions of a time that is past and from which there is no run any more: what rows they have belong to nobody."""
        dropped: list[str] = []
        for partition in await _partitions(connection):
            past = partition.end_time < now - timedelta(days=1)
            if past and not await _scalar(connection, _ANY_RUN, (partition.lowest, partition.end)):
                async with _changing(connection):
                    await connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(partition.name)))
                dropped.append(partition.name)
        return dropped

    async def _make_ahead(self, connection: psycopg.AsyncConnection[Any], now: datetime) -> list[str]:
        ends = [partition.end for partition in await _partitions(connection)]
        begin = max([_begin(now, self._days), *(_time(end) for end in ends)])
        made: list[str] = []
        while begin < now + timedelta(days=AHEAD * self._days):
            end = _begin(begin, self._days) + timedelta(days=self._days)  # the first after a change of PARTITION_DAYS may be shorter
            made.append(await _make(connection, begin, end))
            begin = end
        return made


CONVERSION = (
    "ALTER TABLE run_events RENAME TO {first}",
    "ALTER INDEX run_events_pkey RENAME TO run_events_first_pkey",
    """CREATE TABLE run_events (LIKE {first} INCLUDING DEFAULTS, CONSTRAINT run_events_pkey PRIMARY KEY (run_id, seq))
       PARTITION BY RANGE (run_id)""",
    "ALTER TABLE run_events ATTACH PARTITION {first} FOR VALUES FROM (MINVALUE) TO ({bound})",
    "CREATE TABLE {rest} PARTITION OF run_events DEFAULT WITH {options}",
)


def _filled(statement: str, bound: UUID) -> sql.Composed:
    parts = {"first": sql.Identifier(FIRST), "rest": sql.Identifier(REST), "bound": sql.Literal(str(bound)), "options": _OPTIONS}
    return sql.SQL(statement).format(**parts)  # pyright: ignore[reportArgumentType] - one of the constants above


@asynccontextmanager
async def _proved(connection: psycopg.AsyncConnection[Any], bound: UUID) -> AsyncGenerator[None, None]:
    """A checked constraint says what attaching would else look up under the lock: all rows are below the bound.

    It must not stay: when its time comes it would refuse new rows. So its name says when that is, and `tend` removes what a killed command left.
    """
    name = sql.Identifier(f"{_PROOF}{_time(bound):%Y%m%d}")
    proof = sql.SQL("ALTER TABLE run_events ADD CONSTRAINT {} CHECK (run_id < {}) NOT VALID").format(name, sql.Literal(str(bound)))
    try:
        async with _changing(connection):
            await connection.execute(sql.SQL("ALTER TABLE run_events DROP CONSTRAINT IF EXISTS {}").format(name))
            await connection.execute(proof)
        async with _changing(connection):
            await connection.execute(sql.SQL("ALTER TABLE run_events VALIDATE CONSTRAINT {}").format(name))
        yield
    finally:
        await _drop_proofs(connection, [(name.as_string(None).strip('"'),)])


async def _drop_proofs(connection: psycopg.AsyncConnection[Any], names: Sequence[tuple[str]]) -> None:
    """From the log, which the first partition was before it was one."""
    for (name,) in names:
        for table in ("run_events", FIRST):
            drop = sql.SQL("ALTER TABLE IF EXISTS {} DROP CONSTRAINT IF EXISTS {}").format(sql.Identifier(table), sql.Identifier(name))
            async with _changing(connection):
                await connection.execute(drop)


async def _make(connection: psycopg.AsyncConnection[Any], begin: datetime, end: datetime) -> str:
    """Beside the log first, then attached: that hinders neither readers nor writers of other partitions. Rows in the rest move to their place."""
    name = f"run_events_{begin:%Y%m%d}"
    parts = {
        "name": sql.Identifier(name),
        "begin": sql.Literal(str(_bound(begin))),
        "end": sql.Literal(str(_bound(end))),
        "options": _OPTIONS,
        "rest": sql.Identifier(REST),
    }
    async with _changing(connection):
        await connection.execute(sql.SQL("CREATE TABLE {name} (LIKE run_events INCLUDING ALL) WITH {options}").format(**parts))
        await connection.execute(sql.SQL(_MOVE).format(**parts))
        await connection.execute(
            sql.SQL("ALTER TABLE run_events ATTACH PARTITION {name} FOR VALUES FROM ({begin}) TO ({end})").format(**parts)
        )
    return name


async def _partitions(connection: psycopg.AsyncConnection[Any]) -> list[Partition]:
    rows = await (await connection.execute(_PARTITIONS)).fetchall()
    found = [Partition(name, *_read_bounds(bound), size) for name, bound, size in rows if name != REST]
    return sorted(found, key=lambda partition: partition.lowest)


def _read_bounds(text: str) -> tuple[UUID, UUID]:
    """Postgres says `FOR VALUES FROM ('…') TO ('…')`, or MINVALUE without quotes."""
    lowest, _, end = text.removeprefix("FOR VALUES FROM (").removesuffix(")").partition(") TO (")
    return UUID(int=0) if lowest == "MINVALUE" else UUID(lowest.strip("'")), UUID(end.strip("'"))


@asynccontextmanager
async def _changing(connection: psycopg.AsyncConnection[Any]) -> AsyncGenerator[None, None]:
    """A transaction that would rather fail than make everybody wait."""
    async with connection.transaction():
        await connection.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(LOCK_TIMEOUT)))
        yield


async def _scalar(connection: psycopg.AsyncConnection[Any], query: str, parameters: tuple[Any, ...] = ()) -> Any:
    row = await (await connection.execute(query.encode(), parameters)).fetchone()
    return row[0] if row else None


def _begin(moment: datetime, days: int) -> datetime:
    """The beginning of the stretch of `days` days that the moment is in."""
    width = days * _DAY
    return datetime.fromtimestamp(int(moment.timestamp() * 1000) // width * width / 1000, UTC)


def _bound(moment: datetime) -> UUID:
    """The lowest UUIDv7 of a moment, and a little below: its 48 bits of milliseconds, then nothing."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def _time(bound: UUID) -> datetime:
    return datetime.fromtimestamp((bound.int >> 80) / 1000, UTC)
