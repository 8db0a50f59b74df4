"""Reading a user: whose session it is, by name."""

from app.application.ports import Transactions
from app.domain.chat.entities import User
from app.domain.chat.errors import NotFound


class ReadUser:
    """Reads one user."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def execute(self, user_id: int) -> User:
        """The user. Raises `NotFound`."""
        async with self._transactions.reading() as work:
            user = await work.users.get(user_id)
            if user is None:
                raise NotFound("user", user_id)
            return user
