"""Where requests are counted: in this process, or in Postgres for all processes together. Both count in fixed windows, and exactly.

A window begins with the first request of its subject and lasts as long as the rate says; the next request after its end begins a new one. Used by
`limiter.py`. Why not the `limits` package: its in-memory storage starts a task on every request that walks through everything it has counted, and it
has no storage for Postgres.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Protocol

from app.application.ports import MonotonicClock, Transactions

SUBJECTS_LIMIT = 100_000
"""Windows that a process keeps. Beyond, the one longest untouched is forgotten: a flood of addresses must not fill the memory."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Requests of a subject in its window so far, and the seconds until the window ends."""

    hits: int
    left: float


class Counter(Protocol):
    """Counts exactly, however many requests of a subject come at once."""

    async def hit(self, subject: str, seconds: int) -> Counted:
        """Count one request of a subject in its window of so many seconds. Raises `Unavailable`."""
        ...


class MemoryCounter:
    """Counts for this process alone."""

    def __init__(self, clock: MonotonicClock) -> None:
        self._clock = clock
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()

    async def hit(self, subject: str, seconds: int) -> Counted:
        """See `Counter.hit`. Nothing is awaited, so nothing comes between reading and writing."""
        now = self._clock()
        ends, hits = self._windows.get(subject, (0.0, 0))
        if ends <= now:
            ends, hits = now + seconds, 0
        self._windows[subject] = (ends, hits + 1)
        self._windows.move_to_end(subject)
        if len(self._windows) > SUBJECTS_LIMIT:
            self._windows.popitem(last=False)
        return Counted(hits + 1, min(ends - now, seconds))  # a sum of floats, less one of its terms, may be a hair more than the other


class SharedCounter:
    """Counts in the database, for all processes together: one statement a request."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def hit(self, subject: str, seconds: int) -> Counted:
        """See `Counter.hit`."""
        async with self._transactions.reading() as work:
            hits, left = await work.rate_windows.hit(subject, seconds)
        return Counted(hits, left)
