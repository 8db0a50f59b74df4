"""Who may come in and how much: what the settings say, as the door and its parts. Called by `process.py`, and by the CLI for keys."""

import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import URL

from app.application.access.api_keys import CreateKey, ListKeys, RevokeKey
from app.application.access.check_access import CheckAccess
from app.application.access.open_streams import OpenStreams
from app.application.access.sign_ins import IssueSignIn, ReadSignIn
from app.application.chat.allowance import Allowance
from app.application.ports import Authenticator, RateLimiter, Transactions
from app.application.use_cases import ProviderSignIn
from app.domain.access.rate import Rate
from app.infrastructure.auth.api_key import ApiKeyAuthenticator
from app.infrastructure.db.engine import make_engine
from app.infrastructure.db.unit_of_work import PostgresTransactions
from app.infrastructure.limits.counters import MemoryCounter, SharedCounter
from app.infrastructure.limits.limiter import Kind, WindowLimiter
from app.infrastructure.web.application import Boundary
from app.infrastructure.web.door import Door
from app.infrastructure.web.origins import OriginPolicy
from app.settings import AuthMode, RateLimitStore, Settings, names


def make_door(
    settings: Settings, transactions: Transactions, check_access: CheckAccess, limiter: RateLimiter, open_streams: OpenStreams
) -> Door:
    """The door that all requests come through."""
    authenticator = make_authenticator(settings, transactions)
    return Door(settings.auth_mode.value, authenticator, ReadSignIn(transactions), check_access, limiter, _origins(settings), open_streams)


def make_boundary(settings: Settings) -> Boundary:
    """Hosts, origins, and what everybody may read."""
    return Boundary(settings.hosts, _origins(settings), settings.metrics_public, settings.public_url)


def make_allowance(settings: Settings) -> Allowance:
    """What one user may have in hand."""
    return Allowance(settings.runs_of_a_user, settings.tokens_of_a_user)


def make_authenticator(settings: Settings, transactions: Transactions) -> Authenticator | None:
    """What the settings believe; None is everybody. The library for tokens is imported only if it is used."""
    match settings.auth_mode:
        case AuthMode.OFF:
            return None
        case AuthMode.API_KEY:
            return ApiKeyAuthenticator(transactions)
        case AuthMode.JWT:
            from app.bootstrap.identity_provider import make_jwt_authenticator

            return make_jwt_authenticator(settings, transactions, ApiKeyAuthenticator(transactions))


def make_sign_in_with_provider(settings: Settings, transactions: Transactions, issue_sign_in: IssueSignIn) -> ProviderSignIn | None:
    """Signing in with the identity provider, if the settings name a client there."""
    if not settings.oidc_client_id:
        return None
    from app.bootstrap.identity_provider import make_provider_sign_in

    return make_provider_sign_in(settings, transactions, issue_sign_in)


def make_limiter(settings: Settings, transactions: Transactions) -> RateLimiter:
    """The limits of requests that the settings name; without any it counts nothing."""
    given: dict[Kind, str | None] = {"address": settings.address_rate, "user": settings.user_rate}
    rates: dict[Kind, Rate] = {kind: Rate.parse(text) for kind, text in given.items() if text}
    shared = settings.rate_limit_store is RateLimitStore.POSTGRES
    return WindowLimiter(SharedCounter(transactions) if shared else MemoryCounter(time.monotonic), rates, time.monotonic)


@dataclass(frozen=True, slots=True)
class KeyDesk:
    """What `chatbot keys` can do."""

    create: CreateKey
    list: ListKeys
    revoke: RevokeKey


@asynccontextmanager
async def key_desk(url: URL) -> AsyncGenerator[KeyDesk, None]:
    """The use cases of API keys, on a database at the newest schema."""
    engine = make_engine(url, 1)
    try:
        transactions = PostgresTransactions(engine)
        yield KeyDesk(CreateKey(transactions), ListKeys(transactions), RevokeKey(transactions))
    finally:
        await engine.dispose()


def _origins(settings: Settings) -> OriginPolicy:
    return OriginPolicy(frozenset(names(settings.cors_origins)))
