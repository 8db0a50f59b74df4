"""The group-commit writer: every token of every run of this process goes through here into Postgres, and only then to readers.

    executors --append--> tails --take all--> one fenced statement, one NOTIFY, one commit --> hub

While a commit is in flight the next batch gathers, so a quiet process writes at once and a busy one writes fewer, larger batches: there is no
timer to tune. Neighbouring tokens of a run become one row.

Promises, beside those of the `EventLog` port:
* Readers get a batch after its commit, never before.
* A batch is frozen when it is taken, and repeated to the letter if the connection dies: the statement ignores what is already there, so a
  commit whose answer got lost is harmless.
* The database may be away for as long as it likes: batches wait, executors wait (at most `WAITING_LIMIT` characters a run), nothing is lost.
* Whatever a run's content does to the statement hurts that run only: a refused batch is repeated run by run.

One instance a process; `bootstrap` gives it a connection factory and the hub's `publish`, and owns the task that runs `run`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

import psycopg
import structlog

from app.application.telemetry import claim_fields
from app.domain.chat.ending import Ending
from app.domain.chat.entities import Claim
from app.domain.chat.errors import LeaseLost
from app.domain.chat.events import Event, StoredEvent, Token, merged, payload
from app.infrastructure.db.hang_up import hang_up_after
from app.infrastructure.db.log_connection import LogConnection
from app.infrastructure.repositories.log_statements import APPEND, CLOSE, CLOSED_BY, Written, append_parameters, close_parameters

Connect = Callable[[], Awaitable[LogConnection]]
Publish = Callable[[UUID, Sequence[StoredEvent]], None]

WAITING_LIMIT = 32_768
"""Characters of one run that may wait for the writer before its executor has to."""

FLUSH_TIMEOUT = 15.0
"""Seconds after which a flush without an answer counts as a dead connection."""

RETRY_DELAYS = (0.05, 0.1, 0.2, 0.5, 1.0)
"""Seconds between tries while the database is away; the last one repeats."""

ABSENCES = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction, OSError)
"""The database is away, full, restarting, failing over, or silent: wait for it."""

REFUSALS = (psycopg.Error, UnicodeError)
"""Anything else it says is about what was written."""

_log = structlog.get_logger(__name__)


class EventRefused(Exception):
    """The database refused what this run wanted to write; the cause says why."""


@dataclass(slots=True, eq=False)
class _Tail:
    """The unwritten end of one claimed run."""

    claim: Claim
    last_seq: int
    waiting: list[Event] = field(default_factory=list[Event])
    size: int = 0
    ending: Ending | None = None
    flushed: asyncio.Future[None] | None = None
    """Resolves when everything that waits now is committed; fails when it never will be."""
    verdict: Exception | None = None
    """Why nothing more may be written."""

    def take(self) -> "_Taken":
        """Freeze what waits as numbered rows. The tail goes on collecting for the next batch."""
        events = merged((*self.waiting, *self.ending.events)) if self.ending else merged(self.waiting)
        run_id = self.claim.run_id
        numbered = [StoredEvent(run_id, seq, event.type, payload(event)) for seq, event in enumerate(events, start=self.last_seq + 1)]
        taken = _Taken(self, Written(self.claim, numbered, self.ending), self.flushed)
        self.last_seq += len(numbered)
        self.waiting, self.size, self.flushed = [], 0, None
        return taken


class _Taken(NamedTuple):
    """One tail's part of a batch."""

    tail: _Tail
    written: Written
    flushed: asyncio.Future[None] | None

    def settle(self, verdict: Exception | None) -> None:
        """Tell whoever waits for this part how it went."""
        if verdict is not None:
            self.tail.verdict = verdict
        if self.flushed is None or self.flushed.done():
            return
        if verdict is None:
            self.flushed.set_result(None)
        else:
            self.flushed.set_exception(verdict)


@dataclass(frozen=True, slots=True)
class FlushStats:
    """One flush, for metrics: runs, rows and characters written, seconds taken, and the runs that it closed."""

    runs: int
    rows: int
    characters: int
    seconds: float
    closed: Sequence[tuple[Claim, Ending]] = ()


class GroupCommitLog:
    """The `EventLog` on Postgres. `name` tells listeners who wrote, so that this process need not hear its own writing."""

    def __init__(self, connect: Connect, publish: Publish, name: str, observe: Callable[[FlushStats], None] = lambda _: None) -> None:
        self._connect = connect
        self._publish = publish
        self._name = name
        self._observe = observe
        self._tails: dict[UUID, _Tail] = {}
        self._dirty: dict[UUID, _Tail] = {}
        self._work = asyncio.Event()
        self._closing = False
        self._connection: LogConnection | None = None
        self._flushing_since: float | None = None

    @property
    def stalled_seconds(self) -> float:
        """How long the flush under way has been under way: more than a moment means that the database does not take it."""
        return 0.0 if self._flushing_since is None else asyncio.get_running_loop().time() - self._flushing_since

    # -- what executors call ---------------------------------------------------------------------------------------------------------

    async def open(self, claim: Claim, last_seq: int) -> None:
        """See `EventLog.open`."""
        self._tails[claim.run_id] = _Tail(claim, last_seq)

    async def append(self, claim: Claim, event: Event) -> None:
        """See `EventLog.append`. Does not suspend while there is room."""
        tail = self._tail(claim)
        tail.waiting.append(event)
        tail.size += len(event.text) if isinstance(event, Token) else 1
        self._mark(tail)
        if tail.size > WAITING_LIMIT:
            await self._flushed(tail)

    async def close(self, claim: Claim, ending: Ending) -> None:
        """See `EventLog.close`."""
        tail = self._tail(claim)
        tail.ending = ending
        self._mark(tail)
        try:
            await self._flushed(tail)
        finally:
            self._forget(tail)  # written or not, nothing can follow; a cancelled caller leaves the ending to the next flush

    async def abandon(self, claim: Claim) -> None:
        """See `EventLog.abandon`. Also waits for what is in flight: a successor passes by a run that is being written."""
        tail = self._tails.get(claim.run_id)
        if tail is None or tail.claim != claim:
            return
        try:
            if tail.verdict is None:
                self._mark(tail)
                await self._flushed(tail)
        except (LeaseLost, EventRefused):
            pass  # it was no longer ours to write: that is what abandoning is about
        finally:
            self._forget(tail)

    def _tail(self, claim: Claim) -> _Tail:
        tail = self._tails.get(claim.run_id)
        if tail is None or (tail.claim is not claim and tail.claim != claim):
            raise LeaseLost(claim.run_id)
        if tail.verdict is not None:
            raise tail.verdict
        return tail

    def _mark(self, tail: _Tail) -> None:
        self._dirty[tail.claim.run_id] = tail
        self._work.set()

    async def _flushed(self, tail: _Tail) -> None:
        if tail.flushed is None:
            tail.flushed = asyncio.get_running_loop().create_future()
            tail.flushed.add_done_callback(_hear_out)
        # Shielded: several callers may wait for one flush, and one that is cancelled must not cancel it for the others.
        await asyncio.shield(tail.flushed)

    def _forget(self, tail: _Tail) -> None:
        if self._tails.get(tail.claim.run_id) is tail:
            del self._tails[tail.claim.run_id]

    # -- the writing task ------------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Write until `shut_down`. The one task that touches the connection."""
        try:
            while True:
                await self._work.wait()
                self._work.clear()
                if self._dirty:
                    await self._flush()
                elif self._closing:
                    return
        finally:
            await self._disconnect()

    def shut_down(self) -> None:
        """Let `run` return once everything handed over so far is written."""
        self._closing = True
        self._work.set()

    async def _flush(self) -> None:
        loop = asyncio.get_running_loop()
        batch = [tail.take() for tail in self._dirty.values()]
        self._dirty.clear()
        started = self._flushing_since = loop.time()
        try:
            await self._store(batch)
        except REFUSALS as refusal:
            await self._store_one_by_one(batch, refusal)
        self._flushing_since = None
        events = [event for taken in batch for event in taken.written.events]
        closed = [(taken.written.claim, taken.written.ending) for taken in batch if taken.written.ending and taken.tail.verdict is None]
        self._observe(FlushStats(len(batch), len(events), sum(len(event.data) for event in events), loop.time() - started, closed))
        if self._closing:
            self._work.set()

    async def _store_one_by_one(self, batch: Sequence[_Taken], refusal: Exception) -> None:
        """Find the run that spoilt the batch, and spare the others."""
        for taken in batch:
            try:
                await self._store([taken])
            except REFUSALS as error:
                _log.error("The database refused a run's events", **claim_fields(taken.written.claim), error=str(error), first=str(refusal))
                refused = EventRefused("The database refused this run's events.")
                refused.__cause__ = error
                taken.settle(refused)

    async def _store(self, batch: Sequence[_Taken]) -> None:
        """Write a batch, however long the database is away, then tell readers and waiters. Raises what the database refuses."""
        writable = await self._write_with_patience([taken.written for taken in batch])
        for taken in batch:
            if taken.written.claim.run_id in writable:
                self._publish(taken.written.claim.run_id, taken.written.events)
                taken.settle(None)
            else:
                taken.settle(LeaseLost(taken.written.claim.run_id))

    async def _write_with_patience(self, batch: Sequence[Written]) -> set[UUID]:
        tries = 0
        while True:
            try:
                return await self._write(batch, repeated=tries > 0)
            except psycopg.errors.ProgramLimitExceeded:
                raise  # an operational error by name, but about what was written: waiting would not make it smaller
            except ABSENCES as error:
                await self._disconnect()
                if tries % 20 == 0:
                    _log.warning("The log cannot be written; waiting for the database", error=str(error).strip(), runs=len(batch))
                await asyncio.sleep(RETRY_DELAYS[min(tries, len(RETRY_DELAYS) - 1)])
                tries += 1

    async def _write(self, batch: Sequence[Written], *, repeated: bool) -> set[UUID]:
        if self._connection is None:
            self._connection = await self._connect()
        with hang_up_after(FLUSH_TIMEOUT, self._connection):
            return await self._write_on(self._connection, batch, repeated=repeated)

    async def _write_on(self, connection: LogConnection, batch: Sequence[Written], *, repeated: bool) -> set[UUID]:
        endings = [(written.claim, written.ending) for written in batch if written.ending is not None]
        if not endings:
            return await connection.append(batch, self._name)
        async with connection.pipeline(), connection.transaction():  # four statements, one round trip
            appending = await connection.execute(APPEND, append_parameters(batch, self._name))
            closing = await connection.execute(CLOSE, close_parameters(endings))
        writable, closed = await _ids(appending), await _ids(closing)
        if repeated:  # the last try may have closed them before its connection died
            closed |= await self._closed_before(connection, endings)
        return (writable | closed) - {claim.run_id for claim, _ in endings if claim.run_id not in closed}

    async def _closed_before(self, connection: psycopg.AsyncConnection, endings: Sequence[tuple[Claim, Ending]]) -> set[UUID]:
        claims = [claim for claim, _ in endings]
        parameters = {"run_ids": [claim.run_id for claim in claims], "attempts": [claim.attempt for claim in claims]}
        cursor = await connection.execute(CLOSED_BY, parameters)
        return {row[0] for row in await cursor.fetchall()}

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


def _hear_out(flushed: asyncio.Future[None]) -> None:
    """Whoever waited may be cancelled by now; a verdict that nobody hears any more is no accident for the log."""
    if not flushed.cancelled():
        flushed.exception()


async def _ids(cursor: psycopg.AsyncCursor) -> set[UUID]:
    """The run ids that one of the log statements answers first."""
    row = await cursor.fetchone()
    assert row is not None
    return set(row[0])
