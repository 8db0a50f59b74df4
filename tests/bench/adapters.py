"""What a token costs in each adapter: `python -m tests.bench.adapters [--tokens 5000] [--streams 100] [--rate 50] [--only google]`.

Method: the fake providers run as a process of their own, so that only the adapter's work is in this one; uvloop, as in production. Cost is CPU
time of this process (`time.process_time`) divided by tokens received; nothing is done with a token.

* full speed: one stream of `--tokens` tokens, a token a frame, as fast as they go: several frames share a read. Median of 5.
* paced: `--streams` streams at `--rate` tokens a second for 6 s: nearly every token is a read and a wake-up of its own, as in life. Start-up is
  left out: clients are warm, and counting begins when all streams flow. The fake's own CPU is shown, to see that it is not the bottleneck, and
  the tokens that came against those that were due.
* policy: `streaming.py` alone, over a generator that yields at once, less that generator.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager

import psutil
import uvloop

from app.application.ports import Completion, LanguageModel
from app.infrastructure.llm.failures import Endpoint
from app.infrastructure.llm.streaming import Retries, Timeouts, stream_answer
from tests.providers import adapters
from tests.providers.adapters import prompt

PACED_SECONDS = 6.0
WARM_UP_SECONDS = 2.0


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokens", type=int, default=5000)
    parser.add_argument("--streams", type=int, default=100)
    parser.add_argument("--rate", type=float, default=50.0)
    parser.add_argument("--only", choices=adapters.NAMES)
    options = parser.parse_args()
    print(f"policy alone: {await policy_cost():.2f} µs a token")
    with fake_process() as (fake, url):
        for name in [options.only] if options.only else adapters.NAMES:
            model = adapters.make(name, url, timeouts=Timeouts())
            full = await full_speed(model, options.tokens)
            paced, fake_cpu, share = await paced_cost(model, options.streams, options.rate, fake)
            print(
                f"{name:18} full speed {full:6.1f} µs a token   paced {paced:6.1f} µs a token   ({share:.0%} of the rate; fake {fake_cpu:.0%} CPU)"
            )
            await model.close()


async def full_speed(model: LanguageModel, tokens: int) -> float:
    """CPU microseconds a token of one stream that never waits."""
    costs: list[float] = []
    for _ in range(6):
        began = time.process_time()
        count = await drain(model, f"Bench [[tokens={tokens}]]")
        costs.append((time.process_time() - began) / count * 1e6)
    return statistics.median(costs[1:])


async def paced_cost(model: LanguageModel, streams: int, rate: float, fake: psutil.Process) -> tuple[float, float, float]:
    """CPU microseconds a token of many streams at a set rate, the fake's CPU share, and the share of the tokens due that came."""
    counts = [0] * streams
    tokens = int(rate * (PACED_SECONDS + WARM_UP_SECONDS) * 2)
    async with asyncio.TaskGroup() as tasks:
        readers = [
            tasks.create_task(count_into(model, f"Bench [[tokens={tokens} rate={rate:g}]]", counts, index)) for index in range(streams)
        ]
        await asyncio.sleep(WARM_UP_SECONDS)
        before, began, cpu, fake_cpu = sum(counts), time.perf_counter(), time.process_time(), _cpu(fake)
        await asyncio.sleep(PACED_SECONDS)
        came, lasted = sum(counts) - before, time.perf_counter() - began
        cost, fake_share = (time.process_time() - cpu) / came * 1e6, (_cpu(fake) - fake_cpu) / lasted
        for reader in readers:
            reader.cancel()
    return cost, fake_share, came / (streams * rate * lasted)


async def drain(model: LanguageModel, question: str) -> int:
    """Read a whole answer; how many pieces it had."""
    count = 0
    async for _ in model.stream(prompt(question)):
        count += 1
    return count


async def count_into(model: LanguageModel, question: str, counts: list[int], index: int) -> None:
    async for _ in model.stream(prompt(question)):
        counts[index] += 1


async def policy_cost(tokens: int = 200_000) -> float:
    """CPU microseconds that the policy adds to a token."""

    async def pieces() -> AsyncGenerator[str | Completion, None]:
        for _ in range(tokens):
            yield "token"
        yield Completion("stop", None)

    endpoint = Endpoint("Nobody", "none", "http://example.org", "", "KEY", "URL")
    costs: list[float] = []
    for stream in (pieces(), stream_answer(pieces, endpoint, Timeouts(), Retries())):
        began = time.process_time()
        async for _ in stream:
            pass
        costs.append((time.process_time() - began) / tokens * 1e6)
    return costs[1] - costs[0]


@contextmanager
def fake_process() -> Generator[tuple[psutil.Process, str]]:
    """The fake providers in a process of their own."""
    command = [sys.executable, "-m", "tests.providers", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().rpartition(" ")[2].strip()
        try:
            yield psutil.Process(process.pid), url
        finally:
            process.terminate()


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


if __name__ == "__main__":
    uvloop.run(main())
