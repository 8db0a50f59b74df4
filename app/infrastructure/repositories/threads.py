"""Threads on Postgres. Contract: `app/domain/chat/repositories/threads.py`."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.chat.entities import Assistant, Thread
from app.domain.chat.repositories.threads import ThreadCursor
from app.domain.chat.search import pattern_of
from app.infrastructure.models.tables import MessageRow, RunEventRow, RunRow, ThreadRow
from app.infrastructure.repositories.direct import Direct
from app.infrastructure.repositories.log_statements import ADDED_CHANNEL

_COLUMNS = (ThreadRow.id, ThreadRow.user_id, ThreadRow.assistant, ThreadRow.title, ThreadRow.created_at, ThreadRow.updated_at)

_GET = b"SELECT * FROM threads WHERE id = %(id)s"
_TOUCH = b"UPDATE threads SET updated_at = clock_timestamp(), title = coalesce(title, %(title)s) WHERE id = %(id)s RETURNING *"


class PostgresThreads:
    """See `ThreadRepository`."""

    def __init__(self, connection: AsyncConnection, direct: Direct) -> None:
        self._connection = connection
        self._direct = direct

    async def add(self, thread_id: UUID, user_id: int, assistant: Assistant, title: str | None) -> Thread | None:
        """See `ThreadRepository.add`."""
        values = {"id": thread_id, "user_id": user_id, "assistant": assistant.value, "title": title}
        try:
            return _thread((await self._connection.execute(insert(ThreadRow).values(values).returning(*_COLUMNS))).one())
        except IntegrityError as error:
            if "threads_user_id_fkey" in str(error.orig):
                return None
            raise

    async def get(self, thread_id: UUID) -> Thread | None:
        """See `ThreadRepository.get`."""
        row = await self._direct.one(_GET, {"id": thread_id})
        return _thread(row) if row else None

    async def page(self, user_id: int, limit: int, before: ThreadCursor | None, query: str | None) -> Sequence[Thread]:
        """See `ThreadRepository.page`."""
        statement = select(*_COLUMNS).where(ThreadRow.user_id == user_id)
        if before is not None:
            statement = statement.where(tuple_(ThreadRow.updated_at, ThreadRow.id) < tuple_(before.updated_at, before.thread_id))
        if query:
            statement = statement.where(_contains(query))
        statement = statement.order_by(ThreadRow.updated_at.desc(), ThreadRow.id.desc()).limit(limit)
        return [_thread(row) for row in await self._connection.execute(statement)]

    async def rename(self, thread_id: UUID, title: str) -> Thread | None:
        """See `ThreadRepository.rename`."""
        statement = update(ThreadRow).where(ThreadRow.id == thread_id).values(title=title).returning(*_COLUMNS)
        row = (await self._connection.execute(statement)).one_or_none()
        return _thread(row) if row else None

    async def touch(self, thread_id: UUID, title_if_none: str) -> Thread | None:
        """See `ThreadRepository.touch`. The update is the lock."""
        row = await self._direct.one(_TOUCH, {"id": thread_id, "title": title_if_none})
        return _thread(row) if row else None

    async def delete(self, thread_id: UUID) -> bool:
        """See `ThreadRepository.delete`.

        The thread's row is locked first, in a way that keeps out whoever posts but not a run that closes (it needs the thread's key only); then the
        runs, which keeps out whoever writes. So no run and no event can come in between, and nobody waits in a circle.
        """
        await self._connection.execute(select(ThreadRow.id).where(ThreadRow.id == thread_id).with_for_update(key_share=True))
        runs = select(RunRow.id).where(RunRow.thread_id == thread_id)
        await self._connection.execute(runs.order_by(RunRow.id).with_for_update())
        await self._connection.execute(delete(RunEventRow).where(RunEventRow.run_id.in_(runs)))
        removed = await self._connection.scalars(delete(ThreadRow).where(ThreadRow.id == thread_id).returning(ThreadRow.id))
        if removed.one_or_none() is None:
            return False
        await self._connection.execute(select(func.pg_notify(ADDED_CHANNEL, str(thread_id))))
        return True


def _contains(query: str) -> ColumnElement[bool]:
    """Title or text contains the query (`domain/chat/search.py`). Only one user's threads are looked through, so no text index is needed.

    The offset keeps it so: without it Postgres may choose to search everybody's messages once rather than these threads' one by one.
    """
    pattern = pattern_of(query)
    said = select(MessageRow.id).where(MessageRow.thread_id == ThreadRow.id, MessageRow.content.regexp_match(pattern, "i"))
    return or_(ThreadRow.title.regexp_match(pattern, "i"), said.offset(0).exists())


def _thread(row: Any) -> Thread:
    return Thread(row.id, row.user_id, Assistant(row.assistant), row.title, row.created_at, row.updated_at)
