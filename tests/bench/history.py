"""Part `history` of `make bench`: do post, claim, replay and list stay flat as the log grows?

The same calls on an empty database and on one with `rows` events (a hundred a run, ten runs a thread, a thousand threads a user), made by Postgres
itself with ids that grow with time, like those of the product.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable

import psycopg
from rich.table import Table

from tests.bench.load import STAMP, Seen, call, converse, follow, new_threads
from tests.bench.machine import PRODUCT, Postgres, running

TIMES = 60

PER_RUN, RUNS_PER_THREAD, THREADS_PER_USER = 100, 10, 1000


def _id(kind: int, number: str) -> str:
    """SQL for an id that grows with its number."""
    return f"('0190{kind}' || lpad(to_hex({number}), 27, '0'))::uuid"


_SERIES = "FROM generate_series(%(first)s::integer, %(last)s::integer) AS i ON CONFLICT DO NOTHING"
_OF_THREAD, _OF_RUN = f"i / {RUNS_PER_THREAD}", f"i / {PER_RUN}"
_USERS = f"INSERT INTO users (id, name) OVERRIDING SYSTEM VALUE SELECT 1000000 + i, 'history' {_SERIES}"
_THREADS = f"""
    INSERT INTO threads (id, user_id, assistant, title)
    SELECT {_id(1, "i")}, 1000000 + i / {THREADS_PER_USER}, 'cvs', 'history' {_SERIES}
"""
_QUESTIONS = f"""
    INSERT INTO messages (id, thread_id, role, content, status)
    SELECT {_id(3, "i")}, {_id(1, _OF_THREAD)}, 'user', 'Who knows Kubernetes?', 'done' {_SERIES}
"""
_ANSWERS = f"""
    INSERT INTO messages (id, thread_id, role, content, status, parent_id, run_id)
    SELECT {_id(4, "i")}, {_id(1, _OF_THREAD)}, 'assistant', repeat('Ada does. ', 40), 'done', {_id(3, "i")}, {_id(2, "i")} {_SERIES}
"""
_RUNS = f"""
    INSERT INTO runs (id, thread_id, message_id, answer_id, status, attempt)
    SELECT {_id(2, "i")}, {_id(1, _OF_THREAD)}, {_id(3, "i")}, {_id(4, "i")}, 'done', 1 {_SERIES}
"""
_EVENTS = f"""
    INSERT INTO run_events (run_id, seq, type, data)
    SELECT {_id(2, _OF_RUN)}, place + 1, CASE WHEN place < {PER_RUN - 1} THEN 'token' ELSE 'done' END,
        (CASE WHEN place < {PER_RUN - 1} THEN '{{"text":"Ada knows Kubernetes."}}' ELSE '{{"status":"done"}}' END)::json
    FROM generate_series(%(first)s::integer, %(last)s::integer) AS i, LATERAL (SELECT mod(i, {PER_RUN}) AS place) AS p ON CONFLICT DO NOTHING
"""


def tables(postgres: Postgres, *, rows: int, tell: Callable[[str], None]) -> list[Table]:
    """Measure before and after the history is made."""
    table = Table(
        "history", "post ms", "post to first token ms", "replay of 100 rows ms", "list threads ms", "read messages ms", "database MB"
    )
    with running(PRODUCT, postgres, seconds=0.01, rate=500) as server:
        for count in (0, rows):
            if count:
                tell(f"history of {count:,} rows: being made")
                make(postgres, 0, PER_RUN * RUNS_PER_THREAD)
                make(postgres, PER_RUN * RUNS_PER_THREAD, count)
            else:
                make(postgres, 0, PER_RUN * RUNS_PER_THREAD)
            tell(f"history of {count:,} rows: calls")
            figures = asyncio.run(_calls(server.port, _last_thread(postgres)))
            table.add_row(f"{count:,} rows", *(f"{figure:.1f}" for figure in figures), f"{_size_mb(postgres):,.0f}")
    return [table]


def make(postgres: Postgres, first: int, last: int) -> None:
    """Rows of history number `first` to `last`; what is there already stays."""
    runs = range(first // PER_RUN, last // PER_RUN)
    threads = range(runs.start // RUNS_PER_THREAD, runs.stop // RUNS_PER_THREAD)
    users = range(threads.start // THREADS_PER_USER, threads.stop // THREADS_PER_USER + 1)
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        for statement, series in (
            (_USERS, users),
            (_THREADS, threads),
            (_QUESTIONS, runs),
            (_ANSWERS, runs),
            (_RUNS, runs),
            (_EVENTS, range(first, last)),
        ):
            for start in range(series.start, series.stop, 1_000_000):
                stop = min(series.stop, start + 1_000_000)
                connection.execute(statement.encode(), {"first": start, "last": stop - 1})
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def _last_thread(postgres: Postgres) -> tuple[int, str, str]:
    """A user, a thread and a run from the middle of the history."""
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        row = connection.execute(
            "SELECT threads.user_id, threads.id::text, runs.id::text FROM threads JOIN runs ON runs.thread_id = threads.id"
            " WHERE threads.title = 'history' ORDER BY runs.id DESC LIMIT 1"
        ).fetchone()
    assert row is not None
    return row[0], row[1], row[2]


async def _calls(port: int, known: tuple[int, str, str]) -> list[float]:
    user_id, thread_id, run_id = known
    threads = iter(await new_threads(port, 2 * TIMES))
    posts: list[float] = []
    firsts: list[float] = []
    for _ in range(TIMES):
        posts.append(await _took(lambda: call(port, "POST", f"/api/threads/{next(threads)}/messages", {"content": "go"})))
        seen = Seen()
        await converse(port, next(threads), "go", seen)
        firsts.append((seen.tokens(STAMP)[0][0] - seen.posted_at) / 1e6)

    async def repeated(action: Callable[[], Awaitable[object]]) -> float:
        return statistics.median([await _took(action) for _ in range(TIMES)])

    return [
        statistics.median(posts),
        statistics.median(firsts),
        await repeated(lambda: follow(port, f"/api/runs/{run_id}/events", Seen())),
        await repeated(lambda: call(port, "GET", f"/api/users/{user_id}/threads")),
        await repeated(lambda: call(port, "GET", f"/api/threads/{thread_id}/messages")),
    ]


async def _took(action: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await action()
    return (time.perf_counter() - began) * 1000


def _size_mb(postgres: Postgres) -> float:
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    assert row is not None
    return row[0] / 1e6
