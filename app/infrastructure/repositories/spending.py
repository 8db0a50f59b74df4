"""What users have in hand, on Postgres. Contract: `SpendingRepository` in `app/domain/access/repositories.py`.

Tokens are charged by `CLOSE` in `log_statements.py`.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.access.repositories import Spending

# Lets the foreign keys of other rows look at the user, and keeps other posts out.
_LOCK = text("SELECT FROM users WHERE id = :user_id FOR NO KEY UPDATE")

# A statement of its own after the lock: it sees what was committed while the lock was waited for.
_SPENDING = text("""
    SELECT
        (SELECT count(*) FROM threads JOIN runs ON runs.thread_id = threads.id
         WHERE threads.user_id = :user_id AND runs.status IN ('queued', 'running')) AS unfinished,
        (SELECT coalesce(sum(tokens), 0)::bigint FROM spent_tokens
         WHERE user_id = :user_id AND day = (now() AT TIME ZONE 'UTC')::date) AS tokens,
        extract(epoch FROM date_trunc('day', now(), 'UTC') + interval '1 day' - now())::float8 AS seconds_left
""")
_TODAY = text("""
    SELECT coalesce(sum(tokens), 0)::bigint FROM spent_tokens WHERE user_id = :user_id AND day = (now() AT TIME ZONE 'UTC')::date
""")


class PostgresSpending:
    """See `SpendingRepository`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock(self, user_id: int) -> Spending:
        """See `SpendingRepository.lock`."""
        await self._connection.execute(_LOCK, {"user_id": user_id})
        row = (await self._connection.execute(_SPENDING, {"user_id": user_id})).one()
        return Spending(row.unfinished, row.tokens, row.seconds_left)

    async def tokens_today(self, user_id: int) -> int:
        """See `SpendingRepository.tokens_today`."""
        return (await self._connection.execute(_TODAY, {"user_id": user_id})).scalar_one()
