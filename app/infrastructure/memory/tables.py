"""The tables: dicts of frozen rows. A copy shares the rows, so it costs little and changing it changes nobody else's."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from app.domain.access.entities import ApiKey, SignIn
from app.domain.chat.entities import CachedAnswer, IdempotencyKey, Message, Run, Thread, User
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
    """Everything there is at one moment. `pieces` belong to merged events, by run and number; `ordinals` counts messages and runs."""

    users: dict[int, User] = field(default_factory=dict[int, User])
    threads: dict[UUID, Thread] = field(default_factory=dict[UUID, Thread])
    messages: dict[UUID, Message] = field(default_factory=dict[UUID, Message])
    runs: dict[UUID, RunRow] = field(default_factory=dict[UUID, RunRow])
    events: dict[UUID, tuple[StoredEvent, ...]] = field(default_factory=dict[UUID, tuple[StoredEvent, ...]])
    leases: dict[UUID, datetime] = field(default_factory=dict[UUID, datetime])
    answers: dict[str, CachedAnswer] = field(default_factory=dict[str, CachedAnswer])
    external_ids: dict[str, int] = field(default_factory=dict[str, int])
    api_keys: dict[str, tuple[ApiKey, str]] = field(default_factory=dict[str, tuple[ApiKey, str]])
    sign_ins: dict[str, SignIn] = field(default_factory=dict[str, SignIn])
    rate_windows: dict[str, tuple[int, datetime]] = field(default_factory=dict[str, tuple[int, datetime]])
    spent_tokens: dict[tuple[int, date], int] = field(default_factory=dict[tuple[int, date], int])
    pieces: dict[UUID, dict[int, tuple[int, ...]]] = field(default_factory=dict[UUID, dict[int, tuple[int, ...]]])
    compacted: frozenset[UUID] = frozenset()
    duties: dict[str, tuple[UUID, datetime]] = field(default_factory=dict[str, tuple[UUID, datetime]])
    ordinals: int = 0

    def copy(self) -> "Tables":
        """The same rows in dicts of their own."""
        return Tables(
            dict(self.users),
            dict(self.threads),
            dict(self.messages),
            dict(self.runs),
            dict(self.events),
            dict(self.leases),
            dict(self.answers),
            dict(self.external_ids),
            dict(self.api_keys),
            dict(self.sign_ins),
            dict(self.rate_windows),
            dict(self.spent_tokens),
            dict(self.pieces),
            self.compacted,
            dict(self.duties),
            self.ordinals,
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
