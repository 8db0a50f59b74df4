"""Reading the log on Postgres. Contract: `app/domain/chat/repositories/run_events.py`."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from app.domain.chat.compaction import Row, cut
from app.domain.chat.events import EventType, StoredEvent
from app.infrastructure.repositories.direct import Direct

_READ = b"SELECT seq, type, data::text, pieces FROM run_events WHERE run_id = %(run_id)s AND seq > %(after)s ORDER BY seq LIMIT %(limit)s"

_LAST_SEQS = b"""
    SELECT runs.id, coalesce((SELECT seq FROM run_events WHERE run_id = runs.id ORDER BY seq DESC LIMIT 1), 0) AS last_seq
    FROM runs WHERE runs.id = ANY (%(run_ids)s)
"""

_TYPES = {event_type.value: event_type for event_type in EventType}


class PostgresRunEvents:
    def __init__(self, direct: Direct) -> None:
        self._direct = direct

    async def read(self, run_id: UUID, after: int, limit: int) -> Sequence[StoredEvent]:
        """See `RunEventRepository.read`. `data` comes as the text that was stored; nobody parses it on the way, unless a merged row must be cut."""
        rows = await self._direct.all(_READ, {"run_id": run_id, "after": after, "limit": limit})
        events = [StoredEvent(run_id, seq, _TYPES[type_], data) for seq, type_, data, _ in rows]
        if rows and rows[0].pieces:
            events[0] = cut(Row(events[0], tuple(rows[0].pieces)), after)
        return events

    async def last_seqs(self, run_ids: Collection[UUID]) -> Mapping[UUID, int]:
        """See `RunEventRepository.last_seqs`. One descent of the index a run, whatever the length of its log."""
        rows = await self._direct.all(_LAST_SEQS, {"run_ids": list(run_ids)})
        return {row.id: row.last_seq for row in rows}
