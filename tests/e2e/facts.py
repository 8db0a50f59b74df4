"""Waiting for facts, with a bound: no test here sleeps and hopes."""

import asyncio
import inspect
import re
import time
from collections.abc import Awaitable, Callable

import httpx

from tests.reader import Seen


async def until(fact: Callable[[], Awaitable[object] | object], within: float = 5.0, every: float = 0.01) -> None:
    """Return as soon as the fact is true; an assertion fails if that takes too long."""
    deadline = time.monotonic() + within
    while not await _is_true(fact):
        assert time.monotonic() < deadline, f"not true within {within} s"
        await asyncio.sleep(every)


async def _is_true(fact: Callable[[], Awaitable[object] | object]) -> bool:
    found = fact()
    return bool(await found) if inspect.isawaitable(found) else bool(found)


async def until_tokens(seen: Seen, characters: int, within: float = 20.0) -> None:
    """A reader has so much text on its screen."""
    await until(lambda: len(seen.text) >= characters, within)


async def metric(client: httpx.AsyncClient, base_url: str, name: str) -> float:
    """One number of a server's /metrics."""
    page = (await client.get(f"{base_url}/metrics")).raise_for_status().text
    found = re.search(rf"^chatbot_{name} (\S+)$", page, re.MULTILINE)
    assert found is not None, f"there is no metric {name}"
    return float(found[1])
