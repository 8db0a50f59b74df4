"""Reading the log on Postgres. Contract: `app/domain/chat/repositories/run_events.py`."""

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from app.domain.chat.compaction import Row, cut
from app.domain.chat.events import EventType, StoredEvent
from app.infrastructure.repositories.direct import Direct
from app.infrastructure.repositories.log_statements import array

_READ = b"SELECT seq, type, data::text, pieces FROM run_events WHERE run_id = %(run_id)s AND seq > %(after)s ORDER BY seq LIMIT %(limit)s"

# One descent of the index a run; the arrays are spelled as Postgres reads them.
_READ_MANY = b"""
    SELECT wanted.run_id, event.seq, event.type, event.data, event.pieces
    FROM unnest(%(run_ids)s::uuid[], %(after)s::bigint[]) AS wanted (run_id, after)
    CROSS JOIN LATERAL (
        SELECT seq, type, data::text AS data, pieces FROM run_events WHERE run_id = wanted.run_id AND seq > wanted.after ORDER BY seq LIMIT %(limit)s
    ) AS event
"""

_LAST_SEQS = b"""
    SELECT runs.id, coalesce((SELECT seq FROM run_events WHERE run_id = runs.id ORDER BY seq DESC LIMIT 1), 0) AS last_seq
    FROM runs WHERE runs.id = ANY (%(run_ids)s)
"""

_TYPES = {event_type.value: event_type for event_type in EventType}


class PostgresRunEvents:
    """See `RunEventRepository`."""

    def __init__(self, direct: Direct) -> None:
        self._direct = direct

    async def read(self, run_id: UUID, after: int, limit: int) -> Sequence[StoredEvent]:
        """See `RunEventRepository.read`. `data` comes as the text that was stored; nobody parses it on the way, unless a merged row must be cut."""
        rows = await self._direct.tuples(_READ, {"run_id": run_id, "after": after, "limit": limit})
        return _events(run_id, rows, after)

    async def read_many(self, after: Mapping[UUID, int], limit: int) -> Mapping[UUID, Sequence[StoredEvent]]:
        """See `RunEventRepository.read_many`."""
        run_ids, seqs = array(run_id.hex for run_id in after), array(map(str, after.values()))
        rows = await self._direct.tuples(_READ_MANY, {"run_ids": run_ids, "after": seqs, "limit": limit})
        by_run = groupby(rows, key=itemgetter(0))
        return {run_id: _events(run_id, [row[1:] for row in of_run], after[run_id]) for run_id, of_run in by_run}

    async def last_seqs(self, run_ids: Collection[UUID]) -> Mapping[UUID, int]:
        """See `RunEventRepository.last_seqs`. One descent of the index a run, whatever the length of its log."""
        rows = await self._direct.all(_LAST_SEQS, {"run_ids": list(run_ids)})
        return {row.id: row.last_seq for row in rows}


def _events(run_id: UUID, rows: Sequence[tuple[Any, ...]], after: int) -> Sequence[StoredEvent]:
    """The events of one run's rows `(seq, type, data, pieces)`, in order."""
    events = [StoredEvent(run_id, seq, _TYPES[type_], data) for seq, type_, data, _ in rows]
    if rows and rows[0][3]:
        events[0] = cut(Row(events[0], tuple(rows[0][3])), after)
    return events
