"""Streams end with what was shown for them: a key that is revoked, a cookie that is signed out, a token that runs out.

Whoever comes in is looked at once, at the door; a stream may stay for hours. So each process looks again every few seconds, at all its open streams
together: the clock for what has an end, and one statement for keys and cookies, none if nobody shows any. While the database is away nobody is sent off.
With AUTH_MODE=off there is nothing to look at. It also counts them, so that no user takes all connections.

`OpenStreams` is made by `bootstrap/access.py`; `web/door.py` hands it to the streams of both kinds.
"""

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import NoReturn

from app.application.ports import Transactions
from app.application.principal import Principal
from app.domain.chat.errors import RateLimited, Unavailable

CHECK_SECONDS = 5.0
"""How long a stream may outlast what was shown for it."""

ROOM_SECONDS = 5.0
"""When to try again after too many streams."""

Believed = Callable[[Callable[[], None]], AbstractContextManager[None]]
"""Entered by a stream for as long as it is open, with what ends it. That is called once at most, and must neither wait nor raise."""

_log = logging.getLogger(__name__)


def everybody(_end: Callable[[], None]) -> AbstractContextManager[None]:
    """For streams that rest on nothing."""
    return nullcontext()


@dataclass(eq=False, frozen=True, slots=True)
class _Open:
    """One open stream."""

    principal: Principal
    end: Callable[[], None]


class OpenStreams:
    """All open streams of this process."""

    def __init__(self, transactions: Transactions, most: int | None = None) -> None:
        """`most` is how many streams one user may have open here; None is any number."""
        self._transactions = transactions
        self._most = most
        self._open: set[_Open] = set()
        self._of_users: Counter[int] = Counter()

    def make_room(self, principal: Principal) -> None:
        """For a stream that is about to open. Raises `RateLimited` if its user has too many.

        Streams that open at the very same moment may all get through: it keeps one user from taking all connections, not from having one more.
        """
        if principal.user_id is not None and self._most is not None and self._of_users[principal.user_id] >= self._most:
            raise RateLimited(
                f"This user has {self._most} streams open here, and may have no more. Close one.", ROOM_SECONDS, code="too_many_streams"
            )

    @contextmanager
    def believed(self, principal: Principal, end: Callable[[], None]) -> Generator[None]:
        """See `Believed`."""
        if principal.scope is None:
            yield
            return
        stream = _Open(principal, end)
        self._open.add(stream)
        if principal.user_id is not None:
            self._of_users[principal.user_id] += 1
        try:
            yield
        finally:
            self._open.discard(stream)
            self._forget(principal.user_id)

    def _forget(self, user_id: int | None) -> None:
        if user_id is not None:
            self._of_users[user_id] -= 1
            if not self._of_users[user_id]:
                del self._of_users[user_id]

    async def run(self) -> NoReturn:
        """Look every few seconds."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            with contextlib.suppress(Unavailable):
                await self.look()

    async def look(self) -> None:
        """End what has lost its ground. Raises `Unavailable`; what ends by the clock has ended by then."""
        now = time.time()
        self._end([stream for stream in self._open if stream.principal.is_over(now)])
        keys = {stream.principal.key_id for stream in self._open if stream.principal.key_id}
        cookies = {stream.principal.sign_in for stream in self._open if stream.principal.sign_in}
        if not keys and not cookies:
            return
        async with self._transactions.reading() as work:
            lost = await work.sign_ins.lost(keys, cookies)
        self._end([stream for stream in self._open if stream.principal.key_id in lost or stream.principal.sign_in in lost])

    def _end(self, streams: list[_Open]) -> None:
        for stream in streams:
            self._open.discard(stream)
            stream.end()
        if streams:
            _log.info("Streams were ended: what was shown for them is not believed any more", extra={"streams": len(streams)})
