"""What an identity provider says of itself, read over HTTP: its discovery document, and JSON from anywhere else at it.

Format: https://openid.net/specs/openid-connect-discovery-1_0.html. Used by `jwks.py` for the keys, and by `openid_connect.py` for signing in. A place is
asked only over TLS, or on this machine; an answer has a bounded size and time.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx

from app.application.ports import MonotonicClock

FETCH_SECONDS = 5.0
SIZE_LIMIT = 262_144

FRESH_SECONDS = 600.0
"""How long a discovery document is kept."""

PATIENCE = 5.0
"""Seconds after a failure before the provider is asked again, whoever wants to sign in."""

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class ProviderFault(Exception):
    """The provider does not answer, or not as it should; says why, for the log."""


class Refused(ProviderFault):
    """The provider answered that the request itself is wrong (400 or 401). `error` is its code (RFC 6749 §5.2), as far as it is a plain word."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        error = body.get("error")
        self.error = error if isinstance(error, str) and error.isidentifier() and len(error) <= 64 else "without a code"
        super().__init__(f"it refused with {status}: {self.error}")


class Discovery:
    """The discovery document of one issuer, kept for `FRESH_SECONDS`."""

    def __init__(self, issuer: str, clock: MonotonicClock) -> None:
        self._issuer = issuer
        self._clock = clock
        self._document: dict[str, Any] = {}
        self._fetched_at: float | None = None
        self._failed_at: float | None = None
        self._one_at_a_time = asyncio.Lock()

    async def endpoint(self, name: str) -> str | None:
        """An address that the document names, if it does and the address can be trusted. Raises `ProviderFault`."""
        address = (await self.document()).get(name)
        return address if isinstance(address, str) and trusted(address) else None

    async def document(self) -> Mapping[str, Any]:
        """The whole of it. Raises `ProviderFault`."""
        async with self._one_at_a_time:
            now = self._clock()
            if self._fetched_at is not None and now - self._fetched_at <= FRESH_SECONDS:
                return self._document
            if self._failed_at is not None and now - self._failed_at < PATIENCE:
                raise ProviderFault("it did not answer a moment ago")
            try:
                async with talking() as client:
                    self._document = await discovered(client, self._issuer)
            except ProviderFault:
                self._failed_at = self._clock()
                raise
            self._fetched_at = self._clock()
            return self._document


@asynccontextmanager
async def talking() -> AsyncGenerator[httpx.AsyncClient]:
    """A client for some requests that together are to take no longer than twice `FETCH_SECONDS`. Its failures are `ProviderFault`s."""
    try:
        async with httpx.AsyncClient(timeout=FETCH_SECONDS, follow_redirects=False) as client, asyncio.timeout(2 * FETCH_SECONDS):
            yield client
    except TimeoutError as error:
        raise ProviderFault("it answers too slowly") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ProviderFault(f"{type(error).__name__}: {str(error)[:200]}") from error


async def discovered(client: httpx.AsyncClient, issuer: str) -> dict[str, Any]:
    """The discovery document, if it is this issuer's. Raises `ProviderFault`, `httpx.HTTPError`."""
    document = await read_json(client, "GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if document.get("issuer") != issuer:
        raise ProviderFault("its discovery document is of another issuer")
    return document


async def read_json(
    client: httpx.AsyncClient, method: str, url: str, *, form: Mapping[str, str] | None = None, auth: httpx.Auth | None = None
) -> dict[str, Any]:
    """A JSON object from a place that can be trusted. Raises `Refused` for 400 and 401, `ProviderFault`, `httpx.HTTPError`."""
    if not trusted(url):
        raise ProviderFault("its address is not https")
    body = b""
    async with client.stream(method, url, headers={"Accept": "application/json"}, data=form, auth=auth) as response:
        if response.status_code not in (200, 400, 401):
            raise ProviderFault(f"it answered {response.status_code}")
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > SIZE_LIMIT:
                raise ProviderFault(f"its answer is larger than {SIZE_LIMIT} bytes")
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if response.status_code != 200:
        raise Refused(response.status_code, document if isinstance(document, dict) else {})  # pyright: ignore[reportUnknownArgumentType]
    if not isinstance(document, dict):
        raise ProviderFault("its answer is no JSON object")
    return document  # pyright: ignore[reportUnknownVariableType]


def trusted(url: str) -> bool:
    """Whether what comes from there is the provider's: over TLS, or from this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
