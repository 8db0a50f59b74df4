"""The client side of the benchmark: many readers in one process of its own, on bare sockets, so that the client is not what is measured.

While the streams flow a reader only notes what came and when; everything is taken apart afterwards. From the stamps inside the tokens comes the
latency of every token: from the model's yield to the reader's socket. `Window.cpu` says how busy this process was: near 1 it is what limits.
"""

import asyncio
import bisect
import json
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import accumulate
from typing import cast

STAMP = re.compile(rb"(\d{12,}) ")
WORD = re.compile(rb"word\\*\d+")
"""What the fake providers say; now and then with a backslash in it, which JSON doubles."""

_TOLD = re.compile(rb'"output_tokens":\s?(\d+)')


@dataclass(frozen=True)
class Offer:
    """What is asked of a server: so many conversations, begun over `ramp` seconds, measured from `settle` seconds later for `window` seconds."""

    streams: int
    ramp: float
    settle: float
    window: float
    content: str = "go"
    token: re.Pattern[bytes] = STAMP


@dataclass
class Seen:
    """One reader's bytes, and when they came (nanoseconds on the machine's monotonic clock)."""

    posted_at: int = 0
    ended_at: int = 0
    times: list[int] = field(default_factory=list[int])
    pieces: list[bytes] = field(default_factory=list[bytes])

    def tokens(self, token: re.Pattern[bytes]) -> list[tuple[int, int]]:
        """For every token: when it came, and the number in it. The `final` event repeats them: it is left out."""
        whole = b"".join(self.pieces).partition(b"event: final")[0]
        ends = list(accumulate(map(len, self.pieces)))
        return [
            (self.times[bisect.bisect_left(ends, match.end())], int(match[1]) if token is STAMP else 0) for match in token.finditer(whole)
        ]

    @property
    def told(self) -> int | None:
        """How many tokens the model says that there were."""
        found = _TOLD.search(b"".join(self.pieces[-6:]))
        return int(found[1]) if found else None


@dataclass
class Window:
    """What the readers saw between the two marks."""

    seconds: float
    tokens: int
    latencies_ms: list[float]
    first_token_ms: list[float]
    all_tokens: int
    cpu: float

    def latency(self, percent: float) -> float:
        """A percentile of the token latency, in ms."""
        return percentile(self.latencies_ms, percent)


def now() -> int:
    """The machine's monotonic clock, which the model stamps its tokens with, in nanoseconds."""
    return time.monotonic_ns()


def percentile(values: list[float], percent: float) -> float:
    """The value below which `percent` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else float("nan")


class _Follower(asyncio.Protocol):
    def __init__(self, request: bytes, seen: Seen) -> None:
        self._request, self._seen = request, seen
        self.closed = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class
        self.transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._seen.times.append(time.monotonic_ns())
        self._seen.pieces.append(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.closed.done():
            self.closed.set_result(None)


async def call(port: int, method: str, path: str, body: object = None) -> dict[str, object]:
    """One request on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    data = json.dumps(body).encode() if body is not None else b""
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {len(data)}\r\n\r\n"
    writer.write(head.encode() + data)
    answer = await reader.read()
    writer.close()
    status, _, payload = answer.partition(b"\r\n\r\n")
    assert b" 20" in status.split(b"\r\n")[0], answer
    return json.loads(payload)


async def follow(port: int, path: str, seen: Seen) -> None:
    """Read a stream to its end."""
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    _, follower = await asyncio.get_running_loop().create_connection(lambda: _Follower(request, seen), "127.0.0.1", port)
    try:
        await follower.closed
    finally:
        follower.transport.abort()


async def new_threads(port: int, count: int) -> list[str]:
    """Conversations to post into."""
    user = (await call(port, "POST", "/api/users", {"name": "bench"}))["user_id"]
    gate = asyncio.Semaphore(10)

    async def thread() -> str:
        async with gate:
            return str((await call(port, "POST", "/api/threads", {"user_id": user}))["thread_id"])

    return await asyncio.gather(*(thread() for _ in range(count)))


async def converse(port: int, thread_id: str, content: str, seen: Seen) -> None:
    """Post, and read the answer to its end."""
    seen.posted_at = time.monotonic_ns()
    run = await call(port, "POST", f"/api/threads/{thread_id}/messages", {"content": content})
    await follow(port, f"/api/runs/{run['run_id']}/events", seen)
    seen.ended_at = time.monotonic_ns()


async def steady(port: int, offer: Offer, mark: Callable[[], Awaitable[None]], *, patience: float = 45) -> Window:
    """Load a server; `mark` is awaited when the window begins and when it ends. Raises AssertionError if a token got lost.

    A server that is further behind than `patience` seconds is not waited for: the window stands, the rest is dropped.
    """
    threads = await new_threads(port, offer.streams)
    began = asyncio.get_running_loop().time()

    async def in_turn(index: int) -> None:
        await asyncio.sleep(offer.ramp * index / offer.streams)
        await converse(port, threads[index], offer.content, all_seen[index])

    all_seen = [Seen() for _ in threads]
    readers = [asyncio.ensure_future(in_turn(index)) for index in range(offer.streams)]
    await asyncio.sleep(began + offer.ramp + offer.settle - asyncio.get_running_loop().time())
    await mark()
    opened, busy = time.monotonic_ns(), time.process_time()
    await asyncio.sleep(offer.window)
    closed, busy = time.monotonic_ns(), time.process_time() - busy
    await mark()
    done, late = await asyncio.wait(readers, timeout=patience)
    for reader in late:
        reader.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    await asyncio.gather(*done)
    return _window(all_seen, offer, opened, closed, busy)


def _window(readers: list[Seen], offer: Offer, opened: int, closed: int, busy: float) -> Window:
    window = Window((closed - opened) / 1e9, 0, [], [], 0, busy / (closed - opened) * 1e9)
    for seen in readers:
        tokens = seen.tokens(offer.token)
        assert not seen.ended_at or len(tokens) == seen.told, f"{len(tokens)} tokens came of {seen.told}"
        inside = [(came, made) for came, made in tokens if opened <= came < closed]
        window.tokens += len(inside)
        window.all_tokens += len(tokens)
        if tokens:
            window.first_token_ms.append((tokens[0][0] - seen.posted_at) / 1e6)
        if offer.token is STAMP:
            window.latencies_ms += [(came - made) / 1e6 for came, made in inside]
    return window
