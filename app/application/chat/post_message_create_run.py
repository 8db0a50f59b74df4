"""A user says something: the message and the run that will answer it are stored in ONE transaction: `POST /api/threads/{id}/messages`.

If this process has a free executor slot the run is stored as already claimed and starts right after the commit; else it is queued for any
executor. `RegenerateRun` asks for another answer to a message that is already there.

Everything that posts into one thread goes through the thread's row lock (`threads.touch`), so the busy check, the idempotency check and the order
of runs need no other care.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from uuid import UUID

from app.application.chat.allowance import Allowance
from app.application.chat.cancel_run import cancel_in
from app.application.ports import NewId, Reservation, RunStarter, Transactions, UnitOfWork
from app.application.telemetry import RunWatch, Unwatched, current_origin
from app.domain.chat.entities import Claim, Executor, IdempotencyKey, NewMessage, NewRun, OnBusy, Role, Run, RunStatus
from app.domain.chat.errors import IdempotencyMismatch, InvalidInput, NotFound, QueueFull, ThreadBusy

TITLE_LENGTH = 60
"""Characters of the first message that become the title of a thread without one."""


class AfterLatest(Enum):
    """The parent of a message that names none: the newest message of the thread, or the answer still to come."""

    LATEST = "latest"


Parent = UUID | AfterLatest | None
"""The message that the new one follows; None begins a new branch at the root."""


@dataclass(frozen=True, slots=True)
class PostMessageRequest:
    """`on_busy` applies while the thread has an unfinished run. In one thread the same `idempotency_key` must come with the same post."""

    thread_id: UUID
    content: str
    on_busy: OnBusy = OnBusy.REJECT
    parent: Parent = AfterLatest.LATEST
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class RegenerateRequest:
    """`run_id` is any run of the message that is to be answered again."""

    run_id: UUID
    on_busy: OnBusy = OnBusy.REJECT
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """The run, and whether it was there already under the same idempotency key."""

    run: Run
    replayed: bool = False


class PostMessageCreateRun:
    """At most `queue_limit` messages of a thread wait behind the one that is being answered. Without an `allowance` users have no limits."""

    def __init__(
        self,
        transactions: Transactions,
        starter: RunStarter,
        new_id: NewId,
        queue_limit: int,
        allowance: Allowance | None = None,
        *,
        watch: RunWatch | None = None,
    ) -> None:
        self._post = _PostIntoThread(transactions, starter, new_id, queue_limit, allowance or Allowance(), watch or Unwatched())

    async def execute(self, request: PostMessageRequest) -> Posted:
        """Store message and run, and start it if there is a free slot.

        Raises `NotFound`, `ThreadBusy`, `QueueFull`, `RateLimited`, `IdempotencyMismatch`, and `InvalidInput` for a parent that cannot be.
        """
        key = _idempotency(request.idempotency_key, ["post", request.content, request.on_busy.value, _spelled(request.parent)])
        return await self._post.execute(request.thread_id, request.on_busy, key, self._message(request))

    def _message(self, request: PostMessageRequest) -> "_Question":
        return _Question(content=request.content, parent=request.parent)


class RegenerateRun:
    """Takes what `PostMessageCreateRun` takes, and keeps the same limits."""

    def __init__(
        self,
        transactions: Transactions,
        starter: RunStarter,
        new_id: NewId,
        queue_limit: int,
        allowance: Allowance | None = None,
        *,
        watch: RunWatch | None = None,
    ) -> None:
        self._transactions = transactions
        self._post = _PostIntoThread(transactions, starter, new_id, queue_limit, allowance or Allowance(), watch or Unwatched())

    async def execute(self, request: RegenerateRequest) -> Posted:
        """Store a new run on the same user message; the older answer stays as its sibling. Raises as `PostMessageCreateRun` does."""
        async with self._transactions.reading() as work:
            run = await work.runs.get(request.run_id)
        if run is None:
            raise NotFound("run", request.run_id)
        key = _idempotency(request.idempotency_key, ["regenerate", str(run.message_id), request.on_busy.value])
        return await self._post.execute(run.thread_id, request.on_busy, key, _Question(message_id=run.message_id))


@dataclass(frozen=True, slots=True)
class _Question:
    """What the run will answer: a new message, or one that is stored already."""

    content: str = ""
    parent: Parent = AfterLatest.LATEST
    message_id: UUID | None = None


class _PostIntoThread:
    """What posting and regenerating share: lock, look, store, commit, start."""

    def __init__(
        self,
        transactions: Transactions,
        starter: RunStarter,
        new_id: NewId,
        queue_limit: int,
        allowance: Allowance,
        watch: RunWatch,
    ) -> None:
        self._transactions = transactions
        self._allowance = allowance
        self._starter = starter
        self._new_id = new_id
        self._queue_limit = queue_limit
        self._watch = watch

    async def execute(self, thread_id: UUID, on_busy: OnBusy, key: IdempotencyKey | None, question: _Question) -> Posted:
        reservation = self._starter.reserve()
        try:
            with self._watch.posting():
                posted = await self._store(thread_id, on_busy, key, question, reservation)
                self._watch.posted(posted.run, replayed=posted.replayed)
            if reservation is not None and not posted.replayed and posted.run.status is RunStatus.RUNNING:
                reservation.start(_claim(posted.run))
            return posted
        finally:
            if reservation is not None:
                reservation.release()

    async def _store(
        self, thread_id: UUID, on_busy: OnBusy, key: IdempotencyKey | None, question: _Question, reservation: Reservation | None
    ) -> Posted:
        stored = await self._store_at_once(thread_id, key, question, reservation)
        return Posted(stored) if stored else await self._store_step_by_step(thread_id, on_busy, key, question, reservation)

    async def _store_at_once(
        self, thread_id: UUID, key: IdempotencyKey | None, question: _Question, reservation: Reservation | None
    ) -> Run | None:
        """The common case, in one round trip: a new message at the end of a thread that is at rest, of a user without limits. None if it is another."""
        if self._allowance.limited or question.message_id is not None or question.parent is not AfterLatest.LATEST:
            return None
        run = self._run(thread_id, key, self._new_id(), reservation.executor if reservation else None)
        async with self._transactions.at_once() as work:
            return await work.runs.add_at_once(run, question.content, _title(question.content))

    async def _store_step_by_step(
        self, thread_id: UUID, on_busy: OnBusy, key: IdempotencyKey | None, question: _Question, reservation: Reservation | None
    ) -> Posted:
        async with self._transactions.begin() as work:
            thread = await work.threads.touch(thread_id, title_if_none=_title(question.content))
            if thread is None:
                raise NotFound("thread", thread_id)
            earlier = await self._earlier(work, thread_id, key)
            if earlier is not None:
                return Posted(earlier, replayed=True)
            unfinished = await self._make_way(work, thread_id, on_busy)
            message = await self._message(work, thread_id, question, unfinished)
            await self._allowance.check(work, thread.user_id)
            message_id = message.message_id if message else question.message_id or self._new_id()
            run = self._run(thread_id, key, message_id, reservation.executor if reservation and not unfinished else None)
            stored = await work.runs.add(replace(run, fresh=question.message_id is not None), message)
            await work.commit()
        return Posted(stored)

    def _run(self, thread_id: UUID, key: IdempotencyKey | None, message_id: UUID, owner: Executor | None) -> NewRun:
        return NewRun(
            self._new_id(), thread_id, message_id, answer_id=self._new_id(), owner=owner, idempotency=key, origin=current_origin.get()
        )

    async def _earlier(self, work: UnitOfWork, thread_id: UUID, key: IdempotencyKey | None) -> Run | None:
        found = await work.runs.by_idempotency_key(thread_id, key.key) if key else None
        if found is None or key is None:
            return None
        run, digest = found
        if digest != key.digest:
            raise IdempotencyMismatch
        return run

    async def _make_way(self, work: UnitOfWork, thread_id: UUID, on_busy: OnBusy) -> Sequence[Run]:
        """Apply the busy policy; answers the runs that the new one must wait for."""
        unfinished = await work.runs.unfinished(thread_id)
        if not unfinished:
            return ()
        match on_busy:
            case OnBusy.REJECT:
                raise ThreadBusy(unfinished[0].run_id)
            case OnBusy.INTERRUPT:
                for run in unfinished:
                    await cancel_in(work, run.run_id)
                return ()
            case OnBusy.ENQUEUE:
                if len(unfinished) > self._queue_limit:
                    raise QueueFull(f"{self._queue_limit} messages already wait in this thread. Let some be answered, or cancel them.")
                return unfinished

    async def _message(self, work: UnitOfWork, thread_id: UUID, question: _Question, unfinished: Sequence[Run]) -> NewMessage | None:
        if question.message_id is not None:
            return None
        parent_id = await _parent_id(work, thread_id, question.parent, unfinished)
        return NewMessage(self._new_id(), thread_id, question.content, parent_id)


async def _parent_id(work: UnitOfWork, thread_id: UUID, parent: Parent, unfinished: Sequence[Run]) -> UUID | None:
    if isinstance(parent, UUID):
        if parent not in {run.answer_id for run in unfinished}:
            message = await work.messages.get(parent)
            if message is None or message.thread_id != thread_id or message.role is not Role.ASSISTANT:
                raise InvalidInput("parent_id must be an answer in this thread, or null for a new beginning.", code="invalid_parent")
        return parent
    if parent is None:
        return None
    if unfinished:
        return unfinished[-1].answer_id
    latest = await work.messages.latest(thread_id)
    return latest.message_id if latest else None


def _claim(run: Run) -> Claim:
    return Claim(run.run_id, run.thread_id, run.message_id, run.answer_id, run.attempt, run.origin)


def _idempotency(key: str | None, body: list[str]) -> IdempotencyKey | None:
    return IdempotencyKey(key, hashlib.sha256(json.dumps(body).encode()).hexdigest()) if key else None


def _spelled(parent: Parent) -> str:
    return parent.value if isinstance(parent, AfterLatest) else str(parent)


def _title(content: str) -> str:
    line = " ".join(content.split())
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1].rstrip() + "…"
