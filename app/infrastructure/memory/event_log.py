"""The log on memory: every event is a transaction of its own, so there is never anything waiting.

Contract: `EventLog` in `app/application/ports.py`. `publish` is the hub's, called after the commit.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

from app.domain.chat.ending import Ending
from app.domain.chat.entities import Claim
from app.domain.chat.errors import LeaseLost
from app.domain.chat.events import Event, StoredEvent
from app.infrastructure.memory import fenced
from app.infrastructure.memory.database import MemoryDatabase

Publish = Callable[[UUID, Sequence[StoredEvent]], None]


class MemoryEventLog:
    """The `EventLog` of one `MemoryDatabase`. Several may write to one database, as several processes do."""

    def __init__(self, database: MemoryDatabase, publish: Publish) -> None:
        self._database = database
        self._publish = publish
        self._last_seqs: dict[Claim, int] = {}

    async def open(self, claim: Claim, last_seq: int) -> None:
        """See `EventLog.open`."""
        self._last_seqs[claim] = last_seq

    async def append(self, claim: Claim, event: Event) -> None:
        """See `EventLog.append`."""
        await self._write(claim, [event], None)

    async def close(self, claim: Claim, ending: Ending) -> None:
        """See `EventLog.close`."""
        try:
            await self._write(claim, ending.events, ending)
        finally:
            await self.abandon(claim)

    async def abandon(self, claim: Claim) -> None:
        """See `EventLog.abandon`."""
        self._last_seqs.pop(claim, None)

    async def _write(self, claim: Claim, events: Sequence[Event], ending: Ending | None) -> None:
        if claim not in self._last_seqs:
            raise LeaseLost(claim.run_id)
        async with self._database.session() as session:
            tables = await session.write()
            rows = fenced.numbered(claim, events, self._last_seqs[claim])
            if not fenced.append(tables, claim, rows):
                raise LeaseLost(claim.run_id)
            if ending is not None:
                fenced.close(tables, claim, ending, session.now())
                session.nudge(lambda nudges: nudges.queue())
            session.commit()
        self._last_seqs[claim] = rows[-1].seq
        self._publish(claim.run_id, rows)
