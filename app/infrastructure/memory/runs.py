"""Runs on memory: the queue, the claims, the endings. Contract: `app/domain/chat/repositories/runs.py`."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from app.domain.chat.ending import Ending
from app.domain.chat.entities import Backlog, Claim, Executor, Message, MessageStatus, NewMessage, NewRun, Role, Run, RunStatus
from app.infrastructure.memory import fenced
from app.infrastructure.memory.database import Session
from app.infrastructure.memory.messages import MemoryMessages
from app.infrastructure.memory.tables import RuleBroken, RunRow, Tables
from app.infrastructure.memory.threads import MemoryThreads

OWN_AFTER = timedelta(seconds=5)
"""A run that its owner does not hold may be about to start there; after this it is taken for lost."""


class MemoryRuns:
    """See `RunRepository`. Where a constraint of Postgres would refuse, this raises `RuleBroken`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    # -- storing and reading -----------------------------------------------------------------------------------------------------------

    async def add(self, run: NewRun, message: NewMessage | None) -> Run:
        """See `RunRepository.add`."""
        tables = await self._session.write()
        _check(tables, run)
        if message is not None:
            tables.messages[message.message_id] = self._message(tables.next_ordinal(), message)
        stored = self._stored(tables.next_ordinal(), run)
        tables.runs[run.run_id] = RunRow(stored, run.owner.executor_id if run.owner else None, run.idempotency)
        self._session.nudge(lambda nudges: nudges.added(run.thread_id))
        if run.owner is None:
            self._session.nudge(lambda nudges: nudges.queue())
        return stored

    async def add_at_once(self, run: NewRun, content: str, title_if_none: str) -> Run | None:
        """See `RunRepository.add_at_once`."""
        known = run.idempotency and await self.by_idempotency_key(run.thread_id, run.idempotency.key)
        if known or await self.unfinished(run.thread_id):
            return None
        if await MemoryThreads(self._session).touch(run.thread_id, title_if_none) is None:
            return None
        latest = await MemoryMessages(self._session).latest(run.thread_id)
        return await self.add(run, NewMessage(run.message_id, run.thread_id, content, latest.message_id if latest else None))

    async def get(self, run_id: UUID) -> Run | None:
        """See `RunRepository.get`."""
        return self._session.tables.run(run_id)

    async def by_idempotency_key(self, thread_id: UUID, key: str) -> tuple[Run, str] | None:
        """See `RunRepository.by_idempotency_key`."""
        tables = self._session.tables
        for run in tables.runs_of(thread_id):
            idempotency = tables.runs[run.run_id].idempotency
            if idempotency is not None and idempotency.key == key:
                return run, idempotency.digest
        return None

    async def unfinished(self, thread_id: UUID) -> Sequence[Run]:
        """See `RunRepository.unfinished`."""
        return _unfinished(self._session.tables, thread_id)

    async def answering(self, thread_ids: Collection[UUID]) -> set[UUID]:
        """See `RunRepository.answering`."""
        return {thread_id for thread_id in thread_ids if _unfinished(self._session.tables, thread_id)}

    async def next_in_thread(self, thread_id: UUID, after: UUID | None) -> Run | None:
        """See `RunRepository.next_in_thread`."""
        runs = self._session.tables.runs_of(thread_id)
        if after is not None:
            known = self._session.tables.runs.get(after)
            runs = [run for run in runs if known and run.ordinal > known.run.ordinal]
        return runs[0] if runs else None

    async def latest_in_thread(self, thread_id: UUID) -> Run | None:
        """See `RunRepository.latest_in_thread`."""
        runs = self._session.tables.runs_of(thread_id)
        return runs[-1] if runs else None

    # -- ending ------------------------------------------------------------------------------------------------------------------------

    async def latest_of(self, thread_ids: Collection[UUID]) -> Mapping[UUID, UUID | None]:
        """See `RunRepository.latest_of`."""
        tables = self._session.tables
        runs = {thread_id: tables.runs_of(thread_id) for thread_id in thread_ids if thread_id in tables.threads}
        return {thread_id: of_thread[-1].run_id if of_thread else None for thread_id, of_thread in runs.items()}

    async def fence(self, run_id: UUID) -> Claim | None:
        """See `RunRepository.fence`."""
        tables = await self._session.write()
        row = tables.runs.get(run_id)
        if row is None or row.run.status.is_final:
            return None
        tables.runs[run_id] = replace(row, run=replace(row.run, attempt=row.run.attempt + 1))
        self._session.nudge(lambda nudges: nudges.fence(run_id))
        return _claim(tables.runs[run_id].run)

    async def close(self, claim: Claim, ending: Ending, last_seq: int) -> bool:
        """See `RunRepository.close`."""
        tables = await self._session.write()
        events = fenced.numbered(claim, ending.events, last_seq)
        if not fenced.append(tables, claim, events):
            return False
        self._session.nudge(lambda nudges: nudges.events([(claim.run_id, events[-1].seq)]))
        self._session.nudge(lambda nudges: nudges.queue())
        return fenced.close(tables, claim, ending, self._session.now())

    # -- claiming ----------------------------------------------------------------------------------------------------------------------

    async def claim_queued(self, executor: Executor, limit: int) -> Sequence[Claim]:
        """See `RunRepository.claim_queued`. Another claimer is waited for, not passed by."""
        tables = await self._session.write()

        def first_in_its_thread(row: RunRow) -> bool:
            return row.run.status is RunStatus.QUEUED and _unfinished(tables, row.run.thread_id)[0].run_id == row.run.run_id

        return self._claim(tables, executor, limit, first_in_its_thread)

    async def claim_orphans(self, executor: Executor, limit: int, held: Collection[UUID], *, judge: bool) -> Sequence[Claim]:
        """See `RunRepository.claim_orphans`."""
        tables = await self._session.write()
        now = self._session.now()

        def orphaned(row: RunRow) -> bool:
            if row.run.status is not RunStatus.RUNNING or row.run.run_id in held or row.owner is None or row.run.started_at is None:
                return False
            if row.owner == executor.executor_id:
                return row.run.started_at < now - OWN_AFTER
            return row.owner not in tables.leases or (judge and tables.leases[row.owner] <= now)

        return self._claim(tables, executor, limit, orphaned)

    async def still_owned(self, executor_id: UUID, held: Sequence[Claim]) -> set[UUID]:
        """See `RunRepository.still_owned`."""
        tables = self._session.tables
        return {claim.run_id for claim in held if _owns(tables.runs.get(claim.run_id), executor_id, claim)}

    async def backlog(self) -> Backlog:
        """See `RunRepository.backlog`."""
        tables, now = self._session.tables, self._session.now()
        runs = [row.run for row in tables.runs.values()]
        queued = [run for run in runs if run.status is RunStatus.QUEUED]
        first = [run for run in queued if _unfinished(tables, run.thread_id)[0].run_id == run.run_id]
        return Backlog(
            claimable=len(first),
            behind=len(queued) - len(first),
            oldest_seconds=max(((now - run.created_at).total_seconds() for run in first), default=0.0),
            running=sum(run.status is RunStatus.RUNNING for run in runs),
            executors=sum(until > now for until in tables.leases.values()),
        )

    def _claim(self, tables: Tables, executor: Executor, limit: int, wanted: Callable[[RunRow], bool]) -> Sequence[Claim]:
        """Claim the oldest of the runs that are wanted."""
        found = sorted((row for row in tables.runs.values() if wanted(row)), key=lambda row: row.run.ordinal)[:limit]
        for row in found:
            claimed = replace(_begun(row.run, executor, self._session), attempt=row.run.attempt + 1)
            tables.runs[claimed.run_id] = replace(row, run=claimed, owner=executor.executor_id)
        return [_claim(tables.runs[row.run.run_id].run) for row in found]

    def _stored(self, ordinal: int, run: NewRun) -> Run:
        queued = Run(
            run_id=run.run_id,
            thread_id=run.thread_id,
            message_id=run.message_id,
            answer_id=run.answer_id,
            ordinal=ordinal,
            status=RunStatus.QUEUED,
            attempt=0,
            created_at=self._session.now(),
            fresh=run.fresh,
            origin=run.origin,
        )
        return replace(_begun(queued, run.owner, self._session), attempt=1) if run.owner else queued

    def _message(self, ordinal: int, message: NewMessage) -> Message:
        return Message(
            message_id=message.message_id,
            thread_id=message.thread_id,
            ordinal=ordinal,
            role=Role.USER,
            content=message.content,
            status=MessageStatus.DONE,
            parent_id=message.parent_id,
            run_id=None,
            sources=(),
            error=None,
            created_at=self._session.now(),
        )


def _check(tables: Tables, new: NewRun) -> None:
    """The rules that hold in storage itself."""
    if new.thread_id not in tables.threads:
        raise RuleBroken("A run belongs to a thread.")
    if new.owner and any(run.status is RunStatus.RUNNING for run in tables.runs_of(new.thread_id)):
        raise RuleBroken("At most one run of a thread is running.")
    keys = [tables.runs[run.run_id].idempotency for run in tables.runs_of(new.thread_id)]
    if new.idempotency and any(key and key.key == new.idempotency.key for key in keys):
        raise RuleBroken("An idempotency key is used once a thread.")


def _unfinished(tables: Tables, thread_id: UUID) -> list[Run]:
    return [run for run in tables.runs_of(thread_id) if not run.status.is_final]


def _begun(run: Run, executor: Executor, session: Session) -> Run:
    return replace(run, status=RunStatus.RUNNING, started_at=session.now(), provider=executor.provider, model=executor.model)


def _owns(row: RunRow | None, executor_id: UUID, claim: Claim) -> bool:
    if row is None or row.owner != executor_id:
        return False
    return row.run.status is RunStatus.RUNNING and row.run.attempt == claim.attempt


def _claim(run: Run) -> Claim:
    return Claim(run.run_id, run.thread_id, run.message_id, run.answer_id, run.attempt, run.origin)
