"""Counted requests on Postgres. Contract: `RateWindowRepository` in `app/domain/access/repositories.py`."""

import secrets

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

SWEEP_ONE_IN = 500
"""One hit in so many also removes windows that are over."""

# The conflicting row is locked before it is read, so that each hit sees the one before it.
_HIT = text("""
    INSERT INTO rate_windows AS w (subject, hits, ends_at) VALUES (:subject, 1, clock_timestamp() + :seconds * interval '1 second')
    ON CONFLICT (subject) DO UPDATE SET
        hits = CASE WHEN w.ends_at > clock_timestamp() THEN w.hits + 1 ELSE 1 END,
        ends_at = CASE WHEN w.ends_at > clock_timestamp() THEN w.ends_at ELSE excluded.ends_at END
    RETURNING hits, greatest(extract(epoch FROM ends_at - clock_timestamp()), 0)::float8 AS left
""")
_SWEEP = text("""
    DELETE FROM rate_windows WHERE subject IN (
        SELECT subject FROM rate_windows WHERE ends_at < now() ORDER BY ends_at LIMIT 2000 FOR UPDATE SKIP LOCKED
    )
""")


class PostgresRateWindows:
    """See `RateWindowRepository`. Windows that are over are swept away by one hit in `SWEEP_ONE_IN`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def hit(self, subject: str, seconds: int) -> tuple[int, float]:
        """See `RateWindowRepository.hit`."""
        row = (await self._connection.execute(_HIT, {"subject": subject, "seconds": seconds})).one()
        if secrets.randbelow(SWEEP_ONE_IN) == 0:
            await self._connection.execute(_SWEEP)
        return row.hits, row.left
