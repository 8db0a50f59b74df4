"""Lease arithmetic: how long an executor may believe that its runs are its own.

The database decides (`executors.lease_until`, by the database's clock); this is the local belief, by the local monotonic clock. It counts
from the moment the renewal STARTED, less a margin, so that it always ends before the database's does, whatever the network did in
between and whatever happens to the wall clock. The supervisor asks it before it claims or takes over runs.
"""

from dataclasses import dataclass

SAFETY_MARGIN = 0.25
"""The part of a lease that is not used, for clocks that run at different speeds."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease renewed at `renewed_at` (monotonic seconds) for `duration` seconds, and held without a break since `held_since`."""

    duration: float
    renewed_at: float
    held_since: float

    @classmethod
    def begin(cls, started_at: float, duration: float) -> "Lease":
        """The first lease, from a renewal that started at `started_at`."""
        return cls(duration=duration, renewed_at=started_at, held_since=started_at)

    def renew(self, started_at: float) -> "Lease":
        """The lease after a renewal that started at `started_at`; a lease that had run out begins anew."""
        held_since = self.held_since if self.trusted(started_at) else started_at
        return Lease(duration=self.duration, renewed_at=started_at, held_since=held_since)

    def trusted(self, now: float) -> bool:
        """May this executor still claim runs at `now`?"""
        return now - self.renewed_at < self.duration * (1 - SAFETY_MARGIN)

    def may_judge(self, now: float) -> bool:
        """May this executor declare others dead at `now`?

        Only after holding its own lease for a whole lease time: after an outage of the database every lease has run out, and the first to
        come back would otherwise take over the runs of all the living.
        """
        return self.trusted(now) and now - self.held_since >= self.duration
