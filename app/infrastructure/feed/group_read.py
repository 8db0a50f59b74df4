"""Reads for all readers of this process what other processes have written: the counterpart of the group-commit writer.

    NOTIFY --> hub: these tails are behind --> one query for all of them --> tails --> readers

While a query is in flight the next tails fall behind, so a quiet process reads at once and a busy one reads more in one go. Without it every reader
would ask for its own run after every commit elsewhere. It may fail, find nothing or be away: then readers look for themselves (`run_feed.py`), so
nothing rests on it but speed.

One instance a process; `bootstrap` owns the task that runs `run`.
"""

from collections.abc import Mapping, Sequence
from typing import NoReturn
from uuid import UUID

from app.application.ports import Transactions
from app.domain.chat.errors import Unavailable
from app.domain.chat.events import StoredEvent
from app.infrastructure.feed.hub import Hub

RUNS_AT_ONCE = 500
"""Runs read on by one query."""

EVENTS_AT_ONCE = 64
"""Events read of each; what is more comes with the next query."""


class GroupRead:
    """Asks one query at a time, for at most `RUNS_AT_ONCE` runs."""

    def __init__(self, transactions: Transactions, hub: Hub) -> None:
        self._transactions = transactions
        self._hub = hub

    async def run(self) -> NoReturn:
        """Read on whatever falls behind, for ever. Ends when cancelled."""
        with self._hub.reading_for_all():
            while True:
                await self.read_once()

    async def read_once(self) -> None:
        """Wait for tails that are behind, and read them on."""
        behind = await self._hub.behind(RUNS_AT_ONCE)
        after = {run_id: tail.end or 0 for run_id, tail in behind.items()}
        found = await self._found(after)
        for run_id, tail in behind.items():
            self._hub.came(run_id, tail, after[run_id], found.get(run_id, ()))

    async def _found(self, after: Mapping[UUID, int]) -> Mapping[UUID, Sequence[StoredEvent]]:
        try:
            async with self._transactions.reading() as work:
                return await work.run_events.read_many(after, EVENTS_AT_ONCE)
        except Unavailable:
            return {}
