"""What will go wrong, and when: a pure function of seed, duration and kinds of fault, printed at the start so that it can be played again.

The seed fixes the schedule and what every client does. It cannot fix how the operating system interleaves processes, so a replay repeats the faults,
not the microseconds.
"""

import random
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

APIS = ("api-1", "api-2")
WORKERS = ("worker-1", "worker-2")
SLOTS = (*APIS, *WORKERS)

BEHIND_GATEWAY = ("api-2", "worker-2")
"""These reach Postgres through a gateway that can fall silent and swallow notifications."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault: whom it may hit (nobody: all, or the database), how long it lasts, and how long it takes beside that, in seconds."""

    targets: Sequence[str]
    shortest: float
    longest: float
    takes: float = 0.0


KINDS = {
    "kill9": Kind(SLOTS, 0.5, 4.0, takes=2.0),  # until it is started again
    "stop": Kind(SLOTS, 1.0, 8.0),  # a lease lasts three seconds: some wake up in time, some do not
    "deploy": Kind((), 0.0, 0.0, takes=6.0),
    "restart_db": Kind((), 0.0, 0.0),
    "crash_db": Kind((), 0.0, 0.0),
    "terminate": Kind((), 0.0, 0.0),
    "hang": Kind((), 2.0, 8.0),
    "deaf": Kind((), 3.0, 8.0),
    "disk": Kind((), 1.0, 4.0),
    "clock": Kind(SLOTS, 2.0, 6.0),
}
"""Faults that are done to processes and machines."""

MANNERS = ("provider", "cancel", "delete", "duplicate")
"""Faults that clients and the provider bring along, question by question."""

ALL = (*KINDS, *MANNERS)


@dataclass(frozen=True, slots=True)
class Planned:
    """One fault: seconds after the beginning, kind, whom it hits, how long."""

    at: float
    kind: str
    target: str
    seconds: float

    def __str__(self) -> str:
        lasting = f" for {self.seconds:.1f} s" if self.seconds else ""
        return f"{self.at:7.1f} s  {self.kind} {self.target}".rstrip() + lasting


def plan(seed: int, duration: float, kinds: Collection[str], spared: Collection[str] = ()) -> list[Planned]:
    """The schedule. All kinds come round before one comes again; now and then one begins while another lasts.

    `spared` slots are neither killed nor replaced, so that they get old enough to leak.
    """
    dice = random.Random(f"schedule {seed}")
    order = _rounds(dice, [kind for kind in KINDS if kind in kinds])
    planned: list[Planned] = []
    at = dice.uniform(1.0, 2.0)
    for name in order:
        if at >= duration:
            break
        kind = KINDS[name]
        targets = [target for target in kind.targets if name != "kill9" or target not in spared]
        target = dice.choice(targets) if targets else ""
        seconds = round(dice.uniform(kind.shortest, kind.longest), 1)
        planned.append(Planned(round(at, 1), name, target, seconds))
        at += dice.uniform(1.5, 4.0) + (0.0 if dice.random() < 0.25 else seconds + kind.takes)
    return planned


def _rounds(dice: random.Random, kinds: Sequence[str]) -> Iterator[str]:
    while kinds:
        yield from dice.sample(kinds, len(kinds))
