"""Storage of what is kept for how long: logs to compact, threads to remove, and whose turn it is to do so."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from app.domain.chat.compaction import Merge, Row


@dataclass(frozen=True, slots=True)
class Due:
    """What a policy finds to do at this moment. `rows` are the token rows of those runs, before they are merged."""

    runs: int
    rows: int
    threads: int


class RetentionRepository(Protocol):
    """For the housekeeper, and for people who ask what it would find."""

    async def take_duty(self, name: str, holder: UUID, seconds: float) -> bool:
        """Take a duty, or keep it, for `seconds` from now by storage's clock. False while another holder has it.

        Until the unit of work ends nobody else can take it, so what is done in it is done by one holder alone.
        """
        ...

    async def release_duty(self, name: str, holder: UUID) -> None:
        """Let others have it at once."""
        ...

    async def runs_to_compact(self, finished_for: float, limit: int) -> Sequence[UUID]:
        """At most `limit` runs that ended more than `finished_for` seconds ago and are not compacted, the one that ended first first.

        They are held until the unit of work ends: nobody removes them meanwhile. Runs that somebody else holds are passed by.
        """
        ...

    async def rows(self, run_id: UUID, after: int, limit: int) -> Sequence[Row]:
        """At most `limit` rows of a log with a number above `after`, in order, as they are stored."""
        ...

    async def merge(self, run_id: UUID, merges: Sequence[Merge]) -> None:
        """Put merged rows in the place of others, all at once for every reader. The run must be held."""
        ...

    async def mark_compacted(self, run_ids: Sequence[UUID]) -> None:
        """These runs have nothing more to merge."""
        ...

    async def unused_threads(self, unused_for: float, limit: int) -> Sequence[UUID]:
        """At most `limit` threads that nobody has posted into for `unused_for` seconds and that have no unfinished run, the oldest first.

        They are held until the unit of work ends: nobody posts into them meanwhile. Threads that somebody else holds are passed by.
        """
        ...

    async def due(self, finished_for: float | None, unused_for: float | None) -> Due:
        """How much there is to do; None stands for never. Counts everything: for people, not for every pass."""
        ...
