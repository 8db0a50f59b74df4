"""Merging the token rows of finished runs, a step at a time: `housekeeper.py` calls it."""

from uuid import UUID

from app.application.ports import UnitOfWork
from app.application.retention.policy import Gentleness
from app.domain.chat.compaction import merges

Compacted = tuple[int, int]
"""Runs that are done with, and rows that are gone."""


async def compact_logs(work: UnitOfWork, finished_for: float, gentleness: Gentleness) -> Compacted:
    """Compact some runs in this unit of work; the caller commits. `(0, 0)` means that nothing is left to do.

    A run longer than a step may touch is compacted over several steps: rows that were merged before are left alone, so a step that was lost costs
    nothing but its time.
    """
    room, done, gone = gentleness.rows, list[UUID](), 0
    for run_id in await work.retention.runs_to_compact(finished_for, gentleness.runs):
        read, removed, ended = await _compact_run(work, run_id, room)
        room, gone = room - read, gone + removed
        if ended:
            done.append(run_id)
        if room <= 0:
            break
    await work.retention.mark_compacted(done)
    return len(done), gone


async def _compact_run(work: UnitOfWork, run_id: UUID, room: int) -> tuple[int, int, bool]:
    """Rows read, rows removed, and whether that was all of the run."""
    after = read = removed = 0
    while read < room:
        rows = await work.retention.rows(run_id, after, room - read)
        if not rows:
            return read, removed, True
        if found := merges(rows):
            await work.retention.merge(run_id, found)
        removed += sum(len(merge.gone) for merge in found)
        read, after = read + len(rows), rows[-1].event.seq
    return read, removed, False
