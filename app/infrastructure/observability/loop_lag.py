"""How late the event loop is: what blocks it delays every stream of the process. One task a process, owned by `bootstrap`."""

import asyncio
from collections.abc import Callable
from typing import NoReturn

EVERY = 0.5
"""Seconds between two looks."""


async def watch_lag(tell: Callable[[float], None]) -> NoReturn:
    """Tell, twice a second and for ever, how many seconds later than asked for the loop has come back."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + EVERY
        await asyncio.sleep(EVERY)
        tell(max(0.0, loop.time() - due))
