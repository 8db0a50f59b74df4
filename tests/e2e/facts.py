"""Waiting for facts, with a bound: no test here sleeps and hopes."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx

from tests.reader import Seen

T = TypeVar("T")


async def until(fact: Callable[[], Awaitable[T] | T], within: float = 5.0, every: float = 0.01) -> T:
    """The fact's first true value."""
    deadline = time.monotonic() + within
    while True:
        found = fact()
        value = await found if isinstance(found, Awaitable) else found
        if value:
            return value
        assert time.monotonic() < deadline, f"not true within {within} s; the last value was {value!r}"
        await asyncio.sleep(every)


async def until_tokens(seen: Seen, characters: int, within: float = 20.0) -> None:
    """A reader has so much text on its screen."""
    await until(lambda: len(seen.text) >= characters, within)


async def metric(client: httpx.AsyncClient, base_url: str, name: str) -> float:
    """One number of a server's /metrics."""
    page = (await client.get(f"{base_url}/metrics")).raise_for_status().text
    found = re.search(rf"^chatbot_{name} (\S+)$", page, re.MULTILINE)
    assert found is not None, f"there is no metric {name}"
    return float(found[1])
