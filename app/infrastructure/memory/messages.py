"""Messages on memory. Contract: `app/domain/chat/repositories/messages.py`. They are written with their runs: `runs.py`, `fenced.py`."""

from collections.abc import Sequence
from uuid import UUID

from app.domain.chat.entities import Branch, Message
from app.infrastructure.memory.database import Session


class MemoryMessages:
    """See `MessageRepository`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, message_id: UUID) -> Message | None:
        """See `MessageRepository.get`."""
        return self._session.tables.messages.get(message_id)

    async def latest(self, thread_id: UUID) -> Message | None:
        """See `MessageRepository.latest`."""
        newest = await self.page(thread_id, 1, None)
        return newest[0] if newest else None

    async def page(self, thread_id: UUID, limit: int, before: int | None) -> Sequence[Message]:
        """See `MessageRepository.page`."""
        messages = [message for message in self._session.tables.messages.values() if message.thread_id == thread_id]
        if before is not None:
            messages = [message for message in messages if message.ordinal < before]
        return sorted(messages, key=lambda message: message.ordinal, reverse=True)[:limit]

    async def branch(self, message_id: UUID, limit: int) -> Branch | None:
        """See `MessageRepository.branch`."""
        messages = self._session.tables.messages
        line: list[Message] = []
        message = messages.get(message_id)
        while message is not None and len(line) < limit:
            line.insert(0, message)
            message = messages.get(message.parent_id) if message.parent_id else None
        return Branch(self._session.tables.threads[line[0].thread_id].assistant, line) if line else None
