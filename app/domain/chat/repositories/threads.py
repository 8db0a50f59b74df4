"""Storage of threads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from app.domain.chat.entities import Assistant, Thread


@dataclass(frozen=True, slots=True)
class ThreadCursor:
    """Where a page of threads ended: the last thread's `updated_at` and id."""

    updated_at: datetime
    thread_id: UUID


class ThreadRepository(Protocol):
    """Lists are in the order of use: `updated_at`, which `touch` sets, then the id."""

    async def add(self, thread_id: UUID, user_id: int, assistant: Assistant, title: str | None) -> Thread | None:
        """Store a thread; None if there is no such user."""
        ...

    async def get(self, thread_id: UUID) -> Thread | None:
        """The thread, or None."""
        ...

    async def page(self, user_id: int, limit: int, before: ThreadCursor | None, query: str | None) -> Sequence[Thread]:
        """At most `limit` threads of a user, the one used last first; those after `before`, if given.

        `query` keeps threads whose title or message text contains it, whatever the case and the accents (`search.py`).
        """
        ...

    async def rename(self, thread_id: UUID, title: str) -> Thread | None:
        """Change the title; None if there is no such thread. Renaming is not using: the order of the list stays."""
        ...

    async def touch(self, thread_id: UUID, title_if_none: str) -> Thread | None:
        """Mark the thread as used now, give it a title if it has none, and lock it until the transaction ends.

        The lock puts everything that posts into one thread in a row. None if there is no such thread.
        """
        ...

    async def delete(self, thread_id: UUID) -> bool:
        """Remove the thread with its messages, runs and events; its readers are nudged after the commit. False if there was none."""
        ...
