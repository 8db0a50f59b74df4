"""Part `replay` of `make bench`: a finished answer of 10,000 tokens, read again from its first event."""

import asyncio
import statistics
import time
from collections.abc import Callable

import psycopg
from rich.table import Table

from tests.bench.load import Seen, call, follow
from tests.bench.machine import PRODUCT, Postgres, running

TOKENS = 10_000
TIMES = 15

RUN = "01900000-0000-7000-8000-000000000001"
THREAD = "01900000-0000-7000-8000-000000000002"


def tables(postgres: Postgres, *, tell: Callable[[str], None]) -> list[Table]:
    """COPY beside the product, rows of one token and rows of twenty."""
    table = Table(f"replay of {TOKENS:,} tokens", "rows", "COPY ms", "reader ms", "ratio", "server CPU ms", "frames MB")
    with running(PRODUCT, postgres) as server:
        asyncio.run(call(server.port, "POST", "/api/users", {"name": "replay"}))
        for per_row, name in ((1, "a token a row"), (20, "twenty tokens a row")):
            tell(f"replay: {name}")
            _make(postgres, per_row)
            copy = statistics.median(_copy(postgres) for _ in range(TIMES))
            asyncio.run(_read(server.port))  # warm
            before = server.cpu_seconds()
            times, size = zip(*(asyncio.run(_read(server.port)) for _ in range(TIMES)), strict=True)
            cpu = (server.cpu_seconds() - before) / TIMES * 1000
            read = statistics.median(times)
            table.add_row(
                name, f"{TOKENS // per_row + 1:,}", f"{copy:.1f}", f"{read:.1f}", f"{read / copy:.1f}", f"{cpu:.1f}", f"{size[0] / 1e6:.2f}"
            )
    return [table]


def _make(postgres: Postgres, per_row: int) -> None:
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("DELETE FROM run_events WHERE run_id = %s", (RUN,))
        connection.execute("DELETE FROM threads WHERE id = %s", (THREAD,))
        connection.execute("INSERT INTO threads (id, user_id, assistant) SELECT %s, max(id), 'cvs' FROM users", (THREAD,))
        connection.execute(
            "INSERT INTO runs (id, thread_id, message_id, answer_id, status, attempt) VALUES (%(run)s, %(thread)s, %(run)s, %(run)s, 'done', 1)",
            {"run": RUN, "thread": THREAD},
        )
        connection.execute(
            "INSERT INTO run_events (run_id, seq, type, data) SELECT %s, i, 'token', json_build_object('text', repeat('some words ', %s))"
            " FROM generate_series(1, %s) AS i",
            (RUN, per_row, TOKENS // per_row),
        )
        connection.execute(
            "INSERT INTO run_events (run_id, seq, type, data) VALUES (%s, %s, 'done', '{\"status\":\"done\"}')",
            (RUN, TOKENS // per_row + 1),
        )
        connection.execute("VACUUM ANALYZE run_events")


def _copy(postgres: Postgres) -> float:
    """Milliseconds until all rows are here as bytes: what the database alone needs."""
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        began, size = time.perf_counter(), 0
        with connection.cursor().copy(
            f"COPY (SELECT seq, type, data FROM run_events WHERE run_id = '{RUN}' ORDER BY seq) TO STDOUT"
        ) as copy:
            for piece in copy:
                size += len(piece)
        assert size
        return (time.perf_counter() - began) * 1000


async def _read(port: int) -> tuple[float, int]:
    seen, began = Seen(), time.perf_counter()
    await follow(port, f"/api/runs/{RUN}/events", seen)
    whole = b"".join(seen.pieces)
    assert b"event: done" in whole
    return (time.perf_counter() - began) * 1000, len(whole)
