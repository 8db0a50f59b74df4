"""Users on Postgres. Contract: `app/domain/chat/repositories/users.py`."""

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.chat.entities import User
from app.infrastructure.models.tables import UserRow


class PostgresUsers:
    """See `UserRepository`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, name: str) -> User:
        """See `UserRepository.add`."""
        statement = insert(UserRow).values(name=name).returning(UserRow.id, UserRow.created_at)
        row = (await self._connection.execute(statement)).one()
        return User(row.id, name, row.created_at)

    async def get(self, user_id: int) -> User | None:
        """See `UserRepository.get`."""
        row = (await self._connection.execute(select(UserRow.name, UserRow.created_at).where(UserRow.id == user_id))).one_or_none()
        return User(user_id, row.name, row.created_at) if row else None
