"""Tokens that this service gives out itself: cookies for browsers, and tickets for streams, whose requests can carry no header.

A token is 256 random bits; only its digest is stored. Called by the session routes and by `web/door.py`.
"""

import hashlib
import secrets
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from app.application.ports import Transactions
from app.application.principal import Principal
from app.domain.access.entities import NewSignIn, Scope, SignIn
from app.domain.chat.errors import NotAuthenticated, NothingToSignInTo

TICKET_SECONDS = 60.0
"""How long a ticket opens its stream. What it opened stays open for as long as what was shown for the ticket holds."""

WEBSOCKET = "websocket"
"""The resource of a ticket for a new WebSocket session."""

_BYTES = 32


@dataclass(frozen=True, slots=True)
class Issued:
    """A token, to be shown once, and when it ends."""

    token: str
    expires_at: datetime


class IssueSignIn:
    """Gives a principal something to show instead of its key or JWT. `cookie_seconds` is the longest that a cookie lasts."""

    def __init__(self, transactions: Transactions, cookie_seconds: float) -> None:
        self._transactions = transactions
        self._cookie_seconds = cookie_seconds

    async def cookie(self, principal: Principal) -> Issued:
        """A token that stands for all of the principal, until what was shown for it ends, or `cookie_seconds` have passed. Raises
        `NothingToSignInTo`."""
        return await self._issue(principal, None, self._cookie_seconds)

    async def ticket(self, principal: Principal, resource: str) -> Issued:
        """A token for one stream. Whether the principal may read it is the caller's to check."""
        return await self._issue(principal, resource, TICKET_SECONDS)

    async def _issue(self, principal: Principal, resource: str | None, seconds: float) -> Issued:
        if principal.scope is None:
            raise NothingToSignInTo
        if principal.expires_at is not None:
            seconds = min(seconds, principal.expires_at - time.time())
        token = secrets.token_urlsafe(_BYTES)
        async with self._transactions.begin() as work:
            stored = await work.sign_ins.add(_to_store(token, principal, principal.scope, resource), max(1.0, seconds))
            await work.commit()
        return Issued(token, stored.expires_at)


class ReadSignIn:
    """The way back from a token to the principal it was issued for."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def execute(self, token: str, resource: str | None = None) -> Principal:
        """Whom a cookie (no resource) or the ticket for a resource stands for. Raises `NotAuthenticated`."""
        async with self._transactions.reading() as work:
            found = await work.sign_ins.get(digest(token))
        if found is None or found.resource != resource:
            raise NotAuthenticated("What was shown is not valid, or not any more. Sign in again.", code="invalid_credentials")
        return _of_cookie(found, digest(token)) if resource is None else _of_ticket(found)


class EndSignIn:
    """For signing out: the cookie is worth nothing from then on, wherever it was copied to."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def execute(self, token: str) -> None:
        """Forget a token; one that is unknown is no error."""
        async with self._transactions.begin() as work:
            await work.sign_ins.end(digest(token))
            await work.commit()


def digest(secret: str) -> str:
    """What is stored of a secret. SHA-256 is enough for 256 random bits: nobody can try them all, so nothing has to be slow."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _to_store(token: str, principal: Principal, scope: Scope, resource: str | None) -> NewSignIn:
    """A cookie holds as long as it is there; a ticket remembers what it rests on."""
    of_whom = NewSignIn(digest(token), scope, principal.user_id, principal.key_id, resource)
    if resource is None:
        return of_whom
    until = principal.holds_until
    return replace(of_whom, parent=principal.sign_in, holds_until=datetime.fromtimestamp(until, UTC) if until is not None else None)


def _of_cookie(sign_in: SignIn, cookie: str) -> Principal:
    return Principal(sign_in.scope, sign_in.user_id, sign_in.key_id, sign_in.expires_at.timestamp(), sign_in=cookie)


def _of_ticket(sign_in: SignIn) -> Principal:
    """The minute of a ticket is for opening a stream: what is opened rests on what was shown for the ticket."""
    until = sign_in.holds_until
    return Principal(sign_in.scope, sign_in.user_id, sign_in.key_id, until.timestamp() if until else None, sign_in=sign_in.parent)
