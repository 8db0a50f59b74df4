"""Users on memory. Contract: `app/domain/chat/repositories/users.py`."""

from app.domain.chat.entities import User
from app.infrastructure.memory.database import Session


class MemoryUsers:
    """See `UserRepository`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, name: str) -> User:
        """See `UserRepository.add`."""
        users = (await self._session.write()).users
        user = User(len(users) + 1, name, self._session.now())
        users[user.user_id] = user
        return user

    async def get(self, user_id: int) -> User | None:
        """See `UserRepository.get`."""
        return self._session.tables.users.get(user_id)
