"""Stopping a run from anywhere: `POST /api/runs/{id}/cancel`, `cancel` over a WebSocket, and whenever something else must end one.

The canceller ends the run itself, in one transaction: it fences the executor off, keeps the text that is committed, writes `done`. So a cancel
is final at once whatever state the executor is in: busy, paused, dead. The executor hears of it through the fence notification and closes the
provider's connection; should that be lost, its next write or lease renewal tells it.
"""

from uuid import UUID

from app.application.chat.transcripts import read_transcript
from app.application.ports import Transactions, UnitOfWork
from app.domain.chat.ending import Ending
from app.domain.chat.entities import Run
from app.domain.chat.errors import NotFound


class CancelRun:
    """By the run's id alone, whatever thread it is of."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def execute(self, run_id: UUID) -> Run:
        """The run as it is after the cancel; a finished run stays as it ended. Raises `NotFound`."""
        async with self._transactions.begin() as work:
            cancelled = await cancel_in(work, run_id)
            run = await work.runs.get(run_id)
            if run is None:
                raise NotFound("run", run_id)
            if cancelled:
                await work.commit()
        return run


class CancelInThread:
    """For a connection that knows its thread and perhaps not the run: `cancel` over a WebSocket."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def execute(self, thread_id: UUID, run_id: UUID | None) -> Run | None:
        """Cancel that run of the thread, or without a name its oldest unfinished one. The run; None if there was none to cancel.

        Raises `NotFound` for a run of another thread.
        """
        async with self._transactions.begin() as work:
            if run_id is None:
                run_id = next((run.run_id for run in await work.runs.unfinished(thread_id)), None)
                if run_id is None:
                    return None
            run = await work.runs.get(run_id)
            if run is None or run.thread_id != thread_id:
                raise NotFound("run", run_id)
            if await cancel_in(work, run_id):
                await work.commit()
                return run
        return None


async def cancel_in(work: UnitOfWork, run_id: UUID) -> bool:
    """Cancel a run as part of a larger transaction; False if there was nothing to cancel."""
    claim = await work.runs.fence(run_id)
    if claim is None:
        return False
    so_far = await read_transcript(work, run_id)
    return await work.runs.close(claim, Ending.cancelled(so_far.text, so_far.sources), so_far.last_seq)


async def cancel_unfinished(work: UnitOfWork, thread_id: UUID) -> None:
    """Cancel everything a thread has queued or running."""
    for run in await work.runs.unfinished(thread_id):
        await cancel_in(work, run.run_id)
