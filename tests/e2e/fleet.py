"""Several processes of the product at once: started side by side, because each takes its time to import."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.processes import Process, Processes
from tests.providers.running import RunningProviders

Start = Callable[[Processes], Process]


@dataclass(frozen=True)
class Fleet:
    """Two servers and a worker on one database. The servers have few slots, so that the worker gets its share of a crowd."""

    first: Process
    second: Process
    worker: Process
    providers: RunningProviders

    @property
    def urls(self) -> tuple[str, str]:
        return self.first.url, self.second.url


def server(*arguments: str, **settings: str) -> Start:
    """How to start an API process."""
    return lambda processes: processes.serve(*arguments, **settings)


def worker(*arguments: str, **settings: str) -> Start:
    """How to start an executor process."""
    return lambda processes: processes.worker(*arguments, **settings)


async def start(processes: Processes, *starts: Start) -> list[Process]:
    """Start processes side by side; `processes` ends them, also those whose neighbour did not start."""
    already = len(processes.running)
    places = [processes.folder / f"process-{already + number}" for number in range(len(starts))]
    for place in places:
        place.mkdir()
    alone = [replace(processes, folder=place, running=[]) for place in places]
    try:
        tried = (asyncio.to_thread(begin, one) for begin, one in zip(starts, alone, strict=True))
        results = await asyncio.gather(*tried, return_exceptions=True)
    finally:
        for one in alone:
            processes.running.extend(one.running)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [result for result in results if isinstance(result, Process)]
