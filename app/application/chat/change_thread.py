"""Renaming and deleting a conversation: `PATCH` and `DELETE /api/threads/{id}`."""

from dataclasses import dataclass
from uuid import UUID

from app.application.chat.cancel_run import cancel_unfinished
from app.application.chat.read_thread import found_thread
from app.application.ports import Transactions
from app.domain.chat.entities import Thread
from app.domain.chat.errors import NotFound


@dataclass(frozen=True, slots=True)
class RenameThreadRequest:
    thread_id: UUID
    title: str


class RenameThread:
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
    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def execute(self, thread_id: UUID) -> None:
        """Cancel what runs, then remove everything. Raises `NotFound`.

        Two commits: the first ends the runs, so that readers see `done` and models stop; only the second takes the log away.
        """
        async with self._transactions.begin() as work:
            await found_thread(work, thread_id)
            await cancel_unfinished(work, thread_id)
            await work.commit()
        async with self._transactions.begin() as work:
            await work.threads.delete(thread_id)
            await work.commit()
