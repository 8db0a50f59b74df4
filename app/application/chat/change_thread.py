"""Renaming and deleting a conversation: `PATCH` and `DELETE /api/threads/{id}`."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from app.application.chat.cancel_run import cancel_unfinished
from app.application.chat.read_thread import found_thread
from app.application.ports import Transactions
from app.domain.chat.entities import Thread
from app.domain.chat.errors import NotFound

FAREWELL_SECONDS = 0.3
"""Between the end of a deleted thread's runs and the removal of their log."""


@dataclass(frozen=True, slots=True)
class RenameThreadRequest:
    """The title is stored as it is: whoever takes it from outside checks its length."""

    thread_id: UUID
    title: str


class RenameThread:
    """Gives a thread its title, in place of the beginning of its first message or of an earlier one."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def execute(self, request: RenameThreadRequest) -> Thread:
        """Change the title. Raises `NotFound`."""
        async with self._transactions.begin() as work:
            thread = await work.threads.rename(request.thread_id, request.title)
            if thread is None:
                raise NotFound("thread", request.thread_id)
            await work.commit()
        return thread


class DeleteThread:
    """Removes a thread for good, also one that is being answered in."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def execute(self, thread_id: UUID) -> None:
        """Cancel what runs, then remove everything. Raises `NotFound`.

        Two commits: the first ends the runs, so that readers see `done` and models stop; only the second takes the log away. In between readers,
        whose processes were nudged by the first, get a moment to read the end: one that misses it is told 404 when it comes back.
        """
        async with self._transactions.begin() as work:
            await found_thread(work, thread_id)
            unfinished = await work.runs.unfinished(thread_id)
            await cancel_unfinished(work, thread_id)
            await work.commit()
        if unfinished:
            await asyncio.sleep(FAREWELL_SECONDS)
        async with self._transactions.begin() as work:
            await work.threads.delete(thread_id)
            await work.commit()
