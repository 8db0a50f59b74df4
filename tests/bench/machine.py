"""What the benchmark starts and looks at: a Postgres, the processes of one side, the fake providers; and what they cost."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from app.infrastructure.db.embedded import ensure_running
from app.infrastructure.db.engine import conninfo, parse_url
from tests.bench.load import call
from tests.processes import ROOT

START_SECONDS = 1.0
"""Until what a process does once at its start is over."""


class Postgres:
    """The embedded database, with its durability as shipped, and its own account of what it did."""

    def __init__(self, folder: Path) -> None:
        self._database = ensure_running(folder)
        self.url = conninfo(parse_url(self._database.url))
        with psycopg.connect(self.url) as connection:
            postmaster = psutil.Process(connection.info.backend_pid).parent()
        assert postmaster is not None
        self._postmaster = postmaster
        self._gone: dict[int, float] = {}

    def cpu_seconds(self) -> float:
        """Of the postmaster and all its children, also those that were seen alive once."""
        for process in (self._postmaster, *self._postmaster.children()):
            self._gone[process.pid] = cpu_seconds([process])
        return sum(self._gone.values())

    def transactions(self) -> int:
        """Transactions that wrote something, since the beginning."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint").fetchone()
        assert row is not None
        return row[0]

    def rows(self) -> int:
        """Events in the log."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute("SELECT CASE WHEN to_regclass('run_events') IS NULL THEN 0 ELSE 1 END").fetchone()
            assert row is not None
            if row[0]:
                row = connection.execute("SELECT count(*) FROM run_events").fetchone()
        assert row is not None
        return row[0]

    def empty(self) -> None:
        """Forget all conversations: every side finds the same."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute("SELECT to_regclass('run_events') IS NOT NULL").fetchone()
            if row is not None and row[0]:
                connection.execute("TRUNCATE users, threads, messages, runs, run_events, cached_answers CASCADE")
            connection.execute("CHECKPOINT")

    def stop(self) -> None:
        self._database.release()


def cpu_seconds(processes: Sequence[psutil.Process]) -> float:
    """Processor time, user and system; a process that is gone counts as nothing."""
    total = 0.0
    for process in processes:
        try:
            total += sum(process.cpu_times()[:2])
        except psutil.NoSuchProcess:
            continue
    return total


@dataclass(frozen=True)
class Side:
    """One way to serve: a name for the table, and its processes, the one with a port first."""

    name: str
    processes: tuple[str, ...]

    @property
    def database(self) -> bool:
        """Whether it writes to Postgres."""
        return self.processes[0] not in ("direct", "stock")


SEED = Side("seed", ("seed",))
DIRECT = Side("direct", ("direct",))
STOCK = Side("stock", ("stock",))
PRODUCT = Side("product", ("product",))
SPLIT = Side("API + worker", ("api", "worker"))
TWO = Side("two products", ("product", "product"))


@dataclass(frozen=True)
class Running:
    """A side that runs."""

    port: int
    processes: Sequence[psutil.Process]

    def cpu_seconds(self) -> float:
        return cpu_seconds(self.processes)

    def memory_mb(self) -> float:
        """Resident memory of all its processes."""
        return sum(process.memory_info().rss for process in self.processes) / 1e6


@contextmanager
def running(
    side: Side, postgres: Postgres, *, seconds: float = 5, rate: float = 50, thinking: float = 0, model: Sequence[str] = ()
) -> Generator[Running]:
    """A side, answering, and at rest after its start."""
    if side.database:
        postgres.empty()
    environment = {**os.environ, "DATABASE_URL": postgres.url, "PYTHONHASHSEED": "0"}
    with ExitStack() as stack:
        started: list[tuple[int, psutil.Process]] = []
        for kind in side.processes:
            pace = ["--seconds", str(seconds), "--rate", str(rate), "--thinking", str(thinking)]
            command = [sys.executable, "-m", "tests.bench.servers", kind, *pace, *model]
            popen = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env=environment)
            stack.callback(_stop, popen)
            assert popen.stdout is not None
            started.append((int(popen.stdout.readline().split()[1]), psutil.Process(popen.pid)))
        port = started[0][0]
        asyncio.run(_warm(port))
        yield Running(port, [process for _, process in started])


@contextmanager
def fake_providers() -> Generator[str]:
    """The fake providers in a process of their own; yields their URL."""
    with subprocess.Popen([sys.executable, "-m", "tests.providers", "--port", "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().rpartition(" ")[2].strip()
        finally:
            process.terminate()


async def _warm(port: int) -> None:
    """Connections, caches, prepared statements."""
    await asyncio.sleep(START_SECONDS)
    for _ in range(3):
        await asyncio.gather(*(call(port, "POST", "/api/users", {"name": "warm"}) for _ in range(40)))


def _stop(popen: subprocess.Popen[bytes]) -> None:
    popen.terminate()
    try:
        popen.wait(10)
    except subprocess.TimeoutExpired:
        popen.kill()
        popen.wait()
