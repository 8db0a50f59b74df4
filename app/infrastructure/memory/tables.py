"""The tables: dicts of frozen rows. A copy shares the rows, so it costs little and changing it changes nobody else's."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from app.domain.chat.entities import IdempotencyKey, Message, Run, Thread, User
from app.domain.chat.events import StoredEvent


class RuleBroken(Exception):
    """A change that storage itself refuses, as a constraint does: the caller is at fault."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run, and what only storage knows of it. `run.last_seq` is not kept here: the log tells it."""

    run: Run
    owner: UUID | None
    idempotency: IdempotencyKey | None


@dataclass(slots=True)
class Tables:
    """Everything there is at one moment. `ordinals` counts messages and runs."""

    users: dict[int, User] = field(default_factory=dict[int, User])
    threads: dict[UUID, Thread] = field(default_factory=dict[UUID, Thread])
    messages: dict[UUID, Message] = field(default_factory=dict[UUID, Message])
    runs: dict[UUID, RunRow] = field(default_factory=dict[UUID, RunRow])
    events: dict[UUID, tuple[StoredEvent, ...]] = field(default_factory=dict[UUID, tuple[StoredEvent, ...]])
    leases: dict[UUID, datetime] = field(default_factory=dict[UUID, datetime])
    ordinals: int = 0

    def copy(self) -> "Tables":
        """The same rows in dicts of their own."""
        return Tables(
            dict(self.users), dict(self.threads), dict(self.messages), dict(self.runs), dict(self.events), dict(self.leases), self.ordinals
        )

    def next_ordinal(self) -> int:
        """A number above all given out before."""
        self.ordinals += 1
        return self.ordinals

    def last_seq(self, run_id: UUID) -> int:
        """The number of a run's newest event; 0 if it has none."""
        events = self.events.get(run_id, ())
        return events[-1].seq if events else 0

    def run(self, run_id: UUID) -> Run | None:
        """A run as it is to be shown, or None."""
        row = self.runs.get(run_id)
        return replace(row.run, last_seq=self.last_seq(run_id)) if row else None

    def runs_of(self, thread_id: UUID) -> list[Run]:
        """A thread's runs in the order of storing."""
        rows = [row.run for row in self.runs.values() if row.run.thread_id == thread_id]
        return [replace(run, last_seq=self.last_seq(run.run_id)) for run in sorted(rows, key=lambda run: run.ordinal)]
