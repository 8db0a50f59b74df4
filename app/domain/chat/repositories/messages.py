"""Storage of messages: a tree in every thread, listed in the order of storing."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from app.domain.chat.entities import Branch, Message


class MessageRepository(Protocol):
    """Reads only: a message is stored with the run that answers it, an answer when its run closes."""

    async def get(self, message_id: UUID) -> Message | None:
        """The message, or None."""
        ...

    async def latest(self, thread_id: UUID) -> Message | None:
        """The message stored last in the thread, or None if it has none."""
        ...

    async def page(self, thread_id: UUID, limit: int, before: int | None) -> Sequence[Message]:
        """At most `limit` messages with an ordinal below `before` (the newest ones if None), newest first."""
        ...

    async def branch(self, message_id: UUID, limit: int) -> Branch | None:
        """The message and its ancestors, oldest first, at most the `limit` nearest: the conversation that led to it. None if there is no such message."""
        ...
