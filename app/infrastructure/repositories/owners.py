"""Whose things are, on Postgres. Contract: `OwnerRepository` in `app/domain/access/repositories.py`."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_OF_THREAD = text("SELECT user_id FROM threads WHERE id = :id")
_OF_RUN = text("SELECT threads.user_id FROM runs JOIN threads ON threads.id = runs.thread_id WHERE runs.id = :id")
_KNOWN = text("SELECT id FROM users WHERE external_id = :external_id")
# Two first sights at once: the second waits for the first, and gets its row by an update that changes nothing.
_USER_OF = text("""
    INSERT INTO users (name, external_id) VALUES (:name, :external_id)
    ON CONFLICT (external_id) DO UPDATE SET external_id = excluded.external_id
    RETURNING id
""")


class PostgresOwners:
    """See `OwnerRepository`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of_thread(self, thread_id: UUID) -> int | None:
        """See `OwnerRepository.of_thread`."""
        return (await self._connection.execute(_OF_THREAD, {"id": thread_id})).scalar_one_or_none()

    async def of_run(self, run_id: UUID) -> int | None:
        """See `OwnerRepository.of_run`."""
        return (await self._connection.execute(_OF_RUN, {"id": run_id})).scalar_one_or_none()

    async def user_of(self, external_id: str, name: str) -> int:
        """See `OwnerRepository.user_of`."""
        known = (await self._connection.execute(_KNOWN, {"external_id": external_id})).scalar_one_or_none()
        if known is not None:
            return known
        return (await self._connection.execute(_USER_OF, {"name": name, "external_id": external_id})).scalar_one()
