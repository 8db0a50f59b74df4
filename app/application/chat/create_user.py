"""A user signs in for the first time: `POST /api/users`."""

from dataclasses import dataclass

from app.application.ports import Transactions
from app.domain.chat.entities import User


@dataclass(frozen=True, slots=True)
class CreateUserRequest:
    """The name is for people to read; storage gives the user its id."""

    name: str


class CreateUser:
    """Makes a user without a key: where keys are asked for, `CreateKey` gives it one."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def execute(self, request: CreateUserRequest) -> User:
        """Store the user. Names need not be unique."""
        async with self._transactions.begin() as work:
            user = await work.users.add(request.name)
            await work.commit()
        return user
