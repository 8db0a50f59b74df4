"""Retention on Postgres. Contract: `app/domain/chat/repositories/retention.py`. All times are the database's."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Text, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.chat.compaction import Merge, Row
from app.domain.chat.events import EventType, StoredEvent
from app.domain.chat.repositories.retention import Due

_TAKE_DUTY = text("""
    INSERT INTO duties AS duty (name, holder, held_until) VALUES (:name, :holder, now() + make_interval(secs => :seconds))
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
        WHERE duty.holder = excluded.holder OR duty.held_until <= now()
    RETURNING name
""")
_RELEASE_DUTY = text("DELETE FROM duties WHERE name = :name AND holder = :holder")

_TO_COMPACT = "finished_at IS NOT NULL AND NOT compacted AND finished_at < now() - make_interval(secs => :seconds)"
_RUNS_TO_COMPACT = text(f"SELECT id FROM runs WHERE {_TO_COMPACT} ORDER BY finished_at LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED")  # noqa: S608 - constants only

_ROWS = text("SELECT seq, type, data::text, pieces FROM run_events WHERE run_id = :run_id AND seq > :after ORDER BY seq LIMIT :limit")

# One statement, so that a reader sees the rows before or the rows after. `pieces` come as the texts of arrays: arrays of different lengths are no
# rectangle, and Postgres takes only those.
_MERGE = text("""
    WITH merged AS (
        UPDATE run_events AS event SET data = row.data::json, pieces = row.pieces::integer[]
        FROM unnest(:seqs, :data, :pieces) AS row (seq, data, pieces)
        WHERE event.run_id = :run_id AND event.seq = row.seq
    )
    DELETE FROM run_events WHERE run_id = :run_id AND seq = ANY (:gone)
""").bindparams(
    bindparam("run_id", type_=Uuid()),
    bindparam("seqs", type_=ARRAY(BigInteger())),
    bindparam("data", type_=ARRAY(Text())),
    bindparam("pieces", type_=ARRAY(Text())),
    bindparam("gone", type_=ARRAY(BigInteger())),
)
_MARK_COMPACTED = text("UPDATE runs SET compacted = true WHERE id = ANY (:ids)").bindparams(bindparam("ids", type_=ARRAY(Uuid())))

_UNUSED = """
    FROM threads WHERE updated_at < now() - make_interval(secs => :seconds)
    AND NOT EXISTS (SELECT FROM runs WHERE runs.thread_id = threads.id AND runs.status IN ('queued', 'running'))
"""
_UNUSED_THREADS = text(f"SELECT id {_UNUSED} ORDER BY updated_at LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED")

_COUNT_RUNS = text(f"""
    SELECT count(*), coalesce(sum((SELECT count(*) FROM run_events WHERE run_id = runs.id AND type = 'token')), 0)
    FROM runs WHERE {_TO_COMPACT}
""")  # noqa: S608 - constants only
_COUNT_THREADS = text(f"SELECT count(*) {_UNUSED}")


class PostgresRetention:
    """See `RetentionRepository`. What is held is locked: others pass it by (`SKIP LOCKED`) or wait."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def take_duty(self, name: str, holder: UUID, seconds: float) -> bool:
        """See `RetentionRepository.take_duty`. The row stays locked: who else wants it waits until this unit of work ends."""
        taken = await self._connection.scalar(_TAKE_DUTY, {"name": name, "holder": holder, "seconds": seconds})
        return taken is not None

    async def release_duty(self, name: str, holder: UUID) -> None:
        """See `RetentionRepository.release_duty`."""
        await self._connection.execute(_RELEASE_DUTY, {"name": name, "holder": holder})

    async def runs_to_compact(self, finished_for: float, limit: int) -> Sequence[UUID]:
        """See `RetentionRepository.runs_to_compact`. Deleting a thread locks its runs, too: one waits for the other."""
        return (await self._connection.scalars(_RUNS_TO_COMPACT, {"seconds": finished_for, "limit": limit})).all()

    async def rows(self, run_id: UUID, after: int, limit: int) -> Sequence[Row]:
        """See `RetentionRepository.rows`."""
        found = await self._connection.execute(_ROWS, {"run_id": run_id, "after": after, "limit": limit})
        return [Row(StoredEvent(run_id, seq, EventType(type_), data), tuple(pieces or ())) for seq, type_, data, pieces in found]

    async def merge(self, run_id: UUID, merges: Sequence[Merge]) -> None:
        """See `RetentionRepository.merge`."""
        parameters = {
            "run_id": run_id,
            "seqs": [merge.row.event.seq for merge in merges],
            "data": [merge.row.event.data for merge in merges],
            "pieces": [f"{{{','.join(map(str, merge.row.pieces))}}}" for merge in merges],
            "gone": [seq for merge in merges for seq in merge.gone],
        }
        await self._connection.execute(_MERGE, parameters)

    async def mark_compacted(self, run_ids: Sequence[UUID]) -> None:
        """See `RetentionRepository.mark_compacted`."""
        await self._connection.execute(_MARK_COMPACTED, {"ids": list(run_ids)})

    async def unused_threads(self, unused_for: float, limit: int) -> Sequence[UUID]:
        """See `RetentionRepository.unused_threads`. Whoever posts updates the thread's row first: they wait, or the row is passed by or looked at anew."""
        return (await self._connection.scalars(_UNUSED_THREADS, {"seconds": unused_for, "limit": limit})).all()

    async def due(self, finished_for: float | None, unused_for: float | None) -> Due:
        """See `RetentionRepository.due`."""
        runs, rows, threads = 0, 0, 0
        if finished_for is not None:
            runs, rows = (await self._connection.execute(_COUNT_RUNS, {"seconds": finished_for})).one()
        if unused_for is not None:
            threads = await self._connection.scalar(_COUNT_THREADS, {"seconds": unused_for}) or 0
        return Due(runs, int(rows), threads)
