"""What was asked, what every reader saw, what was done to whom: written by the driver, judged by the checker. No opinion in here."""

import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Frame:
    """One event as it came off the wire, its payload to the letter."""

    seq: int
    type: str
    data: str


@dataclass(slots=True)
class Sighting:
    """All that one reader had, over all its connections; `first` is the cursor it began with."""

    manner: str
    first: int = 0
    frames: list[Frame] = field(default_factory=list[Frame])
    begun: list[float] = field(default_factory=list[float])
    """When each connection was made, by the wall clock."""
    complaint: str = ""
    """An answer that no reader should ever get."""

    @property
    def cursor(self) -> int:
        return self.frames[-1].seq if self.frames else self.first

    @property
    def done(self) -> bool:
        return bool(self.frames) and self.frames[-1].type == "done"


@dataclass(slots=True)
class Asked:
    """One question and what its asker did about it."""

    thread_id: str
    run_id: str
    answer_id: str
    question: str
    healthy: bool
    """The provider was told to do nothing wrong."""
    cancelled: bool = False
    deleted: bool = False
    sightings: list[Sighting] = field(default_factory=list[Sighting])


@dataclass(frozen=True, slots=True)
class Window:
    """A fault as it happened, by the wall clock."""

    kind: str
    target: str
    begin: float
    end: float


@dataclass(frozen=True, slots=True)
class Bereaved:
    """A run whose executor was killed, stopped or told to go, and the attempt that ended so."""

    why: str
    run_id: str
    attempt: int
    at: float


@dataclass
class Ledger:
    """Everything that happened."""

    windows: list[Window] = field(default_factory=list[Window])
    bereaved: dict[str, list[Bereaved]] = field(default_factory=dict[str, list[Bereaved]])
    reconnects: Counter[str] = field(default_factory=Counter[str])
    """Why connections of readers ended before `done`."""
    cancels: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    """When a cancel was sent, and how long it took until it was answered."""
    answered: Counter[str] = field(default_factory=Counter[str])
    """How many runs ended how."""
    skipped: list[str] = field(default_factory=list[str])
    """What could not be done on this machine, each with its reason."""
    gaps: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    """Seconds from the loss of an executor to the first words of the next, by the kind of loss."""
    slow: list[str] = field(default_factory=list[str])
    """Runs that were without words for long."""
    checked: int = 0
    frames: int = 0
    complaints: list[str] = field(default_factory=list[str])
    """Promises that were broken."""

    def note(self, kind: str, target: str, begin: float) -> None:
        """A fault that began at `begin` is over."""
        self.windows.append(Window(kind, target, begin, time.time()))

    def calm(self, begin: float, end: float, but_for: Collection[str] = ()) -> bool:
        """Whether nothing happened in between that slows everybody down, or has just happened."""
        return not any(
            window.begin < end and begin < window.end + SLOWING[window.kind]
            for window in self.windows
            if window.kind in SLOWING and window.kind not in but_for
        )


SLOWING = {"restart_db": 4.0, "crash_db": 4.0, "terminate": 1.0, "hang": 4.0, "disk": 4.0, "deploy": 1.0, "stop": 0.0, "kill9": 0.0}
"""What slows everybody down, and for how many seconds afterwards: after an absence of the database nobody judges for a lease."""

ONE_PROCESS = ("stop", "kill9")
"""These slow down who has to do with the one that was hit."""
