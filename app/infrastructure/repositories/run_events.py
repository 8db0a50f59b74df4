"""Reading the log on Postgres. Contract: `app/domain/chat/repositories/run_events.py`."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, cast, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.chat.events import EventType, StoredEvent
from app.infrastructure.models.tables import RunEventRow, RunRow

_TYPES = {event_type.value: event_type for event_type in EventType}


class PostgresRunEvents:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def read(self, run_id: UUID, after: int, limit: int) -> Sequence[StoredEvent]:
        """See `RunEventRepository.read`. `data` comes as the text that was stored; nobody parses it on the way."""
        statement = (
            select(RunEventRow.seq, RunEventRow.type, cast(RunEventRow.data, Text))
            .where(RunEventRow.run_id == run_id, RunEventRow.seq > after)
            .order_by(RunEventRow.seq)
            .limit(limit)
        )
        rows = (await self._session.execute(statement)).all()
        return [StoredEvent(run_id, seq, _TYPES[type_], data) for seq, type_, data in rows]

    async def last_seqs(self, run_ids: Collection[UUID]) -> Mapping[UUID, int]:
        """See `RunEventRepository.last_seqs`. One descent of the index a run, whatever the length of its log."""
        newest = select(RunEventRow.seq).where(RunEventRow.run_id == RunRow.id).order_by(RunEventRow.seq.desc()).limit(1)
        statement = select(RunRow.id, func.coalesce(newest.scalar_subquery(), 0)).where(RunRow.id == func.any(literal(list(run_ids), ARRAY(Uuid))))
        return dict((await self._session.execute(statement)).tuples().all())
