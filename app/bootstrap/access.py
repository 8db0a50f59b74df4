"""Who may come in, how often, and how keys are made: as the settings name it. Called by `process.py` and by the command line."""

import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import URL

from app.application.access.api_keys import CreateKey, ListKeys, RevokeKey
from app.application.ports import Authenticator, RateLimiter, Transactions
from app.domain.access.rate import Rate
from app.infrastructure.auth.api_key import ApiKeyAuthenticator
from app.infrastructure.db.engine import make_engine
from app.infrastructure.db.unit_of_work import PostgresTransactions
from app.infrastructure.limits.counters import MemoryCounter, SharedCounter
from app.infrastructure.limits.limiter import Kind, WindowLimiter
from app.settings import AuthMode, RateLimitStore, Settings, names


def make_authenticator(settings: Settings, transactions: Transactions) -> Authenticator | None:
    """What the settings believe; None is everybody. The library for tokens is imported only if it is used."""
    match settings.auth_mode:
        case AuthMode.OFF:
            return None
        case AuthMode.API_KEY:
            return ApiKeyAuthenticator(transactions)
        case AuthMode.JWT:
            from app.infrastructure.auth.jwks import ProviderKeys
            from app.infrastructure.auth.jwt import Expected, JwtAuthenticator

            assert settings.jwt_issuer
            assert settings.jwt_audience
            algorithms = names(settings.jwt_algorithms)
            keys = ProviderKeys(settings.jwt_issuer, settings.jwt_jwks_url, algorithms, time.monotonic)
            expected = Expected(settings.jwt_issuer, settings.jwt_audience, algorithms)
            return JwtAuthenticator(expected, keys, transactions, ApiKeyAuthenticator(transactions))


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


def make_limiter(settings: Settings, transactions: Transactions) -> RateLimiter:
    """The limits of requests that the settings name; without any it counts nothing."""
    given: dict[Kind, str | None] = {"address": settings.address_rate, "user": settings.user_rate}
    rates: dict[Kind, Rate] = {kind: Rate.parse(text) for kind, text in given.items() if text}
    shared = settings.rate_limit_store is RateLimitStore.POSTGRES
    return WindowLimiter(SharedCounter(transactions) if shared else MemoryCounter(time.monotonic), rates, time.monotonic)
