"""Part `readers` of `make bench`: subscribers that wait, and many readers of one run."""

import asyncio
import statistics
from collections.abc import Callable

from rich.table import Table

from tests.bench.load import STAMP, Seen, call, follow, new_threads, percentile
from tests.bench.machine import DIRECT, PRODUCT, Postgres, Running, Side, running

RATE = 10
"""Tokens a second of the one run that all read."""

PAGES, PAGE_RATE, PAGE_PACE = 200, 100, 50
"""Readers, tokens a second, and milliseconds, where readers are pages that draw twenty times a second."""


def tables(postgres: Postgres, *, quick: bool, tell: Callable[[str], None]) -> list[Table]:
    """All three tables."""
    count = 300 if quick else 1000
    return [_idle(postgres, count, tell, quick=quick), _crowd(postgres, count, tell), _paced(postgres, tell)]


def _idle(postgres: Postgres, count: int, tell: Callable[[str], None], *, quick: bool) -> Table:
    table = Table(f"{count} waiting subscribers", "kB each", "CPU, share of a core")
    for side, path, name in (
        (DIRECT, "", "direct: a run that is silent"),
        (PRODUCT, "/api/runs/{run}/events", "product: one run that is silent"),
        (PRODUCT, "/api/threads/{thread}/events", "product: threads of their own"),
    ):
        if quick and "{run}" not in path:
            continue
        tell(f"waiting: {name}")
        with running(side, postgres, seconds=60, rate=0.02) as server:
            kilobytes, cpu = asyncio.run(_wait(server, count, side, path))
        table.add_row(name, f"{kilobytes:.1f}", f"{cpu:.3f}")
    return table


async def _wait(server: Running, count: int, side: Side, path: str) -> tuple[float, float]:
    threads = await new_threads(server.port, count)
    run = str((await call(server.port, "POST", f"/api/threads/{threads[0]}/messages", {"content": "go"}))["run_id"])

    async def place(index: int) -> str:
        if side is DIRECT:
            posted = await call(server.port, "POST", f"/api/threads/{threads[index]}/messages", {"content": "go"})
            return f"/api/runs/{posted['run_id']}/events"
        return path.format(run=run, thread=threads[index])

    places = [await place(index) for index in range(count)]
    warm = [asyncio.ensure_future(follow(server.port, where, Seen())) for where in places[:50]]
    await asyncio.sleep(1)
    before = server.memory_mb()
    readers = [asyncio.ensure_future(follow(server.port, where, Seen())) for where in places[50:]]
    await asyncio.sleep(3)
    grown, cpu = server.memory_mb() - before, server.cpu_seconds()
    await asyncio.sleep(5)
    cpu = (server.cpu_seconds() - cpu) / 5
    for reader in (*warm, *readers):
        reader.cancel()
    await asyncio.gather(*warm, *readers, return_exceptions=True)
    return grown / (count - 50) * 1000, cpu


def _crowd(postgres: Postgres, count: int, tell: Callable[[str], None]) -> Table:
    table = Table(f"{count} readers of one run, {RATE} tokens/s", "deliveries/s", "p50 ms", "p99 ms", "CPU s/1k deliveries")
    tell(f"{count} readers of one run")
    with running(PRODUCT, postgres, seconds=8, rate=RATE) as server:
        table.add_row("product", *asyncio.run(_read(server, count)))
    return table


def _paced(postgres: Postgres, tell: Callable[[str], None]) -> Table:
    table = Table(f"{PAGES} readers of one run, {PAGE_RATE} tokens/s", "deliveries/s", "p50 ms", "p99 ms", "CPU s/1k deliveries")
    for name, query in (("every token at once", ""), ("at the pace of a page", f"?pace={PAGE_PACE}")):
        tell(f"{PAGES} readers of one run, {name}")
        with running(PRODUCT, postgres, seconds=8, rate=PAGE_RATE) as server:
            table.add_row(name, *asyncio.run(_read(server, PAGES, query)))
    return table


async def _read(server: Running, count: int, query: str = "") -> list[str]:
    [thread] = await new_threads(server.port, 1)
    run = (await call(server.port, "POST", f"/api/threads/{thread}/messages", {"content": "go"}))["run_id"]
    all_seen = [Seen() for _ in range(count)]
    readers = [asyncio.ensure_future(follow(server.port, f"/api/runs/{run}/events{query}", seen)) for seen in all_seen]
    await asyncio.sleep(4)  # all are there
    opened, cpu = asyncio.get_running_loop().time(), server.cpu_seconds()
    await asyncio.sleep(3)
    closed, cpu = asyncio.get_running_loop().time(), server.cpu_seconds() - cpu
    await asyncio.gather(*readers)
    assert {len(seen.tokens(STAMP)) for seen in all_seen} == {all_seen[0].told}, "tokens were lost"
    latencies = [(came - made) / 1e6 for seen in all_seen for came, made in seen.tokens(STAMP) if opened * 1e9 <= came < closed * 1e9]
    deliveries = len(latencies)
    return [
        f"{deliveries / (closed - opened):,.0f}",
        f"{statistics.median(latencies):.1f}",
        f"{percentile(latencies, 99):.1f}",
        f"{cpu / deliveries * 1000:.4f}",
    ]
