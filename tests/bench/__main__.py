"""`make bench`: the product beside a direct stream without persistence, in one run, on one machine, with one client.

For each load both servers are started anew, one after another, several rounds in turn; the table shows the median round of each. Both stream from the
same paced model in their own process (`paced_model.py`), through the same SSE library; the product on a Postgres of its own with its durability as
shipped (synchronous commit on, fsync on). The client is one process on bare sockets.

tok/s           tokens all readers received, by the time from the first post to the last `done`
p50, p99        milliseconds from the model's yield to the reader's socket
first           median milliseconds from the post to the first token at the reader; all but the first row begin with a burst of posts
CPU             seconds of processor time per 1,000 tokens: the server, and Postgres
commits, rows   of the product, per 1,000 tokens

Machines are shared and noisy: read ratios within one run, not single times.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import psutil
import psycopg
import typer
from rich.console import Console
from rich.table import Table

from app.infrastructure.db.embedded import ensure_running
from app.infrastructure.db.engine import conninfo, parse_url
from tests.bench.load import Measured, load
from tests.processes import ROOT


@dataclass(frozen=True)
class Load:
    """So many readers, so many tokens each, at this rate (0: as fast as it goes), all at once or one after another."""

    streams: int
    tokens: int
    rate: float
    at_once: int

    @property
    def name(self) -> str:
        if self.at_once == 1:
            return "one at a time"
        return f"{self.streams} at {f'{self.rate:g}/s' if self.rate else 'full speed'}"


@dataclass(frozen=True)
class Round:
    """One server under one load."""

    tokens_per_second: float
    p50: float
    p99: float
    first: float
    cpu: float
    postgres_cpu: float
    commits: float
    rows: float


LOADS = (
    Load(100, 5, 50, 1),
    Load(20, 200, 50, 20),
    Load(100, 200, 50, 100),
    Load(200, 200, 50, 200),
    Load(400, 200, 50, 400),
    Load(100, 1500, 0, 100),
)


class Postgres:
    """The database's own account of what it did, and what it cost."""

    def __init__(self, folder: Path) -> None:
        self._database = ensure_running(folder)
        self.url = conninfo(parse_url(self._database.url))

    def cpu_seconds(self) -> float:
        """Of the postmaster and all its children that live."""
        with psycopg.connect(self.url) as connection:
            postmaster = psutil.Process(connection.info.backend_pid).parent()
            assert postmaster is not None
            return sum(sum(process.cpu_times()[:2]) for process in (postmaster, *postmaster.children()))

    def activity(self) -> tuple[int, int]:
        """Commits and rows inserted since the beginning."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("SELECT pg_stat_force_next_flush()")
            row = connection.execute("SELECT xact_commit, tup_inserted FROM pg_stat_database WHERE datname = current_database()").fetchone()
        assert row is not None
        return row[0], row[1]

    def stop(self) -> None:
        self._database.release()


def measure(kind: str, work: Load, postgres: Postgres) -> Round:
    """Start a server, load it, stop it."""
    command = [sys.executable, "-m", "tests.bench.servers", kind, "--tokens", str(work.tokens), "--rate", str(work.rate)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ, "DATABASE_URL": postgres.url}) as server:
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline().split()[1])
            asyncio.run(load(port, 20, 5))  # warm: connections, caches, prepared statements
            return _round(work, port, psutil.Process(server.pid), postgres)
        finally:
            server.terminate()
            server.wait(20)


def _round(work: Load, port: int, server: psutil.Process, postgres: Postgres) -> Round:
    cpu, postgres_cpu, (commits, rows) = sum(server.cpu_times()[:2]), postgres.cpu_seconds(), postgres.activity()
    measured: Measured = asyncio.run(load(port, work.streams, work.at_once))
    thousands = len(measured.latencies_ms) / 1000
    assert thousands * 1000 == work.streams * work.tokens, "tokens were lost"
    commits_after, rows_after = postgres.activity()
    return Round(
        measured.tokens_per_second,
        measured.percentile(50),
        measured.percentile(99),
        statistics.median(measured.first_token_ms),
        (sum(server.cpu_times()[:2]) - cpu) / thousands,
        (postgres.cpu_seconds() - postgres_cpu) / thousands,
        (commits_after - commits) / thousands,
        (rows_after - rows) / thousands,
    )


def main(
    rounds: Annotated[int, typer.Option(help="Rounds of each side under each load.")] = 3,
    only: Annotated[int | None, typer.Option(help="Only the loads with so many streams.")] = None,
) -> None:
    """Compare the product with a direct stream without persistence."""
    table = Table("load", "side", "tok/s", "p50 ms", "p99 ms", "first ms", "CPU s/1k", "Postgres s/1k", "commits/1k", "rows/1k")
    console = Console(width=130)
    with tempfile.TemporaryDirectory() as folder:
        postgres = Postgres(Path(folder))
        for work in (work for work in LOADS if only in (None, work.streams)):
            taken: dict[str, list[Round]] = {"direct": [], "product": []}
            for number in range(rounds):
                for kind, results in taken.items():
                    console.print(f"[dim]{work.name}, round {number + 1} of {rounds}: {kind}[/dim]", highlight=False)
                    results.append(measure(kind, work, postgres))
            for kind, results in taken.items():
                table.add_row(
                    work.name, kind, *_cells(sorted(results, key=lambda result: result.tokens_per_second)[len(results) // 2], kind)
                )
            table.add_section()
        postgres.stop()
    console.print(table)


def _cells(result: Round, kind: str) -> list[str]:
    cells = [f"{result.tokens_per_second:,.0f}", f"{result.p50:.1f}", f"{result.p99:.1f}", f"{result.first:.1f}", f"{result.cpu:.4f}"]
    database = [f"{result.postgres_cpu:.4f}", f"{result.commits:.0f}", f"{result.rows:.0f}"]
    return cells + (database if kind == "product" else ["-", "-", "-"])


if __name__ == "__main__":
    typer.run(main)
