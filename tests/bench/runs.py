"""Part `runs` of `make bench`: what it costs to begin and to end a run, answers of five tokens being next to nothing."""

import asyncio
import statistics
from collections.abc import Callable
from dataclasses import astuple, dataclass

from rich.table import Table

from tests.bench.load import STAMP, Seen, converse, new_threads, percentile
from tests.bench.machine import DIRECT, PRODUCT, SEED, SPLIT, Postgres, Side, running

SECONDS = 0.01
"""At 500 tokens a second: five tokens."""

RATE = 500


THINKING = 0.2
"""Seconds until the first token of a model as they are in life; the others begin at once, so that everything between post and token is seen."""


@dataclass(frozen=True)
class Load:
    """So many conversations at a time, with a model that thinks for so many seconds before it begins."""

    name: str
    at_once: int
    count: int
    thinking: float = 0.0


LOADS = (Load("1 at a time", 1, 400), Load("20 at a time", 20, 400), Load("1 at a time, a model that thinks for 0.2 s", 1, 60, THINKING))


@dataclass(frozen=True)
class Figures:
    """One side; milliseconds. `behind`: from the model's first token to the reader's."""

    per_second: float
    first: float
    first_p99: float
    behind: float
    whole: float
    cpu: float
    postgres_cpu: float
    transactions: float


def tables(postgres: Postgres, *, quick: bool, rounds: int, tell: Callable[[str], None]) -> list[Table]:
    """Measure all sides, one conversation after another, twenty at a time, and one after another with a model that takes its time."""
    columns = ("first p50 ms", "first p99 ms", "behind p50 ms", "whole p50 ms", "CPU ms/run", "Postgres ms/run", "tx/run")
    table = Table("runs", "side", "runs/s", *columns)
    for load in LOADS:
        taken: dict[Side, list[Figures]] = {side: [] for side in ((DIRECT, PRODUCT) if quick else (SEED, DIRECT, PRODUCT, SPLIT))}
        for _ in range(rounds):
            for side, results in taken.items():
                tell(f"runs of five tokens, {load.name}: {side.name}")
                results.append(_measure(side, postgres, load, quick=quick))
        for side, results in taken.items():
            figures = Figures(*map(statistics.median, zip(*map(astuple, results), strict=True)))
            table.add_row(load.name, side.name, *_cells(figures, side))
        table.add_section()
    return [table]


def _measure(side: Side, postgres: Postgres, load: Load, *, quick: bool) -> Figures:
    count = min(load.count, 20 * load.at_once if side is SEED else 200 if quick else load.count)
    with running(side, postgres, seconds=SECONDS, rate=RATE, thinking=load.thinking) as server:
        return asyncio.run(
            _conversations(
                server.port, count, load.at_once, lambda: (server.cpu_seconds(), postgres.cpu_seconds(), postgres.transactions())
            )
        )


async def _conversations(port: int, count: int, at_once: int, costs: Callable[[], tuple[float, float, int]]) -> Figures:
    threads = await new_threads(port, count + 20)
    for thread_id in threads[count:]:  # warm
        await converse(port, thread_id, "go", Seen())
    before, began, turns = costs(), asyncio.get_running_loop().time(), asyncio.Semaphore(at_once)

    async def one(thread_id: str) -> Seen:
        async with turns:
            seen = Seen()
            await converse(port, thread_id, "go", seen)
            return seen

    done = await asyncio.gather(*(one(thread_id) for thread_id in threads[:count]))
    lasted = asyncio.get_running_loop().time() - began
    after = costs()
    begun = [(seen.posted_at, *seen.tokens(STAMP)[0]) for seen in done]
    firsts = [(came - posted) / 1e6 for posted, came, _ in begun]
    return Figures(
        count / lasted,
        percentile(firsts, 50),
        percentile(firsts, 99),
        percentile([(came - made) / 1e6 for _, came, made in begun], 50),
        percentile([(seen.ended_at - seen.posted_at) / 1e6 for seen in done], 50),
        (after[0] - before[0]) / count * 1000,
        (after[1] - before[1]) / count * 1000,
        (after[2] - before[2]) / count,
    )


def _cells(result: Figures, side: Side) -> list[str]:
    database = [f"{result.postgres_cpu:.2f}", f"{result.transactions:.1f}"] if side.database else ["–", "–"]
    return [
        f"{result.per_second:.0f}",
        f"{result.first:.1f}",
        f"{result.first_p99:.1f}",
        f"{result.behind:.1f}",
        f"{result.whole:.1f}",
        f"{result.cpu:.2f}",
        *database,
    ]
