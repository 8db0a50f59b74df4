"""The live ends of the runs that somebody in this process reads: recent events, wake-ups, and nothing for runs nobody reads.

The writer publishes here after its commit (`publish`); the LISTEN connection tells how far other processes have written (`heard`); readers
(`run_feed.py`) look at a run's `Tail` with a cursor of their own. A reader that falls behind what a tail remembers reads the database again: a
slow reader costs itself only, and a tail is bounded whatever its readers do.
"""

import asyncio
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from uuid import UUID

from app.domain.chat.events import StoredEvent

REMEMBERED_EVENTS = 512
"""Events a tail remembers, at most twice this many between two trims."""

REMEMBERED_CHARACTERS = 262_144
"""Characters of payload a tail remembers, likewise."""

LOOKS_IN_VAIN = 3
"""How often a reader looks for events it has heard of before it believes the database that there are none: anybody may send a notification."""


class Tail:
    """The live end of one run, shared by its readers here.

    `latest` is the highest number known to be committed; `since` answers from memory what it can. Whoever must ask the database holds `reading`
    meanwhile, so that readers at the same place ask once.
    """

    __slots__ = ("_changed", "_characters", "_in_vain", "_recent", "gone", "latest", "readers", "reading")

    def __init__(self) -> None:
        self._recent: list[StoredEvent] = []
        self._characters = 0
        self._changed = asyncio.Event()
        self._in_vain = 0
        self.latest = 0
        self.gone = False
        self.readers = 0
        self.reading = asyncio.Lock()

    def since(self, cursor: int) -> Sequence[StoredEvent]:
        """The remembered events after `cursor`; empty if there are none or if memory does not reach back that far."""
        if not self._recent:
            return ()
        first = self._recent[0].seq
        return self._recent[cursor + 1 - first :] if cursor + 1 >= first else ()

    def add(self, events: Sequence[StoredEvent]) -> None:
        """Remember committed events, in order; what is known already is ignored, and after a gap memory starts anew."""
        end = self._recent[-1].seq if self._recent else events[0].seq - 1
        if events[0].seq > end + 1:
            self._recent.clear()
            self._characters = 0
            end = events[0].seq - 1
        fresh = events[end + 1 - events[0].seq :]
        if not fresh:
            return
        self._recent.extend(fresh)
        self._characters += sum(len(event.data) for event in fresh)
        self._trim()
        self.latest = max(self.latest, fresh[-1].seq)
        self.wake()  # also those who have heard of more: what is here is certain

    def advance(self, seq: int) -> None:
        """Learn that events up to `seq` are committed."""
        if seq > self.latest:
            self.latest, self._in_vain = seq, 0
            self.wake()

    def looked_in_vain(self, cursor: int) -> None:
        """Storage has nothing after `cursor`, though more was heard of. It may be late; if it stays so, what was heard was not true."""
        self._in_vain += 1
        if self._in_vain >= LOOKS_IN_VAIN:
            self.latest, self._in_vain = cursor, 0

    def wake(self) -> None:
        """Let every reader look again."""
        self._changed.set()
        self._changed.clear()

    async def changed(self) -> None:
        """Wait for the next wake-up."""
        await self._changed.wait()

    def _trim(self) -> None:
        if len(self._recent) < 2 * REMEMBERED_EVENTS and self._characters < 2 * REMEMBERED_CHARACTERS:
            return
        while len(self._recent) > REMEMBERED_EVENTS or (self._characters > REMEMBERED_CHARACTERS and len(self._recent) > 1):
            half = self._recent[: max(1, len(self._recent) // 2)]
            del self._recent[: len(half)]
            self._characters -= sum(len(event.data) for event in half)


class Hub:
    """All tails of a process, and the bells of the threads that somebody here watches."""

    def __init__(self) -> None:
        self._tails: dict[UUID, Tail] = {}
        self._bells: dict[UUID, set[asyncio.Event]] = {}
        self.draining = False

    @contextmanager
    def tail(self, run_id: UUID) -> Generator[Tail, None, None]:
        """A run's tail, for as long as a reader needs it."""
        tail = self._tails.setdefault(run_id, Tail())
        tail.readers += 1
        try:
            yield tail
        finally:
            tail.readers -= 1
            if tail.readers == 0:
                del self._tails[run_id]

    @contextmanager
    def bell(self, thread_id: UUID) -> Generator[asyncio.Event, None, None]:
        """An event that is set whenever a run may have been added to the thread."""
        bell = asyncio.Event()
        self._bells.setdefault(thread_id, set()).add(bell)
        try:
            yield bell
        finally:
            self._bells[thread_id].discard(bell)
            if not self._bells[thread_id]:
                del self._bells[thread_id]

    def publish(self, run_id: UUID, events: Sequence[StoredEvent]) -> None:
        """Hand committed events of one run to its readers here, if it has any."""
        tail = self._tails.get(run_id)
        if tail is not None and events:
            tail.add(events)

    def heard(self, latest: Iterable[tuple[UUID, int]]) -> None:
        """Learn how far other processes have written."""
        for run_id, seq in latest:
            tail = self._tails.get(run_id)
            if tail is not None:
                tail.advance(seq)

    def ring(self, thread_id: UUID) -> None:
        """A run may have been added to the thread."""
        for bell in self._bells.get(thread_id, ()):
            bell.set()

    def ring_all(self) -> None:
        """Anything may have been missed."""
        for bells in self._bells.values():
            for bell in bells:
                bell.set()

    def lost(self, run_id: UUID) -> None:
        """The run was removed: its readers end."""
        tail = self._tails.get(run_id)
        if tail is not None:
            tail.gone = True
            tail.wake()

    def drain(self) -> None:
        """End every reader, now and from now on."""
        self.draining = True
        for tail in self._tails.values():
            tail.wake()
        self.ring_all()

    @property
    def followed(self) -> list[UUID]:
        """The runs that somebody reads here."""
        return list(self._tails)

    @property
    def readers(self) -> int:
        """How many readers there are."""
        return sum(tail.readers for tail in self._tails.values()) + sum(map(len, self._bells.values()))
