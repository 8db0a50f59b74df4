"""Reading the log on memory. Contract: `app/domain/chat/repositories/run_events.py`."""

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from app.domain.chat.compaction import Row, cut
from app.domain.chat.events import StoredEvent
from app.infrastructure.memory.database import Session


class MemoryRunEvents:
    """See `RunEventRepository`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def read(self, run_id: UUID, after: int, limit: int) -> Sequence[StoredEvent]:
        """See `RunEventRepository.read`."""
        events = self._session.tables.events.get(run_id, ())
        start = bisect_right(events, after, key=lambda event: event.seq)
        found = list(events[start : start + limit])
        if found:
            pieces = self._session.tables.pieces.get(run_id, {}).get(found[0].seq, ())
            found[0] = cut(Row(found[0], pieces), after)
        return found

    async def read_many(self, after: Mapping[UUID, int], limit: int) -> Mapping[UUID, Sequence[StoredEvent]]:
        """See `RunEventRepository.read_many`."""
        found = {run_id: await self.read(run_id, seq, limit) for run_id, seq in after.items()}
        return {run_id: events for run_id, events in found.items() if events}

    async def last_seqs(self, run_ids: Collection[UUID]) -> Mapping[UUID, int]:
        """See `RunEventRepository.last_seqs`."""
        tables = self._session.tables
        return {run_id: tables.last_seq(run_id) for run_id in run_ids if run_id in tables.runs}
