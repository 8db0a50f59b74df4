"""Two API processes and two workers, each in a slot that outlives it: killed ones are started again, a deploy puts new ones in their places.

Clients reach API processes as behind a load balancer: `urls` are those that new connections go to.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import URL

from tests.chaos.clock import Clock
from tests.chaos.schedule import APIS, BEHIND_GATEWAY, SLOTS
from tests.processes import Process, Processes

START_SECONDS = 60.0
"""For a process to start: a deploy starts four at once, beside all the conversations."""


@dataclass
class Slot:
    """A place in the fleet and who has it now. `clock` is its wall clock, where that can be made to jump."""

    name: str
    processes: Processes
    clock: Clock | None
    slots: int
    current: Process | None = None
    born: list[Process] = field(default_factory=list[Process])
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by whoever does something to the slot's process."""

    @property
    def is_api(self) -> bool:
        return self.name in APIS

    async def start(self) -> Process:
        """A new process for this slot; it is `current` once it answers."""
        begin = self.processes.serve if self.is_api else self.processes.worker
        process = await asyncio.to_thread(begin, "--slots", str(self.slots))
        self.born.append(process)
        self.current = process
        return process


@dataclass
class Fleet:
    slots: dict[str, Slot]

    @property
    def urls(self) -> list[str]:
        """Where an API process should answer."""
        return [slot.current.url for slot in self.slots.values() if slot.is_api and slot.current is not None]

    @property
    def current(self) -> dict[str, Process]:
        return {name: slot.current for name, slot in self.slots.items() if slot.current is not None}

    async def start(self) -> None:
        await asyncio.gather(*(slot.start() for slot in self.slots.values()))

    async def settle(self) -> None:
        """Every slot has a living process again. Raises `AssertionError` if one died of itself."""
        for slot in self.slots.values():
            async with slot.busy:
                if slot.current is None or slot.current.popen.poll() is not None:
                    output = slot.current.output if slot.current else ""
                    raise AssertionError(f"{slot.name} died of itself:\n{output[-4000:]}")

    def stop(self) -> None:
        for slot in self.slots.values():
            slot.processes.stop()

    def outputs(self) -> Sequence[tuple[str, str]]:
        """What every process had to say."""
        return [(slot.name, process.output) for slot in self.slots.values() for process in slot.born]


def make_fleet(
    folder: Path, database: URL, gateway: URL, settings: Mapping[str, str], clock_library: Path | None, answers_at_once: int
) -> Fleet:
    """The slots, empty. API processes write few answers themselves, so that the workers get their share."""
    few = max(1, answers_at_once // 8)
    slots: dict[str, Slot] = {}
    for name in SLOTS:
        place = folder / name
        place.mkdir()
        own = dict(settings)
        clock = Clock(clock_library, place / "clock") if clock_library else None
        if clock:
            clock.step(0)
            own |= clock.environment
        slots[name] = Slot(
            name,
            Processes(gateway if name in BEHIND_GATEWAY else database, place, own, start_seconds=START_SECONDS),
            clock,
            few if name in APIS else 100,
        )
    return Fleet(slots)
