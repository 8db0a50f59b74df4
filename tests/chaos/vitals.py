"""What every process holds, sampled: memory, files, threads, tasks, readers, runs; and how many connections Postgres has. A trend is a leak."""

import asyncio
import re
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import mean

import httpx
import psutil
import psycopg

from tests.chaos.fleet import Fleet

EVERY = 5.0

GROWTH = {"megabytes": (25.0, 0.25), "files": (15.0, 0.25), "threads": (4.0, 0.25), "tasks": (40.0, 0.5)}
"""What counts as a trend: more by both this number and this part, from the second fifth of a long life to the last fifth."""

LONG_LIFE = 240.0
"""Seconds a process must have lived for a trend to mean anything."""

_GAUGES = {"tasks": "chatbot_tasks", "readers": "chatbot_feed_readers", "runs": "chatbot_runs_in_hand"}


@dataclass
class Vitals:
    """Samples by process: when, and what."""

    fleet: Fleet
    dsn: str
    samples: dict[str, list[tuple[float, dict[str, float]]]] = field(default_factory=lambda: defaultdict(list))
    connections: list[int] = field(default_factory=list[int])

    async def watch(self) -> None:
        """Sample until cancelled."""
        async with httpx.AsyncClient(timeout=2) as client:
            while True:
                await self.sample(client)
                await asyncio.sleep(EVERY)

    async def sample(self, client: httpx.AsyncClient) -> dict[str, dict[str, float]]:
        """All processes now."""
        found: dict[str, dict[str, float]] = {}
        for name, process in self.fleet.current.items():
            try:
                seen = psutil.Process(process.popen.pid)
                with seen.oneshot():
                    numbers = {
                        "megabytes": seen.memory_info().rss / 1e6,
                        "files": float(seen.num_fds()),
                        "threads": float(seen.num_threads()),
                    }
                if process.url:
                    numbers |= _gauges((await client.get(f"{process.url}/metrics")).text)
            except (psutil.Error, httpx.HTTPError):
                continue
            found[name] = numbers
            self.samples[f"{name} (pid {process.popen.pid})"].append((time.monotonic(), numbers))
        self.connections += await self._count_connections()
        return found

    async def _count_connections(self) -> list[int]:
        try:
            async with await psycopg.AsyncConnection.connect(self.dsn, connect_timeout=2) as connection:
                row = await (await connection.execute("SELECT count(*) FROM pg_stat_activity WHERE datname IS NOT NULL")).fetchone()
        except psycopg.OperationalError:
            return []
        return [row[0]] if row else []

    def leaks(self) -> Iterator[str]:
        """Trends, in words."""
        for who, what, early, late in self.trends():
            more, part = GROWTH[what]
            if late - early > more and late > early * (1 + part):
                yield f"{who}: {what} grew from {early:.0f} to {late:.0f}"

    def trends(self) -> Iterator[tuple[str, str, float, float]]:
        """Who, what, its mean in the second fifth and in the last fifth of a long life."""
        for who, samples in self.samples.items():
            if samples[-1][0] - samples[0][0] < LONG_LIFE:
                continue
            fifth = len(samples) // 5
            for what in GROWTH:
                numbers = [numbers[what] for _, numbers in samples if what in numbers]
                if len(numbers) == len(samples):
                    yield who, what, mean(numbers[fifth : 2 * fifth]), mean(numbers[-fifth:])

    def peaks(self) -> Iterator[str]:
        """The most that was seen of each kind of process, for the report."""
        for kind in ("api", "worker"):
            seen = [numbers for who, samples in self.samples.items() if who.startswith(kind) for _, numbers in samples]
            most = {what: max((numbers.get(what, 0) for numbers in seen), default=0) for what in ("megabytes", "files", "tasks")}
            yield f"{kind}: at most {most['megabytes']:.0f} MB, {most['files']:.0f} files, {most['tasks']:.0f} tasks"


def still_busy(found: dict[str, dict[str, float]]) -> Sequence[str]:
    """What is still held when nobody wants anything any more."""
    return [f"{name}: {what} {numbers[what]:.0f}" for name, numbers in found.items() for what in ("readers", "runs") if numbers.get(what)]


def _gauges(page: str) -> dict[str, float]:
    found = {name: re.search(rf"^{metric} (\S+)$", page, re.MULTILINE) for name, metric in _GAUGES.items()}
    return {name: float(match[1]) for name, match in found.items() if match}
