"""Part `steady` of `make bench`: many answers at once, in full flow."""

import asyncio
import statistics
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass

from rich.table import Table

from tests.bench.load import WORD, Offer, Window, percentile, steady
from tests.bench.machine import DIRECT, PRODUCT, SEED, SPLIT, STOCK, TWO, Postgres, Side, fake_providers, running

RAMP, SETTLE, TAIL = 1.0, 0.7, 0.5
"""Seconds: the posts, until all flow, and for how long answers go on after the window."""

SEED_SETTLE = 5.0
"""The seed's design takes longer: its readers' polls stand in line with its writers."""


@dataclass(frozen=True)
class Load:
    """So many readers at this rate (0: as fast as it goes), through this adapter (none: the model in the process)."""

    streams: int
    rate: float
    sides: tuple[Side, ...]
    adapter: str = ""

    @property
    def name(self) -> str:
        speed = f"{self.rate:g}/s" if self.rate else "full speed"
        return f"{self.streams} at {speed}" + (f", {self.adapter} SDK" if self.adapter else "")


@dataclass(frozen=True)
class Figures:
    """One side under one load."""

    tokens_per_second: float
    p50: float
    p99: float
    first: float
    cpu: float
    postgres_cpu: float
    transactions: float
    rows: float
    memory_mb: float
    client: float


ALL = (
    Load(20, 50, (SEED, DIRECT, PRODUCT, SPLIT)),
    Load(100, 50, (SEED, DIRECT, STOCK, PRODUCT, SPLIT)),
    Load(200, 50, (DIRECT, PRODUCT, SPLIT)),
    Load(400, 50, (DIRECT, PRODUCT, SPLIT)),
    Load(100, 0, (SEED, DIRECT, STOCK, PRODUCT, SPLIT, TWO)),
    Load(100, 50, (DIRECT, PRODUCT), "anthropic"),
)
QUICK = (Load(100, 50, (SEED, DIRECT, PRODUCT, SPLIT)), Load(100, 0, (DIRECT, PRODUCT)))


def tables(postgres: Postgres, *, quick: bool, rounds: int, tell: Callable[[str], None]) -> list[Table]:
    """Measure all sides under all loads, the sides in turn."""
    table = Table("load", "side", "tok/s", "p50 ms", "p99 ms", "first ms", "CPU s/1k", "Postgres s/1k", "tx/1k", "rows/1k", "MB", "client")
    for load in QUICK if quick else ALL:
        taken: dict[Side, list[Figures]] = {side: [] for side in load.sides}
        for number in range(rounds):
            for side, results in taken.items():
                tell(f"{load.name}, round {number + 1} of {rounds}: {side.name}")
                results.append(_measure(side, load, postgres, 2.0 if quick else 4.0))
        for side, results in taken.items():
            table.add_row(load.name, side.name, *_cells(_median(results), side, load))
        table.add_section()
    return [table]


def _measure(side: Side, load: Load, postgres: Postgres, window: float) -> Figures:
    settle = SEED_SETTLE if side is SEED else SETTLE
    seconds = RAMP + settle + window + TAIL
    if not load.adapter:
        return _load(side, load, postgres, Offer(load.streams, RAMP, settle, window), seconds, ())
    content = f"go [[tokens={round(seconds * load.rate)} rate={load.rate:g}]]"
    with fake_providers() as url:
        offer = Offer(load.streams, RAMP, SETTLE, window, content, WORD)
        return _load(side, load, postgres, offer, seconds, ("--adapter", load.adapter, "--provider", url))


def _load(side: Side, load: Load, postgres: Postgres, offer: Offer, seconds: float, model: Sequence[str]) -> Figures:
    with running(side, postgres, seconds=seconds, rate=load.rate, model=model) as server:
        marks: list[tuple[float, float, int, float]] = []

        async def mark() -> None:
            marks.append((server.cpu_seconds(), postgres.cpu_seconds(), await asyncio.to_thread(postgres.transactions), server.memory_mb()))

        patience = 1.0 if side is SEED else 15.0  # the seed's design may be minutes behind: its window says enough
        seen: Window = asyncio.run(steady(server.port, offer, mark, patience=patience))
        rows = postgres.rows() if side.database else 0
    assert seen.all_tokens or side is SEED, "no token came"
    before, after = marks
    thousands = max(seen.tokens, 1) / 1000
    return Figures(
        seen.tokens / seen.seconds,
        seen.latency(50),
        seen.latency(99),
        percentile(seen.first_token_ms, 50),
        (after[0] - before[0]) / thousands,
        (after[1] - before[1]) / thousands,
        (after[2] - before[2]) / thousands,
        rows / max(seen.all_tokens, 1) * 1000,
        after[3],
        seen.cpu,
    )


def _median(results: list[Figures]) -> Figures:
    return Figures(*map(statistics.median, zip(*map(astuple, results), strict=True)))


def _cells(result: Figures, side: Side, load: Load) -> list[str]:
    latency = ["–", "–"] if load.adapter else [f"{result.p50:.1f}", f"{result.p99:.1f}"]
    database = [f"{result.postgres_cpu:.4f}", f"{result.transactions:.0f}", f"{result.rows:.0f}"] if side.database else ["–", "–", "–"]
    ours = [f"{result.tokens_per_second:,.0f}", *latency, f"{result.first:.1f}", f"{result.cpu:.4f}"]
    return [*ours, *database, f"{result.memory_mb:.0f}", f"{result.client:.2f}"]
