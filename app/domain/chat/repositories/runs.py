"""Storage of runs: the queue of work, its claims and its endings.

`runs` is the queue. Two rules hold in storage itself: at most one run of a thread is `running`, and a thread's runs start in the order in
which they were stored. Writing to a run is fenced by its attempt: see `Claim`.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from app.domain.chat.ending import Ending
from app.domain.chat.entities import Backlog, Claim, Executor, NewMessage, NewRun, Run


class RunRepository(Protocol):
    """Whoever must hear of a change is nudged after the commit, never before it."""

    async def add(self, run: NewRun, message: NewMessage | None) -> Run:
        """Store a run, and the user message it answers if that is new.

        With an owner the run is stored as that executor's, running, attempt 1; without, as queued, and executors are nudged after the commit.
        Readers of the thread are nudged in both cases.
        """
        ...

    async def add_at_once(self, run: NewRun, content: str, title_if_none: str) -> Run | None:
        """Store a run and the new message it answers, which follows the thread's latest, in one step; the thread is touched.

        None, and nothing is stored, if there is no such thread, if it has an unfinished run, if the run's idempotency key is known, or if somebody
        else is posting into the thread: then `touch` it and look.
        """
        ...

    async def get(self, run_id: UUID) -> Run | None:
        """The run with its newest committed `last_seq`, or None."""
        ...

    async def by_idempotency_key(self, thread_id: UUID, key: str) -> tuple[Run, str] | None:
        """The run posted into this thread under that key, with the digest of its body; None if the key is new."""
        ...

    async def unfinished(self, thread_id: UUID) -> Sequence[Run]:
        """The thread's queued and running runs, oldest first."""
        ...

    async def answering(self, thread_ids: Collection[UUID]) -> set[UUID]:
        """Those of the threads that have a queued or running run."""
        ...

    async def next_in_thread(self, thread_id: UUID, after: UUID | None) -> Run | None:
        """The run stored next after run `after` in this thread (the thread's first if None), or None."""
        ...

    async def latest_in_thread(self, thread_id: UUID) -> Run | None:
        """The run stored last in this thread, or None."""
        ...

    async def latest_of(self, thread_ids: Collection[UUID]) -> Mapping[UUID, UUID | None]:
        """The run stored last in each of these threads, None where there is none yet; threads that are gone are left out."""
        ...

    async def fence(self, run_id: UUID) -> Claim | None:
        """Take an unfinished run from whoever has it, to close it: a new attempt, and no old one can write again.

        Waits for a write in flight, so that what is read afterwards is all there is. None if the run is finished or unknown. Its executor is
        nudged after the commit.
        """
        ...

    async def close(self, claim: Claim, ending: Ending, last_seq: int) -> bool:
        """Write the closing events after `last_seq`, the assistant message and the final status, all in this transaction.

        False, and nothing is written, if the claim is no longer the run's newest. Readers and executors are nudged after the commit.
        """
        ...

    async def claim_queued(self, executor: Executor, limit: int) -> Sequence[Claim]:
        """Claim at most `limit` queued runs that are first in their thread, oldest first. Never one that another claimer holds."""
        ...

    async def claim_orphans(self, executor: Executor, limit: int, held: Collection[UUID], *, judge: bool) -> Sequence[Claim]:
        """Take over at most `limit` running runs whose owner has let go of its lease, or that `executor` owns but does not hold.

        With `judge` also those whose owner's lease has run out: see `Lease.may_judge`.
        """
        ...

    async def still_owned(self, executor_id: UUID, held: Sequence[Claim]) -> set[UUID]:
        """Which of the held runs are still running under the held attempt."""
        ...

    async def backlog(self) -> Backlog:
        """How much waits, and how long the oldest has: for metrics."""
        ...
