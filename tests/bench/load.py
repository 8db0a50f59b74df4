"""The client side of the benchmark: many readers in one process, on bare sockets, so that the client is not what is measured.

Each of `streams` readers posts a message in a thread of its own and follows the run. From the stamps inside the tokens it takes the latency of every
token: from the model's yield to the reader's socket.
"""

import asyncio
import json
import re
import time
from dataclasses import dataclass, field
from statistics import quantiles

_STAMP = re.compile(rb"(\d{12,}) ")


@dataclass
class Measured:
    """What the readers saw; seconds and milliseconds."""

    latencies_ms: list[float] = field(default_factory=list[float])
    first_token_ms: list[float] = field(default_factory=list[float])
    seconds: float = 0.0

    @property
    def tokens_per_second(self) -> float:
        return len(self.latencies_ms) / self.seconds

    def percentile(self, percent: int) -> float:
        """Of the token latency, in ms."""
        return quantiles(self.latencies_ms, n=100)[percent - 1]


async def call(port: int, method: str, path: str, body: object) -> dict[str, object]:
    """One request on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    data = json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {len(data)}\r\n\r\n"
    writer.write(head.encode() + data)
    answer = await reader.read()
    writer.close()
    status, _, payload = answer.partition(b"\r\n\r\n")
    assert b" 20" in status.split(b"\r\n")[0], answer
    return json.loads(payload)


async def follow(port: int, path: str, measured: Measured, posted_at: float) -> None:
    """Read one run's events to the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    buffer, first = b"", True
    while chunk := await reader.read(1 << 18):
        now = time.monotonic_ns()
        buffer += chunk
        complete, _, buffer = buffer.rpartition(b"\n\n")
        for frame in complete.split(b"\n\n"):
            if b"event: token" not in frame:
                continue
            stamps = _STAMP.findall(frame)
            measured.latencies_ms.extend((now - int(stamp)) / 1e6 for stamp in stamps)
            if first and stamps:
                first = False
                measured.first_token_ms.append((time.monotonic() - posted_at) * 1e3)
    writer.close()


async def load(port: int, streams: int, at_once: int) -> Measured:
    """So many conversations, at most `at_once` at a time; the threads are made beforehand."""
    await call(port, "POST", "/api/users", {"name": "bench"})
    gate = asyncio.Semaphore(20)

    async def thread() -> str:
        async with gate:
            return str((await call(port, "POST", "/api/threads", {"user_id": 1}))["thread_id"])

    threads = await asyncio.gather(*(thread() for _ in range(streams)))
    measured = Measured()

    turns = asyncio.Semaphore(at_once)

    async def converse(thread_id: str) -> None:
        async with turns:
            posted_at = time.monotonic()
            run = await call(port, "POST", f"/api/threads/{thread_id}/messages", {"content": "go"})
            await follow(port, f"/api/runs/{run['run_id']}/events", measured, posted_at)

    started = time.monotonic()
    await asyncio.gather(*(converse(thread_id) for thread_id in threads))
    measured.seconds = time.monotonic() - started
    return measured
