"""API keys: what they look like, and that refusing one takes the same way whatever is wrong with it."""

import hmac
from collections.abc import Callable

import pytest

from app.application.access.api_keys import CreatedKey, CreateKey, CreateKeyRequest, RevokeKey, parse_key
from app.application.principal import Principal
from app.domain.access.entities import Scope
from app.domain.chat.errors import NotAuthenticated, NotFound
from app.infrastructure.auth import api_key
from app.infrastructure.auth.api_key import ApiKeyAuthenticator
from app.infrastructure.memory.database import MemoryDatabase
from app.infrastructure.memory.unit_of_work import MemoryTransactions


@pytest.fixture
def transactions() -> MemoryTransactions:
    return MemoryTransactions(MemoryDatabase())


async def made(transactions: MemoryTransactions) -> CreatedKey:
    return await CreateKey(transactions).execute(CreateKeyRequest("laptop", new_user="Ada"))


async def test_a_key_is_what_it_was_made_for(transactions: MemoryTransactions) -> None:
    users = await made(transactions)
    admins = await CreateKey(transactions).execute(CreateKeyRequest(""))
    authenticator = ApiKeyAuthenticator(transactions)
    assert await authenticator.authenticate(users.text) == Principal(Scope.USER, 1, users.key.key_id)
    assert await authenticator.authenticate(admins.text) == Principal(Scope.ADMIN, None, admins.key.key_id)


async def test_keys_differ_and_are_256_random_bits(transactions: MemoryTransactions) -> None:
    texts = {(await made(transactions)).text for _ in range(50)}
    assert len(texts) == 50
    for text in texts:
        parsed = parse_key(text)
        assert parsed
        assert len(parsed[1]) == 43  # 256 bits at six a character


async def test_a_key_of_nobody_is_not_made(transactions: MemoryTransactions) -> None:
    with pytest.raises(NotFound):
        await CreateKey(transactions).execute(CreateKeyRequest("", user_id=7))


WRONG: dict[str, Callable[[CreatedKey], str]] = {
    "unknown": lambda key: f"ck_{'a' * 10}_{'A' * 43}",
    "wrong secret": lambda key: f"ck_{key.key.key_id}_{'A' * 43}",
    "no key at all": lambda key: "x",
    "empty": lambda key: "",
}


@pytest.mark.parametrize("attack", [*WRONG, "revoked"])
async def test_every_refusal_compares_a_digest_in_constant_time_once(
    transactions: MemoryTransactions, attack: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Times are not asserted, they are noise; that every way leads through the same comparison is."""
    key = await made(transactions)
    if attack == "revoked":
        await RevokeKey(transactions).execute(key.key.key_id)
    compared: list[tuple[int, int]] = []

    class Watching:
        @staticmethod
        def compare_digest(one: str, other: str) -> bool:
            compared.append((len(one), len(other)))
            return hmac.compare_digest(one, other)

    monkeypatch.setattr(api_key, "hmac", Watching)
    with pytest.raises(NotAuthenticated) as refused:
        await ApiKeyAuthenticator(transactions).authenticate(WRONG[attack](key) if attack in WRONG else key.text)
    assert compared == [(64, 64)]
    assert refused.value.message == "The key or token is not valid, or not any more."
