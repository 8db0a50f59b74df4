"""Part `clients` of `make bench`: 500 WebSocket and 500 SSE clients at once on one process of the product, and is every answer whole?

The product runs as shipped on the benchmark's Postgres. Half of the clients open a WebSocket, each with a session of its own, and ask; half post
and follow the run. They come one after another over some seconds; when all are there, the window opens: all of them are being written to while it
lasts. Afterwards every client's text, its final text too, is compared with the message that the database holds. A character lost or repeated, a
client refused or cut off fails the benchmark.
"""

import asyncio
import resource
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain
from typing import cast

import psycopg
from rich.table import Table
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from tests.bench.load import STAMP, Seen, call, follow, new_threads, now, percentile
from tests.bench.machine import PRODUCT, Postgres, Running, running
from tests.bench.told import Told, of_sse, of_websocket

RATE = 5
"""Tokens a second of each answer. A thousand of them are 5,000 a second, which two cores carry together with the client and Postgres."""

RAMP, SETTLE, TAIL = 25.0, 3.0, 3.0
"""Seconds: until all have asked (40 a second: conversations begun at a rate that two cores carry beside what already flows), until all flow, and for
how long answers go on after the window."""

FILES = 8192
"""Files that the processes may have open: a connection is one, at both ends."""


@dataclass
class Client:
    """One client's answer, and how long its first token took."""

    asked_at: int
    told: Told

    @property
    def first_ms(self) -> float:
        return (self.told.pieces[0][0] - self.asked_at) / 1e6 if self.told.pieces else float("nan")


@dataclass
class Costs:
    """What the machine had spent when it was asked."""

    at: int
    server: float
    postgres: float
    client: float
    memory_mb: float
    files: int


@dataclass
class Outcome:
    """Everything that came of it."""

    kinds: dict[str, list[Client]]
    marks: list[Costs] = field(default_factory=list[Costs])
    idle_mb: float = 0.0


def tables(postgres: Postgres, *, quick: bool, tell: Callable[[str], None]) -> list[Table]:
    """Load the product, compare, measure. Raises AssertionError if anything at all got lost."""
    each, window = (100, 4.0) if quick else (500, 20.0)
    allow_files()
    tell(f"{each} WebSocket and {each} SSE clients at once, {RATE} tokens/s each")
    with running(PRODUCT, postgres, seconds=RAMP + SETTLE + window + TAIL, rate=RATE) as server:
        outcome = asyncio.run(_load(server, postgres, each, window))
    stored = _stored(postgres)
    table = Table(
        f"{2 * each} clients, {RATE} tokens/s each", "whole answers", "lost", "repeated", "first p50 ms", "p99", "token p50 ms", "p99"
    )
    for kind, clients in outcome.kinds.items():
        table.add_row(kind, *_row(clients, stored, outcome.marks))
    return [table, _costs(outcome, 2 * each)]


def allow_files() -> None:
    """Let this process, and those that it starts, have enough files open. Raises AssertionError if the machine does not allow it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert hard == resource.RLIM_INFINITY or hard >= FILES, f"ulimit -Hn is {hard}; this part needs {FILES}"
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, hard))


async def _load(server: Running, postgres: Postgres, each: int, window: float) -> Outcome:
    threads = await new_threads(server.port, each)
    outcome = Outcome({}, idle_mb=server.memory_mb())
    pauses = [RAMP * index / each for index in range(each)]
    opens = asyncio.get_running_loop().time() + RAMP + SETTLE
    sockets = [asyncio.ensure_future(_ask_over_websocket(server.port, pause)) for pause in pauses]
    readers = [asyncio.ensure_future(_post_and_follow(server.port, *one)) for one in zip(threads, pauses, strict=True)]
    await asyncio.sleep(opens - asyncio.get_running_loop().time())
    outcome.marks.append(_spent(server, postgres))
    assert not any(task.done() for task in chain(sockets, readers)), "somebody had an end before all were there"
    await asyncio.sleep(window)
    outcome.marks.append(_spent(server, postgres))
    assert not any(task.done() for task in chain(sockets, readers)), "somebody had an end before all were measured"
    outcome.kinds = {"WebSocket": await asyncio.gather(*sockets), "SSE": await asyncio.gather(*readers)}
    return outcome


async def _post_and_follow(port: int, thread_id: str, pause: float) -> Client:
    await asyncio.sleep(pause)
    seen = Seen(posted_at=now())
    try:
        run_id = str((await call(port, "POST", f"/api/threads/{thread_id}/messages", {"content": "go"}))["run_id"])
        await follow(port, f"/api/runs/{run_id}/events", seen)
    except (OSError, AssertionError) as problem:
        return Client(seen.posted_at, Told(problem=repr(problem)))
    return Client(seen.posted_at, of_sse(run_id, seen))


async def _ask_over_websocket(port: int, pause: float) -> Client:
    await asyncio.sleep(pause)
    try:
        _, asker = await asyncio.get_running_loop().create_connection(lambda: _Asker(port), "127.0.0.1", port)
        await asker.ended
    except OSError as problem:
        return Client(0, Told(problem=repr(problem)))
    told = of_websocket(asker.frames)
    told.problem = told.problem or asker.problem
    return Client(asker.asked_at, told)


class _Asker(asyncio.Protocol):
    """Opens a session, asks once, answers pings, and notes what came and when until `done`."""

    def __init__(self, port: int) -> None:
        self._wire = ClientProtocol(parse_uri(f"ws://127.0.0.1:{port}/ws?assistant=cvs"), max_size=None)
        self.frames: list[tuple[int, bytes]] = []
        self.asked_at = 0
        self.problem = ""
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class
        self._wire.send_request(self._wire.connect())
        self._flush()

    def data_received(self, data: bytes) -> None:
        came = now()
        self._wire.receive_data(data)
        for event in self._wire.events_received():
            if isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                self._hear(came, bytes(event.data))
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.problem = f"cut off: {exc or self._wire.close_exc or self._wire.handshake_exc}"
            self.ended.set_result(None)

    def _hear(self, came: int, text: bytes) -> None:
        self.frames.append((came, text))
        if not self.asked_at:
            self.asked_at = now()
            self._wire.send_text(b'{"type":"question","question":"go"}')
        elif text.startswith(b'{"type":"done"'):
            self.ended.set_result(None)
            self._wire.send_close(1000)

    def _flush(self) -> None:
        for data in self._wire.data_to_send():
            if data:
                self._transport.write(data)
            else:
                self._transport.close()


def _spent(server: Running, postgres: Postgres) -> Costs:
    [process] = server.processes
    mine = resource.getrusage(resource.RUSAGE_SELF)
    return Costs(now(), server.cpu_seconds(), postgres.cpu_seconds(), mine.ru_utime + mine.ru_stime, server.memory_mb(), process.num_fds())


def _stored(postgres: Postgres) -> dict[str, str]:
    """What the database says that each run answered."""
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        rows = connection.execute("SELECT run_id::text, content FROM messages WHERE role = 'assistant'").fetchall()
    return dict(rows)


def _row(clients: list[Client], stored: dict[str, str], marks: list[Costs]) -> list[str]:
    problems = [client.told.problem or client.told.status for client in clients if client.told.problem or client.told.status != "done"]
    assert not problems, f"{len(problems)} of {len(clients)} clients had no whole answer: {problems[:3]}"
    apart = [client.told.against(stored.get(client.told.run_id)) for client in clients]
    lost, repeated = (sum(counts) for counts in zip(*apart, strict=True))
    assert (lost, repeated) == (0, 0), f"{lost} characters were lost and {repeated} repeated"
    opened, closed = (mark.at for mark in marks)
    latencies = [
        (came - int(made)) / 1e6
        for client in clients
        for came, text in client.told.pieces
        for made in STAMP.findall(text.encode())
        if opened <= came < closed
    ]
    firsts = [client.first_ms for client in clients]
    spread = [percentile(values, percent) for values in (firsts, latencies) for percent in (50, 99)]
    return [f"{len(clients)} of {len(clients)}", str(lost), str(repeated), *(f"{value:.1f}" for value in spread)]


def _costs(outcome: Outcome, count: int) -> Table:
    before, after = outcome.marks
    seconds = (after.at - before.at) / 1e9
    pieces = chain.from_iterable(client.told.pieces for clients in outcome.kinds.values() for client in clients)
    tokens = sum(len(STAMP.findall(text.encode())) for came, text in pieces if before.at <= came < after.at)
    table = Table("while all are there", "tok/s", "server, cores", "Postgres, cores", "client, cores", "server MB", "kB a client", "files")
    table.add_row(
        f"{seconds:.0f} s",
        f"{tokens / seconds:,.0f}",
        *(
            f"{spent / seconds:.2f}"
            for spent in (after.server - before.server, after.postgres - before.postgres, after.client - before.client)
        ),
        f"{after.memory_mb:.0f}",
        f"{(after.memory_mb - outcome.idle_mb) / count * 1000:.0f}",
        str(after.files),
    )
    return table
