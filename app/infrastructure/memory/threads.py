"""Threads on memory. Contract: `app/domain/chat/repositories/threads.py`."""

import re
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from app.domain.chat.entities import Assistant, Thread
from app.domain.chat.repositories.threads import ThreadCursor
from app.domain.chat.search import pattern_of
from app.infrastructure.memory.database import Session
from app.infrastructure.memory.tables import Tables


class MemoryThreads:
    """See `ThreadRepository`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, thread_id: UUID, user_id: int, assistant: Assistant, title: str | None) -> Thread | None:
        """See `ThreadRepository.add`."""
        tables = await self._session.write()
        if user_id not in tables.users:
            return None
        now = self._session.now()
        return _store(tables, Thread(thread_id, user_id, assistant, title, now, now))

    async def get(self, thread_id: UUID) -> Thread | None:
        """See `ThreadRepository.get`."""
        return self._session.tables.threads.get(thread_id)

    async def page(self, user_id: int, limit: int, before: ThreadCursor | None, query: str | None) -> Sequence[Thread]:
        """See `ThreadRepository.page`."""
        tables = self._session.tables
        threads = [thread for thread in tables.threads.values() if thread.user_id == user_id]
        if before is not None:
            threads = [thread for thread in threads if _place(thread) < (before.updated_at, before.thread_id)]
        if query:
            pattern = re.compile(pattern_of(query), re.IGNORECASE)
            threads = [thread for thread in threads if _contains(tables, thread, pattern)]
        return sorted(threads, key=_place, reverse=True)[:limit]

    async def rename(self, thread_id: UUID, title: str) -> Thread | None:
        """See `ThreadRepository.rename`."""
        tables = await self._session.write()
        thread = tables.threads.get(thread_id)
        return _store(tables, replace(thread, title=title)) if thread else None

    async def touch(self, thread_id: UUID, title_if_none: str) -> Thread | None:
        """See `ThreadRepository.touch`. The write lock is the lock."""
        tables = await self._session.write()
        thread = tables.threads.get(thread_id)
        if thread is None:
            return None
        title = title_if_none if thread.title is None else thread.title
        return _store(tables, replace(thread, title=title, updated_at=self._session.now()))

    async def delete(self, thread_id: UUID) -> bool:
        """See `ThreadRepository.delete`."""
        tables = await self._session.write()
        for run in tables.runs_of(thread_id):
            tables.events.pop(run.run_id, None)
            tables.pieces.pop(run.run_id, None)
            del tables.runs[run.run_id]
        tables.messages = {key: message for key, message in tables.messages.items() if message.thread_id != thread_id}
        if tables.threads.pop(thread_id, None) is None:
            return False
        self._session.nudge(lambda nudges: nudges.added(thread_id))
        return True


def _store(tables: Tables, thread: Thread) -> Thread:
    tables.threads[thread.thread_id] = thread
    return thread


def _place(thread: Thread) -> tuple[object, ...]:
    return thread.updated_at, thread.thread_id


def _contains(tables: Tables, thread: Thread, pattern: re.Pattern[str]) -> bool:
    texts = [message.content for message in tables.messages.values() if message.thread_id == thread.thread_id]
    return any(pattern.search(text) for text in [thread.title or "", *texts])
