"""Threads on Postgres. Contract: `app/domain/chat/repositories/threads.py`."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, delete, exists, func, insert, or_, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.chat.entities import Assistant, Thread
from app.domain.chat.repositories.threads import ThreadCursor
from app.infrastructure.models.tables import MessageRow, RunEventRow, RunRow, ThreadRow

_COLUMNS = (ThreadRow.id, ThreadRow.user_id, ThreadRow.assistant, ThreadRow.title, ThreadRow.created_at, ThreadRow.updated_at)


class PostgresThreads:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, thread_id: UUID, user_id: int, assistant: Assistant, title: str | None) -> Thread | None:
        """See `ThreadRepository.add`."""
        values = {"id": thread_id, "user_id": user_id, "assistant": assistant.value, "title": title}
        try:
            return _thread((await self._session.execute(insert(ThreadRow).values(values).returning(*_COLUMNS))).one())
        except IntegrityError as error:
            if "threads_user_id_fkey" in str(error.orig):
                return None
            raise

    async def get(self, thread_id: UUID) -> Thread | None:
        """See `ThreadRepository.get`."""
        row = (await self._session.execute(select(*_COLUMNS).where(ThreadRow.id == thread_id))).one_or_none()
        return _thread(row) if row else None

    async def page(self, user_id: int, limit: int, before: ThreadCursor | None, query: str | None) -> Sequence[Thread]:
        """See `ThreadRepository.page`."""
        statement = select(*_COLUMNS).where(ThreadRow.user_id == user_id)
        if before is not None:
            statement = statement.where(tuple_(ThreadRow.updated_at, ThreadRow.id) < tuple_(before.updated_at, before.thread_id))
        if query:
            statement = statement.where(_contains(query))
        statement = statement.order_by(ThreadRow.updated_at.desc(), ThreadRow.id.desc()).limit(limit)
        return [_thread(row) for row in await self._session.execute(statement)]

    async def rename(self, thread_id: UUID, title: str) -> Thread | None:
        """See `ThreadRepository.rename`."""
        statement = update(ThreadRow).where(ThreadRow.id == thread_id).values(title=title).returning(*_COLUMNS)
        row = (await self._session.execute(statement)).one_or_none()
        return _thread(row) if row else None

    async def touch(self, thread_id: UUID, title_if_none: str) -> Thread | None:
        """See `ThreadRepository.touch`. The update is the lock."""
        values = {"updated_at": func.clock_timestamp(), "title": func.coalesce(ThreadRow.title, title_if_none)}
        statement = update(ThreadRow).where(ThreadRow.id == thread_id).values(values).returning(*_COLUMNS)
        row = (await self._session.execute(statement)).one_or_none()
        return _thread(row) if row else None

    async def delete(self, thread_id: UUID) -> bool:
        """See `ThreadRepository.delete`.

        Runs are locked before the thread, as a closing run does it (its row, then the thread's key for the answer): the same order, no deadlock.
        """
        runs = select(RunRow.id).where(RunRow.thread_id == thread_id)
        await self._session.execute(runs.order_by(RunRow.id).with_for_update())
        await self._session.execute(delete(RunEventRow).where(RunEventRow.run_id.in_(runs)))
        removed = await self._session.scalars(delete(ThreadRow).where(ThreadRow.id == thread_id).returning(ThreadRow.id))
        return removed.one_or_none() is not None


def _contains(query: str) -> ColumnElement[bool]:
    """Title or text contains the query. Only one user's threads are looked through, so no text index is needed."""
    in_messages = exists().where(MessageRow.thread_id == ThreadRow.id, MessageRow.content.icontains(query, autoescape=True))
    return or_(ThreadRow.title.icontains(query, autoescape=True), in_messages)


def _thread(row: Row[*tuple[Any, ...]]) -> Thread:
    return Thread(row.id, row.user_id, Assistant(row.assistant), row.title, row.created_at, row.updated_at)
