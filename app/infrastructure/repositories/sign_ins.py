"""Cookies and stream tickets on Postgres. Contract: `SignInRepository` in `app/domain/access/repositories.py`."""

from sqlalchemy import BigInteger, Text, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.access.entities import Scope, SignIn

_ADD = text("""
    WITH forgotten AS (
        DELETE FROM sign_ins WHERE digest IN (
            SELECT digest FROM sign_ins WHERE expires_at < now() ORDER BY expires_at LIMIT 50 FOR UPDATE SKIP LOCKED
        )
    )
    INSERT INTO sign_ins (digest, scope, user_id, key_id, resource, expires_at)
    VALUES (:digest, :scope, :user_id, :key_id, :resource, now() + :seconds * interval '1 second')
    RETURNING expires_at
""").bindparams(bindparam("user_id", type_=BigInteger()), bindparam("key_id", type_=Text()), bindparam("resource", type_=Text()))
_GET = text("""
    SELECT * FROM sign_ins WHERE digest = :digest AND expires_at > now()
        AND NOT EXISTS (SELECT FROM api_keys WHERE api_keys.id = sign_ins.key_id AND api_keys.revoked_at IS NOT NULL)
""")
_END = text("DELETE FROM sign_ins WHERE digest = :digest")


class PostgresSignIns:
    """See `SignInRepository`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, digest: str, scope: Scope, user_id: int | None, key_id: str | None, resource: str | None, seconds: float) -> SignIn:
        """See `SignInRepository.add`."""
        values = {"digest": digest, "scope": scope.value, "user_id": user_id, "key_id": key_id, "resource": resource, "seconds": seconds}
        expires_at = (await self._connection.execute(_ADD, values)).scalar_one()
        return SignIn(scope, user_id, key_id, resource, expires_at)

    async def get(self, digest: str) -> SignIn | None:
        """See `SignInRepository.get`."""
        row = (await self._connection.execute(_GET, {"digest": digest})).one_or_none()
        return SignIn(Scope(row.scope), row.user_id, row.key_id, row.resource, row.expires_at) if row else None

    async def end(self, digest: str) -> None:
        """See `SignInRepository.end`."""
        await self._connection.execute(_END, {"digest": digest})
