"""Messages on Postgres. Contract: `app/domain/chat/repositories/messages.py`. They are written with their runs: `runs.py`, `db/log_statements.py`."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.chat.entities import Failure, Message, MessageStatus, Role, Source
from app.infrastructure.models.tables import MessageRow

_COLUMNS = (
    MessageRow.id,
    MessageRow.thread_id,
    MessageRow.ordinal,
    MessageRow.role,
    MessageRow.content,
    MessageRow.status,
    MessageRow.parent_id,
    MessageRow.run_id,
    MessageRow.sources,
    MessageRow.error,
    MessageRow.created_at,
)


class PostgresMessages:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, message_id: UUID) -> Message | None:
        """See `MessageRepository.get`."""
        row = (await self._session.execute(select(*_COLUMNS).where(MessageRow.id == message_id))).one_or_none()
        return _message(row) if row else None

    async def latest(self, thread_id: UUID) -> Message | None:
        """See `MessageRepository.latest`."""
        newest = await self.page(thread_id, 1, None)
        return newest[0] if newest else None

    async def page(self, thread_id: UUID, limit: int, before: int | None) -> Sequence[Message]:
        """See `MessageRepository.page`."""
        statement = select(*_COLUMNS).where(MessageRow.thread_id == thread_id)
        if before is not None:
            statement = statement.where(MessageRow.ordinal < before)
        statement = statement.order_by(MessageRow.ordinal.desc()).limit(limit)
        return [_message(row) for row in await self._session.execute(statement)]

    async def branch(self, message_id: UUID, limit: int) -> Sequence[Message]:
        """See `MessageRepository.branch`. One recursive statement walks up by primary key."""
        line = (
            select(MessageRow.id, MessageRow.parent_id, literal(1).label("distance"))
            .where(MessageRow.id == message_id)
            .cte("line", recursive=True)
        )
        ancestors = select(MessageRow.id, MessageRow.parent_id, line.c.distance + 1).where(
            MessageRow.id == line.c.parent_id, line.c.distance < limit
        )
        line = line.union_all(ancestors)
        statement = select(*_COLUMNS).join(line, MessageRow.id == line.c.id).order_by(line.c.distance.desc())
        return [_message(row) for row in await self._session.execute(statement)]


def _message(row: Row[*tuple[Any, ...]]) -> Message:
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
