"""The public keys of an identity provider: fetched over HTTP, kept, and fetched anew when a token names one that is not among them.

Format: https://www.rfc-editor.org/rfc/rfc7517; where the keys are the discovery document says (`provider_document.py`). Used by `jwt.py`.

Promises: a token with an invented key id costs the provider one request every `PATIENCE` seconds, whoever sends how many; a provider that is away does
not take away keys that are known; keys that the provider has withdrawn are forgotten after `FRESH_SECONDS`; only keys for signatures of an
allowed asymmetric algorithm are ever used.
"""

import asyncio
import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from typing import Any

import httpx
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from app.application.ports import MonotonicClock
from app.domain.chat.errors import Unavailable
from app.infrastructure.auth.provider_document import ProviderFault, discovered, read_json, talking

FRESH_SECONDS = 600.0
"""After this the keys are fetched anew by whoever needs one next."""

STALE_SECONDS = 86_400.0
"""How long keys are believed while the provider does not answer."""

PATIENCE = 30.0
"""Seconds between two requests, at least, whatever tokens say."""

KEYS_LIMIT = 100

_log = logging.getLogger(__name__)


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
            except ProviderFault as fault:
                _log.warning("The identity provider's keys could not be fetched", extra={"reason": str(fault)})

    async def _fetched(self) -> Mapping[tuple[str, str], PyJWK]:
        async with talking() as client:
            document = await read_json(client, "GET", self._jwks_url or await self._discovered(client))
        listed = document.get("keys")
        if not isinstance(listed, list) or len(listed) > KEYS_LIMIT:  # pyright: ignore[reportUnknownArgumentType]
            raise ProviderFault("its key set has no list of keys, or too many")
        return {(str(key.key_id), key.algorithm_name): key for described in listed for key in self._usable(described)}  # pyright: ignore[reportUnknownVariableType]

    async def _discovered(self, client: httpx.AsyncClient) -> str:
        where = (await discovered(client, self._issuer)).get("jwks_uri")
        if not isinstance(where, str):
            raise ProviderFault("its discovery document names no keys")
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
