"""Executors' leases on memory. Contract: `app/domain/chat/repositories/leases.py`. All times are the database's."""

from datetime import timedelta
from uuid import UUID

from app.infrastructure.memory.database import Session


class MemoryLeases:
    """See `LeaseRepository`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def renew(self, executor_id: UUID, seconds: float, host: str) -> None:  # noqa: ARG002 - nobody looks here
        """See `LeaseRepository.renew`."""
        tables = await self._session.write()
        tables.leases[executor_id] = self._session.now() + timedelta(seconds=seconds)

    async def release(self, executor_id: UUID) -> None:
        """See `LeaseRepository.release`."""
        tables = await self._session.write()
        if tables.leases.pop(executor_id, None) is not None:
            self._session.nudge(lambda nudges: nudges.queue())
