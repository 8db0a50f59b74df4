"""The keys of an identity provider: kept, fetched anew when they rotate, and never fetched because somebody insists."""

import asyncio
import json
from collections.abc import Generator

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from app.domain.chat.errors import NotAuthenticated, Unavailable
from app.infrastructure.auth.api_key import ApiKeyAuthenticator
from app.infrastructure.auth.jwks import FRESH_SECONDS, PATIENCE, STALE_SECONDS, ProviderKeys
from app.infrastructure.auth.jwt import Expected, JwtAuthenticator, KnownUsers, TokenVerifier
from app.infrastructure.auth.provider_document import SIZE_LIMIT
from app.infrastructure.memory.database import MemoryDatabase
from app.infrastructure.memory.unit_of_work import MemoryTransactions
from tests.integration.access.identity_provider import AUDIENCE, IdentityProvider, identity_provider, published

ALGORITHMS = ("RS256", "PS256", "ES256")


@pytest.fixture
def provider() -> Generator[IdentityProvider]:
    with identity_provider() as running:
        yield running


class World:
    """An authenticator with a clock of its own."""

    def __init__(self, provider: IdentityProvider, jwks_url: str | None = None) -> None:
        self.now = 0.0
        self.provider = provider
        transactions = MemoryTransactions(MemoryDatabase())
        self.keys = ProviderKeys(provider.url, jwks_url, ALGORITHMS, lambda: self.now)
        verifier = TokenVerifier(Expected(provider.url, AUDIENCE, ALGORITHMS), self.keys)
        self.authenticator = JwtAuthenticator(verifier, KnownUsers(provider.url, transactions), ApiKeyAuthenticator(transactions))

    async def believes(self, token: str) -> bool:
        try:
            await self.authenticator.authenticate(token)
        except NotAuthenticated:
            return False
        return True

    @property
    def fetched(self) -> int:
        return self.provider.asked.count("/keys")


async def test_the_discovery_document_says_where_the_keys_are_and_they_are_kept(provider: IdentityProvider) -> None:
    world = World(provider)
    assert [await world.believes(provider.token()) for _ in range(5)] == [True] * 5
    assert provider.asked == ["/.well-known/openid-configuration", "/keys"]


async def test_a_given_address_is_asked_directly(provider: IdentityProvider) -> None:
    world = World(provider, f"{provider.url}/keys")
    assert await world.believes(provider.token())
    assert provider.asked == ["/keys"]


async def test_a_key_without_an_algorithm_serves_those_of_its_kind(provider: IdentityProvider) -> None:
    world = World(provider)
    for algorithm in ("RS256", "PS256"):
        assert await world.believes(jwt.encode(provider.claims(), provider.rsa, algorithm, {"kid": "rsa-1"}))


async def test_rotation(provider: IdentityProvider) -> None:
    """A new key is known as soon as a token names it; an old one is forgotten once the provider has withdrawn it."""
    world = World(provider)
    old = provider.token()
    assert await world.believes(old)
    following = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    provider.jwks.append(published("rsa-2", following))
    new = jwt.encode(provider.claims(), following, "RS256", {"kid": "rsa-2"})
    world.now += PATIENCE + 1
    assert await world.believes(new)
    assert await world.believes(old)
    provider.jwks = [key for key in provider.jwks if key["kid"] != "rsa-1"]
    world.now += FRESH_SECONDS + 1
    assert await world.believes(new)
    assert not await world.believes(old)


async def test_another_key_under_the_same_id_is_not_believed_for_long(provider: IdentityProvider) -> None:
    world = World(provider)
    old = provider.token()
    assert await world.believes(old)
    provider.jwks[0] = published("rsa-1", rsa.generate_private_key(public_exponent=65_537, key_size=2048))
    world.now += FRESH_SECONDS + 1
    assert not await world.believes(old)


async def test_many_unknown_keys_at_once_are_one_question(provider: IdentityProvider) -> None:
    world = World(provider)
    forged = [jwt.encode(provider.claims(), provider.rsa, "RS256", {"kid": f"k{number}"}) for number in range(50)]
    assert await asyncio.gather(*map(world.believes, forged)) == [False] * 50
    assert world.fetched == 1
    world.now += PATIENCE + 1
    await asyncio.gather(*map(world.believes, forged))
    assert world.fetched == 2


async def test_a_provider_that_is_away_takes_no_known_keys_away(provider: IdentityProvider) -> None:
    world = World(provider)
    assert await world.believes(provider.token())
    provider.down = True
    world.now += FRESH_SECONDS + 1
    assert await world.believes(provider.token())
    assert not await world.believes(jwt.encode(provider.claims(), provider.rsa, "RS256", {"kid": "new"}))
    world.now += STALE_SECONDS
    with pytest.raises(Unavailable):
        await world.believes(provider.token())
    provider.down = False
    world.now += PATIENCE + 1
    assert await world.believes(provider.token())


NO_KEY_SETS = [
    b"",
    b"[]",
    b"null",
    b"{",
    b'{"keys": {}}',
    b"[" * 100_000,
    b'{"keys": "x"}',
    b"x" * (SIZE_LIMIT + 1),
    json.dumps({"keys": [{}] * 101}).encode(),
]


@pytest.mark.parametrize("body", NO_KEY_SETS, ids=range(len(NO_KEY_SETS)))
async def test_what_is_no_key_set_is_an_outage(provider: IdentityProvider, body: bytes) -> None:
    world = World(provider, f"{provider.url}/keys")
    provider.body = body
    with pytest.raises(Unavailable):
        await world.believes(provider.token())


async def test_keys_that_are_not_for_signatures_with_a_public_key_are_passed_over(provider: IdentityProvider) -> None:
    good = provider.jwks[0]
    odd = [
        None,
        7,
        {},
        {"kty": "oct", "kid": "rsa-1", "k": "c2VjcmV0"},
        {**good, "use": "enc"},
        {**good, "kid": 7},
        {**good, "n": "!"},
        {"kty": "x"},
    ]
    provider.jwks = [*odd, {**good, "kid": "good"}]  # pyright: ignore[reportAttributeAccessIssue] - that is the point
    world = World(provider)
    assert await world.believes(jwt.encode(provider.claims(), provider.rsa, "RS256", {"kid": "good"}))
    for key_id in ("rsa-1", "7"):
        assert not await world.believes(jwt.encode(provider.claims(), provider.rsa, "RS256", {"kid": key_id}))
    assert not await world.believes(jwt.encode(provider.claims(), b"secret" * 10, "HS256", {"kid": "rsa-1"}))


async def test_a_short_key_is_not_believed(provider: IdentityProvider) -> None:
    weak = rsa.generate_private_key(public_exponent=65_537, key_size=1024)
    provider.jwks = [published("weak", weak)]
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        token = jwt.encode(provider.claims(), weak, "RS256", {"kid": "weak"})
    assert not await World(provider).believes(token)


@pytest.mark.parametrize(
    "url", ["http://keys.example.com/", "file:///etc/passwd", "ftp://example.com/keys", "//example.com", "http://127.0.0.1.example.com/"]
)
async def test_keys_come_over_tls_or_from_this_machine(provider: IdentityProvider, url: str) -> None:
    with pytest.raises(Unavailable):
        await World(provider, url).believes(provider.token())


async def test_a_discovery_document_of_another_issuer_is_not_followed(provider: IdentityProvider) -> None:
    provider.body = json.dumps({"issuer": "https://evil.example.com", "jwks_uri": f"{provider.url}/keys"}).encode()
    with pytest.raises(Unavailable):
        await World(provider).believes(provider.token())
    assert "/keys" not in provider.asked
