"""Messages on Postgres. Contract: `app/domain/chat/repositories/messages.py`. They are written with their runs: `runs.py`, `repositories/log_statements.py`."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.domain.chat.entities import Assistant, Branch, Failure, Message, MessageStatus, Role, Source
from app.infrastructure.repositories.direct import Direct

_GET = b"SELECT * FROM messages WHERE id = %(id)s"
_PAGE = b"SELECT * FROM messages WHERE thread_id = %(thread_id)s AND ordinal < %(before)s ORDER BY ordinal DESC LIMIT %(limit)s"

# Walks up by primary key, from the message to the root or as far as the limit; and looks whose the conversation is.
_BRANCH = b"""
    WITH RECURSIVE line AS (
        SELECT messages.*, 1 AS distance FROM messages WHERE id = %(id)s
        UNION ALL
        SELECT parent.*, line.distance + 1 FROM line JOIN messages AS parent ON parent.id = line.parent_id WHERE line.distance < %(limit)s
    )
    SELECT line.*, CASE WHEN distance = 1 THEN (SELECT assistant FROM threads WHERE threads.id = line.thread_id) END AS assistant
    FROM line ORDER BY distance DESC
"""
_END = 2**63 - 1


class PostgresMessages:
    """See `MessageRepository`."""

    def __init__(self, direct: Direct) -> None:
        self._direct = direct

    async def get(self, message_id: UUID) -> Message | None:
        """See `MessageRepository.get`."""
        row = await self._direct.one(_GET, {"id": message_id})
        return _message(row) if row else None

    async def latest(self, thread_id: UUID) -> Message | None:
        """See `MessageRepository.latest`."""
        newest = await self.page(thread_id, 1, None)
        return newest[0] if newest else None

    async def page(self, thread_id: UUID, limit: int, before: int | None) -> Sequence[Message]:
        """See `MessageRepository.page`."""
        parameters = {"thread_id": thread_id, "limit": limit, "before": _END if before is None else before}
        return [_message(row) for row in await self._direct.all(_PAGE, parameters)]

    async def branch(self, message_id: UUID, limit: int) -> Branch | None:
        """See `MessageRepository.branch`."""
        rows = await self._direct.all(_BRANCH, {"id": message_id, "limit": limit})
        return Branch(Assistant(rows[-1].assistant), [_message(row) for row in rows]) if rows else None


def _message(row: Any) -> Message:
    return Message(
        message_id=row.id,
        thread_id=row.thread_id,
        ordinal=row.ordinal,
        role=Role(row.role),
        content=row.content,
        status=MessageStatus(row.status),
        parent_id=row.parent_id,
        run_id=row.run_id,
        sources=tuple(Source(**source) for source in row.sources or ()),
        error=Failure(**row.error) if row.error else None,
        created_at=row.created_at,
    )
