"""Cookies and stream tickets on Postgres. Contract: `SignInRepository` in `app/domain/access/repositories.py`."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from sqlalchemy import BigInteger, DateTime, Row, Text, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.access.entities import NewSignIn, Scope, SignIn

_ADD = text("""
    WITH forgotten AS (
        DELETE FROM sign_ins WHERE digest IN (
            SELECT digest FROM sign_ins WHERE expires_at < now() ORDER BY expires_at LIMIT 50 FOR UPDATE SKIP LOCKED
        )
    )
    INSERT INTO sign_ins (digest, scope, user_id, key_id, resource, parent, holds_until, expires_at)
    VALUES (:digest, :scope, :user_id, :key_id, :resource, :parent, :holds_until, now() + :seconds * interval '1 second')
    RETURNING *
""").bindparams(
    bindparam("user_id", type_=BigInteger()),
    bindparam("key_id", type_=Text()),
    bindparam("resource", type_=Text()),
    bindparam("parent", type_=Text()),
    bindparam("holds_until", type_=DateTime(timezone=True)),
)
_GET = text("""
    SELECT * FROM sign_ins WHERE digest = :digest AND expires_at > now()
        AND NOT EXISTS (SELECT FROM api_keys WHERE api_keys.id = sign_ins.key_id AND api_keys.revoked_at IS NOT NULL)
        AND (parent IS NULL OR EXISTS (SELECT FROM sign_ins AS cookie WHERE cookie.digest = sign_ins.parent AND cookie.expires_at > now()))
""")
_LOST = text("""
    SELECT id FROM unnest(CAST(:keys AS text[])) AS shown (id)
        WHERE NOT EXISTS (SELECT FROM api_keys WHERE api_keys.id = shown.id AND revoked_at IS NULL)
    UNION ALL
    SELECT id FROM unnest(CAST(:digests AS text[])) AS shown (id)
        WHERE NOT EXISTS (SELECT FROM sign_ins WHERE digest = shown.id AND expires_at > now())
""")
_END = text("DELETE FROM sign_ins WHERE digest = :digest")


class PostgresSignIns:
    """See `SignInRepository`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, sign_in: NewSignIn, seconds: float) -> SignIn:
        """See `SignInRepository.add`."""
        return _sign_in((await self._connection.execute(_ADD, {**asdict(sign_in), "scope": sign_in.scope.value, "seconds": seconds})).one())

    async def get(self, digest: str) -> SignIn | None:
        """See `SignInRepository.get`."""
        row = (await self._connection.execute(_GET, {"digest": digest})).one_or_none()
        return _sign_in(row) if row else None

    async def lost(self, keys: Collection[str], digests: Collection[str]) -> frozenset[str]:
        """See `SignInRepository.lost`."""
        return frozenset((await self._connection.execute(_LOST, {"keys": list(keys), "digests": list(digests)})).scalars())

    async def end(self, digest: str) -> None:
        """See `SignInRepository.end`."""
        await self._connection.execute(_END, {"digest": digest})


def _sign_in(row: Row[*tuple[Any, ...]]) -> SignIn:
    return SignIn(Scope(row.scope), row.user_id, row.key_id, row.resource, row.expires_at, row.parent, row.holds_until)
