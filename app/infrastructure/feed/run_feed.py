"""The `RunFeed`: replay from the database, then live from the hub, as one iterator a reader.

Called by the use cases `follow_run` and `follow_thread`; `bootstrap` owns the task that runs `sweep`, the slow poll that makes lost
notifications harmless. How slow is asked anew each time: seconds while notifications arrive, a fraction of one while they do not.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import NoReturn
from uuid import UUID

from app.application.ports import ThreadBell, Transactions
from app.domain.chat.errors import Unavailable
from app.domain.chat.events import EventType, StoredEvent
from app.infrastructure.feed.hub import Hub, Tail

READ_AT_ONCE = 2048
"""Rows read from the database in one go: no more than the longest answer, however large they are."""

GONE = UUID(int=0)
"""In the place of a thread's latest run: there is no such thread any more."""

RETRY_AFTER = 0.3
"""Seconds between two tries while the database is away: readers wait, they are not thrown out."""


class HubRunFeed:
    """Reads for every reader of this process. `poll_seconds` answers how long a lost notification may go unnoticed now."""

    def __init__(self, transactions: Transactions, hub: Hub, poll_seconds: Callable[[], float]) -> None:
        self._transactions = transactions
        self._hub = hub
        self._poll_seconds = poll_seconds

    async def follow(self, run_id: UUID, after: int) -> AsyncGenerator[Sequence[StoredEvent], None]:
        """See `RunFeed.follow`."""
        cursor, look = after, True
        with self._hub.tail(run_id) as tail:
            while not self._hub.draining and not tail.gone:
                events = tail.since(cursor)
                if not events and (look or tail.latest > cursor) and not tail.awaits(cursor):
                    events, look = await self._read(run_id, tail, cursor)
                if events:
                    cursor = events[-1].seq
                    yield events
                    if events[-1].type is EventType.DONE:
                        return
                elif (tail.awaits(cursor) or (not look and tail.latest <= cursor)) and not self._hub.draining and not tail.gone:
                    await tail.changed()

    @asynccontextmanager
    async def runs_of(self, thread_id: UUID) -> AsyncGenerator[ThreadBell, None]:
        """See `RunFeed.runs_of`."""
        with self._hub.bell(thread_id) as bell:
            yield _Bell(thread_id, bell, self._hub)

    async def sweep(self) -> NoReturn:
        """Find what notifications did not bring, for all followed runs at once, for ever."""
        while True:
            await asyncio.sleep(self._poll_seconds())
            await self.sweep_once()

    async def sweep_once(self) -> None:
        """Ask how far the followed runs are, what was added to the watched threads, and which are gone. Quietly does nothing while the database is away."""
        followed, watched = self._hub.followed, self._hub.watched
        if not followed and not watched:
            return
        try:
            async with self._transactions.reading() as work:
                latest = await work.run_events.last_seqs(followed)
                added = await work.runs.latest_of(watched)
        except Unavailable:
            return
        for thread_id in watched:
            self._hub.ring_if_news(thread_id, added.get(thread_id, GONE))
        self._hub.heard(latest.items())
        for run_id in followed:
            if run_id not in latest:
                self._hub.lost(run_id)

    async def _read(self, run_id: UUID, tail: Tail, cursor: int) -> tuple[Sequence[StoredEvent], bool]:
        """Stored events after the cursor, and whether to look again: the database was away, or behind what is known."""
        async with tail.reading:
            stored: Sequence[StoredEvent] | None = ()
            events = tail.since(cursor)  # somebody at the same place may have read meanwhile
            if not events:
                heard = tail.latest
                stored = await self._stored(run_id, tail, cursor)
                events = stored or tail.since(cursor)  # the writer may have published while storage was asked
                if not events and tail.latest > heard:  # another process has written meanwhile
                    return (), True
            if events:
                if events[-1].seq - cursor == len(events):  # else the log is a compacted one: the tail remembers by number
                    tail.add(events)
                return events, False
        if stored is None or tail.latest > cursor:
            await asyncio.sleep(RETRY_AFTER)
            if stored is not None:
                tail.looked_in_vain(cursor)
            return (), True
        tail.nothing_after(cursor)
        return (), False

    async def _stored(self, run_id: UUID, tail: Tail, cursor: int) -> Sequence[StoredEvent] | None:
        try:
            async with self._transactions.reading() as work:
                events = await work.run_events.read(run_id, cursor, READ_AT_ONCE)
                if len(events) == READ_AT_ONCE and tail.latest <= events[-1].seq:  # let every reader of the run know how far it goes
                    self._hub.heard((await work.run_events.last_seqs([run_id])).items())
                return events
        except Unavailable:
            return None


class _Bell:
    def __init__(self, thread_id: UUID, bell: asyncio.Event, hub: Hub) -> None:
        self._thread_id = thread_id
        self._bell = bell
        self._hub = hub

    async def rung(self, seen: UUID | None, within: float | None = None) -> bool:
        """See `ThreadBell.rung`."""
        self._hub.last_seen(self._thread_id, seen)
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._bell.wait()
        self._bell.clear()
        return not self._hub.draining
