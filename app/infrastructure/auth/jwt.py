"""Tokens of an identity provider (OpenID Connect access tokens in JWT form) as bearer tokens.

Believed is a token that names a key of the provider's key set, is signed with it by an allowed asymmetric algorithm, and says the right issuer, the right
audience, a subject and an end that is still to come (https://www.rfc-editor.org/rfc/rfc8725). Everything else is refused in the same words; the log
has the reason, never the token. `openid_connect.py` verifies ID tokens by the same rules.
"""

import logging
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import jwt
from jwt.exceptions import InvalidSubjectError, PyJWTError

from app.application.ports import Authenticator, Transactions
from app.application.principal import Principal
from app.domain.access.entities import Scope
from app.domain.chat.errors import NotAuthenticated
from app.infrastructure.auth.jwks import ProviderKeys

LEEWAY_SECONDS = 30.0
"""How far the provider's clock may be off."""

TOKEN_LIMIT = 16_384
"""Characters of a token."""

SUBJECT_LIMIT = 255
NAME_LIMIT = 200
FAR = 4_102_444_800
"""The year 2100, in seconds since 1970: as far as an end is believed."""

REMEMBERED = 20_000
"""Users kept in memory, so that a known one costs no statement."""

UNBELIEVABLE = (PyJWTError, ValueError, TypeError, OverflowError, RecursionError)
"""What reading a token that somebody made up may raise."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must say."""

    issuer: str
    audience: str
    algorithms: tuple[str, ...]


class TokenVerifier:
    """Says what a token of the provider claims, if it is to be believed."""

    def __init__(self, expected: Expected, keys: ProviderKeys) -> None:
        self._expected = expected
        self._keys = keys

    async def claims(self, token: str) -> dict[str, Any]:
        """What a believable token says. Raises one of `UNBELIEVABLE`, and `Unavailable`."""
        if len(token) > TOKEN_LIMIT:
            raise ValueError("too long")
        header = jwt.get_unverified_header(token)
        key_id, algorithm = header.get("kid"), header.get("alg")
        if algorithm not in self._expected.algorithms or not isinstance(key_id, str):
            raise jwt.InvalidAlgorithmError
        key = await self._keys.get(key_id, algorithm)
        if key is None:
            raise jwt.InvalidKeyError
        claims = jwt.decode(
            token,
            key,
            algorithms=self._expected.algorithms,
            audience=self._expected.audience,
            issuer=self._expected.issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iss", "aud", "sub"], "enforce_minimum_key_length": True},
        )
        if not 0 < len(claims["sub"]) <= SUBJECT_LIMIT or not claims["sub"].isprintable():
            raise InvalidSubjectError
        return claims


class KnownUsers:
    """Who the subjects of one issuer are here. Whoever is seen for the first time becomes a user."""

    def __init__(self, issuer: str, transactions: Transactions) -> None:
        self._issuer = issuer
        self._transactions = transactions
        self._users: OrderedDict[str, int] = OrderedDict()

    async def user_id(self, claims: dict[str, Any]) -> int:
        """The user whom claims that were verified speak of. Raises `Unavailable`."""
        external_id = f"{self._issuer} {claims['sub']}"
        known = self._users.get(external_id)
        if known is not None:
            return known
        async with self._transactions.begin() as work:
            user_id = await work.owners.user_of(external_id, _name(claims))
            await work.commit()
        self._users[external_id] = user_id
        if len(self._users) > REMEMBERED:
            self._users.popitem(last=False)
        return user_id


class JwtAuthenticator:
    """See `Authenticator`. What is no JWT goes to `others`: API keys work beside tokens, for admins and programs."""

    def __init__(self, verifier: TokenVerifier, users: KnownUsers, others: Authenticator) -> None:
        self._verifier = verifier
        self._users = users
        self._others = others

    async def authenticate(self, token: str) -> Principal:
        """See `Authenticator.authenticate`."""
        if token.count(".") != 2:
            return await self._others.authenticate(token)
        try:
            claims = await self._verifier.claims(token)
        except UNBELIEVABLE as error:
            _log.info("A token was refused", extra={"reason": type(error).__name__})
            raise NotAuthenticated("The key or token is not valid, or not any more.", code="invalid_credentials") from None
        user_id = await self._users.user_id(claims)
        return Principal(Scope.USER, user_id, expires_at=float(min(int(claims["exp"]), FAR)), leeway=LEEWAY_SECONDS)


def _name(claims: dict[str, Any]) -> str:
    """What to call a user: for people only, so whatever is there."""
    given = next((value for key in ("name", "preferred_username", "email") if isinstance(value := claims.get(key), str)), claims["sub"])
    plain = "".join(character if character.isprintable() else " " for character in given).strip()
    return (plain or "user")[:NAME_LIMIT]
