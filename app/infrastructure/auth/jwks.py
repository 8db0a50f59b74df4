"""The public keys of an identity provider: fetched over HTTP, kept, and fetched anew when a token names one that is not among them.

Format: https://www.rfc-editor.org/rfc/rfc7517 and, for where the keys are, https://openid.net/specs/openid-connect-discovery-1_0.html. Used by `jwt.py`.

Promises: a token with an invented key id costs the provider one request every `PATIENCE` seconds, whoever sends how many; a provider that is away does
not take away keys that are known; keys that the provider has withdrawn are forgotten after `FRESH_SECONDS`; only keys for signatures of an
allowed asymmetric algorithm are ever used.
"""

import asyncio
import json
import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import httpx
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from app.application.ports import MonotonicClock
from app.domain.chat.errors import Unavailable

FRESH_SECONDS = 600.0
"""After this the keys are fetched anew by whoever needs one next."""

STALE_SECONDS = 86_400.0
"""How long keys are believed while the provider does not answer."""

PATIENCE = 30.0
"""Seconds between two requests, at least, whatever tokens say."""

FETCH_SECONDS = 5.0
SIZE_LIMIT = 262_144
KEYS_LIMIT = 100
_LOOPBACK = ("localhost", "127.0.0.1", "::1")

_log = logging.getLogger(__name__)


class NoKeys(Exception):
    """The provider's keys cannot be read; says why, for the log."""


class ProviderKeys:
    """The keys of one issuer, by key id. `jwks_url` empty: ask the issuer's discovery document where they are."""

    def __init__(self, issuer: str, jwks_url: str | None, algorithms: Collection[str], clock: MonotonicClock) -> None:
        self._issuer = issuer
        self._jwks_url = jwks_url
        self._algorithms = algorithms
        self._clock = clock
        self._keys: Mapping[tuple[str, str], PyJWK] = {}
        self._fetched_at: float | None = None
        self._asked_at: float | None = None
        self._one_at_a_time = asyncio.Lock()

    async def get(self, key_id: str, algorithm: str) -> PyJWK | None:
        """The key of that id, for that algorithm and no other; or None. Raises `Unavailable` while no keys are known at all."""
        wanted = (key_id, algorithm)
        if wanted not in self._keys or self._age() > FRESH_SECONDS:
            await self._refresh(wanted)
        if self._age() > STALE_SECONDS:
            raise Unavailable("identity_provider_unavailable", "Tokens cannot be checked right now. Try again in a moment.", PATIENCE)
        return self._keys.get(wanted)

    def _age(self) -> float:
        return float("inf") if self._fetched_at is None else self._clock() - self._fetched_at

    async def _refresh(self, wanted: tuple[str, str]) -> None:
        async with self._one_at_a_time:
            if wanted in self._keys and self._age() <= FRESH_SECONDS:
                return  # somebody else has fetched it meanwhile
            if self._asked_at is not None and self._clock() - self._asked_at < PATIENCE:
                return
            self._asked_at = self._clock()
            try:
                self._keys = await self._fetched()
                self._fetched_at = self._clock()
            except (NoKeys, httpx.HTTPError) as error:
                _log.warning(
                    "The identity provider's keys could not be fetched", extra={"reason": f"{type(error).__name__}: {str(error)[:200]}"}
                )

    async def _fetched(self) -> Mapping[tuple[str, str], PyJWK]:
        async with httpx.AsyncClient(timeout=FETCH_SECONDS, follow_redirects=False) as client, asyncio.timeout(2 * FETCH_SECONDS):
            try:
                where = self._jwks_url or await self._discovered(client)
                document = await _json(client, where)
            except TimeoutError as error:
                raise NoKeys("it answers too slowly") from error
        listed = document.get("keys")
        if not isinstance(listed, list) or len(listed) > KEYS_LIMIT:  # pyright: ignore[reportUnknownArgumentType]
            raise NoKeys("its key set has no list of keys, or too many")
        return {(str(key.key_id), key.algorithm_name): key for described in listed for key in self._usable(described)}  # pyright: ignore[reportUnknownVariableType]

    async def _discovered(self, client: httpx.AsyncClient) -> str:
        document = await _json(client, f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        where = document.get("jwks_uri")
        if document.get("issuer") != self._issuer or not isinstance(where, str):
            raise NoKeys("its discovery document is of another issuer, or names no keys")
        return where

    def _usable(self, described: Any) -> Iterator[PyJWK]:
        """A public key for signatures, once for each allowed algorithm it may be used with; a key set may hold keys for other ends."""
        if not isinstance(described, dict):
            return
        key: dict[str, Any] = described  # pyright: ignore[reportUnknownVariableType]
        if key.get("use", "sig") != "sig" or key.get("kty") == "oct" or not isinstance(key.get("kid"), str):
            return
        for algorithm in self._algorithms:
            if key.get("alg", algorithm) == algorithm:
                with suppress(PyJWTError):  # not a key for this algorithm
                    yield PyJWK(key, algorithm)


async def _json(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    """A JSON object from a place that can be trusted: over TLS, or on this machine. Raises `NoKeys`, `httpx.HTTPError`."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise NoKeys("its address is not https")
    body = b""
    async with client.stream("GET", url, headers={"Accept": "application/json"}) as response:
        response.raise_for_status()
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > SIZE_LIMIT:
                raise NoKeys(f"its answer is larger than {SIZE_LIMIT} bytes")
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise NoKeys("its answer is no JSON") from None
    if not isinstance(document, dict):
        raise NoKeys("its answer is no JSON object")
    return document  # pyright: ignore[reportUnknownVariableType]
