"""Executors' leases on Postgres. Contract: `app/domain/chat/repositories/leases.py`. All times are the database's."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_RENEW = text("""
    INSERT INTO executors (id, lease_until, host) VALUES (:id, now() + make_interval(secs => :seconds), :host)
    ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until
""")
_RELEASE = text("""
    WITH released AS (DELETE FROM executors WHERE id = :id RETURNING id)
    SELECT pg_notify('run_queue', '') FROM released
""")
_FORGET_THE_DEAD = text("""
    DELETE FROM executors AS dead WHERE lease_until < now() - interval '1 hour'
    AND NOT EXISTS (SELECT FROM runs WHERE runs.owner = dead.id AND runs.status = 'running')
""")


class PostgresLeases:
    """See `LeaseRepository`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def renew(self, executor_id: UUID, seconds: float, host: str) -> None:
        """See `LeaseRepository.renew`."""
        await self._connection.execute(_RENEW, {"id": executor_id, "seconds": seconds, "host": host})

    async def release(self, executor_id: UUID) -> None:
        """See `LeaseRepository.release`. Also sweeps out rows of processes that died long ago."""
        await self._connection.execute(_RELEASE, {"id": executor_id})
        await self._connection.execute(_FORGET_THE_DEAD)
