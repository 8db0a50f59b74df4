"""API keys on Postgres. Contract: `ApiKeyRepository` in `app/domain/access/repositories.py`."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.access.entities import ApiKey, Scope

_ADD = text("INSERT INTO api_keys (id, digest, name, scope, user_id) VALUES (:id, :digest, :name, :scope, :user_id) RETURNING *")
_GET = text("SELECT * FROM api_keys WHERE id = :id")
_ALL = text("SELECT * FROM api_keys ORDER BY created_at, id")
_REVOKE = text("UPDATE api_keys SET revoked_at = coalesce(revoked_at, now()) WHERE id = :id RETURNING *")
_END_SIGN_INS = text("DELETE FROM sign_ins WHERE key_id = :id")


class PostgresApiKeys:
    """See `ApiKeyRepository`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, key_id: str, digest: str, name: str, scope: Scope, user_id: int | None) -> ApiKey | None:
        """See `ApiKeyRepository.add`."""
        values = {"id": key_id, "digest": digest, "name": name, "scope": scope.value, "user_id": user_id}
        try:
            return _key((await self._connection.execute(_ADD, values)).one())
        except IntegrityError as error:
            if "api_keys_user_id_fkey" in str(error.orig):
                return None
            raise

    async def get(self, key_id: str) -> tuple[ApiKey, str] | None:
        """See `ApiKeyRepository.get`."""
        row = (await self._connection.execute(_GET, {"id": key_id})).one_or_none()
        return (_key(row), row.digest) if row else None

    async def all(self) -> Sequence[ApiKey]:
        """See `ApiKeyRepository.all`."""
        return [_key(row) for row in await self._connection.execute(_ALL)]

    async def revoke(self, key_id: str) -> ApiKey | None:
        """See `ApiKeyRepository.revoke`."""
        row = (await self._connection.execute(_REVOKE, {"id": key_id})).one_or_none()
        await self._connection.execute(_END_SIGN_INS, {"id": key_id})
        return _key(row) if row else None


def _key(row: Row[*tuple[Any, ...]]) -> ApiKey:
    return ApiKey(row.id, row.name, Scope(row.scope), row.user_id, row.created_at, row.revoked_at)
