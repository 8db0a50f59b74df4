"""Making, listing and revoking API keys: `chatbot keys create | list | revoke`.

A key reads `ck_<id>_<secret>`: the prefix lets scanners of leaked secrets find it, the id is what people and logs call it, the secret is 256
random bits that are shown once and stored as a digest only.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from app.application.access.sign_ins import digest
from app.application.ports import Transactions
from app.domain.access.entities import ApiKey, Scope
from app.domain.chat.errors import NotFound

PREFIX = "ck"
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
_ID_LENGTH = 10
_KEY = re.compile(rf"{PREFIX}_([a-z0-9]{{{_ID_LENGTH}}})_([A-Za-z0-9_-]{{43}})")


@dataclass(frozen=True, slots=True)
class CreateKeyRequest:
    """A key for a user that is there (`user_id`), for a new one (`new_user`, a name), or an admin's (neither)."""

    name: str
    user_id: int | None = None
    new_user: str | None = None


@dataclass(frozen=True, slots=True)
class CreatedKey:
    """The key, and its full text: the only time that it can be seen."""

    key: ApiKey
    text: str


class CreateKey:
    """Makes up a key's id and secret; only the secret's digest is stored."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def execute(self, request: CreateKeyRequest) -> CreatedKey:
        """Store a new key, and its user if that is new. Raises `NotFound` for a user that is not there."""
        key_id = "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))
        secret = secrets.token_urlsafe(32)
        async with self._transactions.begin() as work:
            user_id = (await work.users.add(request.new_user)).user_id if request.new_user else request.user_id
            scope = Scope.ADMIN if user_id is None else Scope.USER
            key = await work.api_keys.add(key_id, digest(secret), request.name, scope, user_id)
            if key is None:
                raise NotFound("user", user_id)
            await work.commit()
        return CreatedKey(key, f"{PREFIX}_{key_id}_{secret}")


class ListKeys:
    """For whoever looks after the deployment: names, owners and dates, no secrets."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def execute(self) -> Sequence[ApiKey]:
        """Every key, the oldest first, revoked ones too."""
        async with self._transactions.reading() as work:
            return await work.api_keys.all()


class RevokeKey:
    """Ends a key for good: nothing brings one back."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def execute(self, key_id: str) -> ApiKey:
        """Make a key worthless, with the cookies and tickets it was used for. Doing it twice is no error. Raises `NotFound`."""
        async with self._transactions.begin() as work:
            key = await work.api_keys.revoke(key_id)
            if key is None:
                raise NotFound("key", key_id)
            await work.commit()
        return key


def parse_key(text: str) -> tuple[str, str] | None:
    """The id and the secret of what looks like a key, else None."""
    found = _KEY.fullmatch(text)
    return (found[1], found[2]) if found else None
