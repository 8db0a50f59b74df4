"""Retention on memory. Contract: `app/domain/chat/repositories/retention.py`."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from app.domain.chat.compaction import Merge, Row
from app.domain.chat.entities import Run, Thread
from app.domain.chat.events import EventType
from app.domain.chat.repositories.retention import Due
from app.infrastructure.memory.database import Session


class MemoryRetention:
    """The one write lock stands for the locks on the duty and on the runs."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def take_duty(self, name: str, holder: UUID, seconds: float) -> bool:
        """See `RetentionRepository.take_duty`."""
        tables = await self._session.write()
        now = self._session.now()
        has, until = tables.duties.get(name, (holder, now))
        if has != holder and until > now:
            return False
        tables.duties[name] = holder, now + timedelta(seconds=seconds)
        return True

    async def release_duty(self, name: str, holder: UUID) -> None:
        """See `RetentionRepository.release_duty`."""
        tables = await self._session.write()
        if name in tables.duties and tables.duties[name][0] == holder:
            del tables.duties[name]

    async def runs_to_compact(self, finished_for: float, limit: int) -> Sequence[UUID]:
        """See `RetentionRepository.runs_to_compact`."""
        await self._session.write()
        return [run.run_id for run in self._to_compact(finished_for)[:limit]]

    async def rows(self, run_id: UUID, after: int, limit: int) -> Sequence[Row]:
        """See `RetentionRepository.rows`."""
        tables = self._session.tables
        events, pieces = tables.events.get(run_id, ()), tables.pieces.get(run_id, {})
        start = bisect_right(events, after, key=lambda event: event.seq)
        return [Row(event, pieces.get(event.seq, ())) for event in events[start : start + limit]]

    async def merge(self, run_id: UUID, merges: Sequence[Merge]) -> None:
        """See `RetentionRepository.merge`."""
        tables = await self._session.write()
        new = {merge.row.event.seq: merge.row for merge in merges}
        gone = {seq for merge in merges for seq in merge.gone}
        kept = [event for event in tables.events.get(run_id, ()) if event.seq not in gone]
        tables.events[run_id] = tuple(new[event.seq].event if event.seq in new else event for event in kept)
        tables.pieces[run_id] = {**tables.pieces.get(run_id, {}), **{seq: row.pieces for seq, row in new.items()}}

    async def mark_compacted(self, run_ids: Sequence[UUID]) -> None:
        """See `RetentionRepository.mark_compacted`."""
        tables = await self._session.write()
        tables.compacted |= set(run_ids)

    async def unused_threads(self, unused_for: float, limit: int) -> Sequence[UUID]:
        """See `RetentionRepository.unused_threads`."""
        await self._session.write()
        return [thread.thread_id for thread in self._unused(unused_for)[:limit]]

    async def due(self, finished_for: float | None, unused_for: float | None) -> Due:
        """See `RetentionRepository.due`."""
        runs = self._to_compact(finished_for) if finished_for is not None else []
        events = [event for run in runs for event in self._session.tables.events.get(run.run_id, ())]
        tokens = sum(event.type is EventType.TOKEN for event in events)
        return Due(len(runs), tokens, len(self._unused(unused_for)) if unused_for is not None else 0)

    def _to_compact(self, finished_for: float) -> list[Run]:
        tables, horizon = self._session.tables, self._session.now() - timedelta(seconds=finished_for)
        runs = [row.run for row in tables.runs.values() if row.run.finished_at is not None and row.run.run_id not in tables.compacted]
        ended = [(run.finished_at, run) for run in runs if run.finished_at is not None and run.finished_at < horizon]
        return [run for _, run in sorted(ended, key=lambda pair: pair[0])]

    def _unused(self, unused_for: float) -> list[Thread]:
        tables, horizon = self._session.tables, self._session.now() - timedelta(seconds=unused_for)
        busy = {row.run.thread_id for row in tables.runs.values() if not row.run.status.is_final}
        unused = [thread for thread in tables.threads.values() if thread.updated_at < horizon and thread.thread_id not in busy]
        return sorted(unused, key=lambda thread: thread.updated_at)
