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


@dataclass(frozen=True)
class Figures:
    """One side; milliseconds."""

    per_second: float
    first: float
    first_p99: float
    whole: float
    cpu: float
    postgres_cpu: float
    transactions: float


def tables(postgres: Postgres, *, quick: bool, rounds: int, tell: Callable[[str], None]) -> list[Table]:
    """Measure all sides, one conversation after another and twenty at a time."""
    table = Table("runs", "side", "runs/s", "first p50 ms", "first p99 ms", "whole p50 ms", "CPU ms/run", "Postgres ms/run", "tx/run")
    for at_once in (1, 20):
        taken: dict[Side, list[Figures]] = {side: [] for side in ((DIRECT, PRODUCT) if quick else (SEED, DIRECT, PRODUCT, SPLIT))}
        for _ in range(rounds):
            for side, results in taken.items():
                tell(f"runs of five tokens, {at_once} at a time: {side.name}")
                count = 20 * at_once if side is SEED else 200 if quick else 400
                results.append(_measure(side, postgres, count, at_once))
        for side, results in taken.items():
            table.add_row(
                f"{at_once} at a time", side.name, *_cells(Figures(*map(statistics.median, zip(*map(astuple, results), strict=True))), side)
            )
        table.add_section()
    return [table]


def _measure(side: Side, postgres: Postgres, count: int, at_once: int) -> Figures:
    with running(side, postgres, seconds=SECONDS, rate=RATE) as server:
        return asyncio.run(
            _conversations(server.port, count, at_once, lambda: (server.cpu_seconds(), postgres.cpu_seconds(), postgres.transactions()))
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
    firsts = [(seen.tokens(STAMP)[0][0] - seen.posted_at) / 1e6 for seen in done]
    return Figures(
        count / lasted,
        percentile(firsts, 50),
        percentile(firsts, 99),
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
        f"{result.whole:.1f}",
        f"{result.cpu:.2f}",
        *database,
    ]
