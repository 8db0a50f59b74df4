"""The live ends of the runs that somebody in this process reads: recent events, wake-ups, and nothing for runs nobody reads.

The writer publishes here after its commit (`publish`); the LISTEN connection tells how far other processes have written (`heard`), and
`group_read.py` reads that for all tails at once; readers (`run_feed.py`) look at a run's `Tail` with a cursor of their own. A reader that falls
behind what a tail remembers reads the database again: a slow reader costs itself only, and a tail is bounded whatever its readers do.
"""

import asyncio
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from types import EllipsisType
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
    meanwhile, so that readers at the same place ask once. While `coming`, what follows `end` is being read for all.
    """

    __slots__ = ("_changed", "_characters", "_in_vain", "_looked", "_recent", "coming", "gone", "latest", "readers", "reading")

    def __init__(self) -> None:
        self._recent: list[StoredEvent] = []
        self._characters = 0
        self._changed = asyncio.Event()
        self._in_vain = 0
        self._looked: int | None = None
        self.coming = False
        self.latest = 0
        self.gone = False
        self.readers = 0
        self.reading = asyncio.Lock()

    @property
    def end(self) -> int | None:
        """The number after which new events go on: the last one remembered, else where a reader has found nothing more. None: nobody has looked."""
        return self._recent[-1].seq if self._recent else self._looked

    def awaits(self, cursor: int) -> bool:
        """Whether a reader at the cursor need not ask the database: somebody does it for all who are at the end."""
        return self.coming and cursor == self.end

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

    def advance(self, seq: int) -> bool:
        """Learn that events up to `seq` are committed; whether that is news."""
        if seq <= self.latest:
            return False
        self.latest, self._in_vain = seq, 0
        return True

    def came(self, after: int, events: Sequence[StoredEvent]) -> None:
        """Take what was read for all, from the number `after` on; if that was nothing, readers look for themselves."""
        self.coming = False
        if events and events[-1].seq - after == len(events):  # else the log is a compacted one: memory counts
            self.add(events)
        self.wake()

    def nothing_after(self, cursor: int) -> None:
        """A reader has looked, and there was nothing yet."""
        self._looked = cursor if self._looked is None else min(cursor, self._looked)

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


READERS_DIFFER = UUID(int=1)
"""In the place of a thread's last run: one reader may wait after an older one than another."""


class _Watch:
    """The bells of a thread that somebody here watches, and which run was the thread's last when somebody looked."""

    __slots__ = ("bells", "latest")

    def __init__(self) -> None:
        self.bells: set[asyncio.Event] = set()
        self.latest: UUID | EllipsisType | None = ...  # nobody has looked yet

    def ring(self) -> None:
        for bell in self.bells:
            bell.set()


class Hub:
    """All tails of a process, and the bells of the threads that somebody here watches."""

    def __init__(self) -> None:
        self._tails: dict[UUID, Tail] = {}
        self._watches: dict[UUID, _Watch] = {}
        self._behind: dict[UUID, Tail] = {}
        self._some_behind = asyncio.Event()
        self._read_for_all = False
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
        bell, watch = asyncio.Event(), self._watches.setdefault(thread_id, _Watch())
        watch.bells.add(bell)
        try:
            yield bell
        finally:
            watch.bells.discard(bell)
            if not watch.bells:
                del self._watches[thread_id]

    def publish(self, run_id: UUID, events: Sequence[StoredEvent]) -> None:
        """Hand committed events of one run to its readers here, if it has any."""
        tail = self._tails.get(run_id)
        if tail is not None and events:
            tail.add(events)

    def heard(self, latest: Iterable[tuple[UUID, int]]) -> None:
        """Learn how far other processes have written."""
        for run_id, seq in latest:
            tail = self._tails.get(run_id)
            if tail is not None and tail.advance(seq):
                self._fetch(run_id, tail)

    def _fetch(self, run_id: UUID, tail: Tail) -> None:
        """Have the news read, for all readers at once if somebody does that and knows from where on."""
        if not self._read_for_all or tail.end is None:
            tail.wake()
        elif not tail.coming:
            tail.coming = True
            self._behind[run_id] = tail
            self._some_behind.set()

    @contextmanager
    def reading_for_all(self) -> Generator[None, None, None]:
        """Around the task that reads for all; without it every reader reads for itself."""
        self._read_for_all = True
        try:
            yield
        finally:
            self._read_for_all = False
            for tail in self._tails.values():
                tail.came(0, ())

    async def behind(self, most: int) -> dict[UUID, Tail]:
        """Wait for tails to be read on, at most so many; each is to hear what `came`, through `came`."""
        await self._some_behind.wait()
        taken = {run_id: self._behind.pop(run_id) for run_id in list(self._behind)[:most]}
        if not self._behind:
            self._some_behind.clear()
        return taken

    def came(self, run_id: UUID, tail: Tail, after: int, events: Sequence[StoredEvent]) -> None:
        """Hand on what was read for all; if more was heard of meanwhile, it is next."""
        tail.came(after, events)
        if events and tail.end is not None and tail.latest > tail.end and tail.readers:
            self._fetch(run_id, tail)

    def ring(self, thread_id: UUID) -> None:
        """A run may have been added to the thread."""
        if (watch := self._watches.get(thread_id)) is not None:
            watch.ring()

    def last_seen(self, thread_id: UUID, run_id: UUID | None) -> None:
        """A reader has found no run after this one: what a sweep finds is news only if it is another. If readers differ, whatever it finds is."""
        watch = self._watches.get(thread_id)
        if watch is not None and watch.latest != run_id:
            watch.latest = run_id if watch.latest is ... else READERS_DIFFER

    def ring_if_news(self, thread_id: UUID, latest: UUID | None) -> None:
        """This is the thread's last run now: in case a notification was lost."""
        watch = self._watches.get(thread_id)
        if watch is not None and watch.latest != latest:
            watch.latest = latest
            watch.ring()

    def ring_all(self) -> None:
        """Anything may have been missed."""
        for watch in self._watches.values():
            watch.ring()

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
    def watched(self) -> list[UUID]:
        """The threads that somebody watches here."""
        return list(self._watches)

    @property
    def readers(self) -> int:
        """How many readers there are."""
        return sum(tail.readers for tail in self._tails.values()) + sum(len(watch.bells) for watch in self._watches.values())
