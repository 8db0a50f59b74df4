"""Storage of users."""

from typing import Protocol

from app.domain.chat.entities import User


class UserRepository(Protocol):
    """Ids and names alone: whom a key or a token stands for is stored through `app/domain/access/repositories.py`."""

    async def add(self, name: str) -> User:
        """Store a user; ids count up from 1."""
        ...

    async def get(self, user_id: int) -> User | None:
        """The user, or None."""
        ...
