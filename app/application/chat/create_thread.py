"""A user opens a conversation: `POST /api/threads`."""

from dataclasses import dataclass

from app.application.ports import NewId, Transactions
from app.domain.chat.entities import Assistant, Thread
from app.domain.chat.errors import NotFound


@dataclass(frozen=True, slots=True)
class CreateThreadRequest:
    """A thread without a title gets one from its first message."""

    user_id: int
    assistant: Assistant = Assistant.CVS
    title: str | None = None


class CreateThread:
    """Begins with nothing but the thread: messages and runs come with `PostMessageCreateRun`."""

    def __init__(self, transactions: Transactions, new_id: NewId) -> None:
        self._transactions = transactions
        self._new_id = new_id

    async def execute(self, request: CreateThreadRequest) -> Thread:
        """Store the thread. Raises `NotFound` for an unknown user."""
        async with self._transactions.begin() as work:
            thread = await work.threads.add(self._new_id(), request.user_id, request.assistant, request.title)
            if thread is None:
                raise NotFound("user", request.user_id)
            await work.commit()
        return thread
