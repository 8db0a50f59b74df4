"""Every hot question finds its rows by an index that was made for it, on a database with a realistic load, and reads no big table from end to end.

The statements are those that the repositories really send, caught on their way. Each is planned twice: for the parameters at hand, and for
any parameters, since the driver prepares what it sends often and Postgres then keeps one plan for all.
"""

import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import URL, event
from sqlalchemy.ext.asyncio import AsyncConnection

from app.application.ports import UnitOfWork
from app.domain.chat.compaction import Row, merges
from app.domain.chat.ending import Ending
from app.domain.chat.entities import Claim, Executor, IdempotencyKey, NewRun
from app.domain.chat.events import EventType, StoredEvent
from app.domain.chat.repositories.threads import ThreadCursor
from app.infrastructure.db.engine import connected, conninfo, make_engine
from app.infrastructure.db.unit_of_work import PostgresUnitOfWork
from app.infrastructure.models.tables import Base
from app.infrastructure.repositories.direct import Direct
from app.infrastructure.repositories.log_statements import APPEND, CLOSE, CLOSED_BY, Written, append_parameters, close_parameters
from tests.integration.serving import copy_of

BIG = {"threads", "messages", "runs", "run_events"}
THREADS, MESSAGES, RUNS, EVENTS_A_RUN = 2_000, 20_000, 20_000, 10


def _id(kind: int, number: int) -> UUID:
    return UUID(f"00000000-0000-7{kind:03x}-8000-{number:012x}")


def _sql_id(kind: int, number: str) -> str:
    return f"('00000000-0000-7{kind:03x}-8000-' || lpad(to_hex({number}), 12, '0'))::uuid"


THREAD, MESSAGE, RUN, ANSWER, EXECUTOR = range(1, 6)
BUSY_USER = 1
"""Has 300 threads; the others have 17."""
LAST_DONE, LAST_RUNNING = RUNS - 200, RUNS - 50
"""Runs up to the first are done, up to the second running, the rest queued."""

FILL = f"""
INSERT INTO users (name) SELECT 'user ' || n FROM generate_series(1, 100) n;
INSERT INTO threads (id, user_id, assistant, title, updated_at)
    SELECT {_sql_id(THREAD, "n")}, CASE WHEN n <= 300 THEN {BUSY_USER} ELSE 2 + n % 99 END, 'cvs', 'thread ' || n, now() - n * interval '1 minute'
    FROM generate_series(1, {THREADS}) n;
INSERT INTO messages (id, thread_id, role, content, status, parent_id)
    SELECT {_sql_id(MESSAGE, "n")}, {_sql_id(THREAD, f"1 + n % {THREADS}")}, CASE WHEN n / {THREADS} % 2 = 0 THEN 'user' ELSE 'assistant' END,
        repeat(md5(n::text), 10), 'done', CASE WHEN n > {THREADS} THEN {_sql_id(MESSAGE, f"n - {THREADS}")} END
    FROM generate_series(1, {MESSAGES}) n;
INSERT INTO executors (id, lease_until, host)
    SELECT {_sql_id(EXECUTOR, "n")}, now() + interval '1 hour' - n * interval '25 minutes', 'host' FROM generate_series(1, 3) n;
INSERT INTO runs (id, thread_id, message_id, answer_id, status, attempt, owner, started_at, finished_at, compacted, idempotency_key, idempotency_digest)
    SELECT {_sql_id(RUN, "n")}, {_sql_id(THREAD, f"1 + n % {THREADS}")}, {_sql_id(MESSAGE, "n")}, {_sql_id(ANSWER, "n")},
        CASE WHEN n <= {LAST_DONE} THEN 'done' WHEN n <= {LAST_RUNNING} THEN 'running' ELSE 'queued' END,
        CASE WHEN n <= {LAST_RUNNING} THEN 1 ELSE 0 END,
        CASE WHEN n <= {LAST_RUNNING} THEN {_sql_id(EXECUTOR, "1 + n % 3")} END, now() - interval '1 minute',
        CASE WHEN n <= {LAST_DONE} THEN now() - n * interval '1 second' END, n < {LAST_DONE} - 400,
        CASE WHEN n % 3 = 0 THEN 'key-' || n END, CASE WHEN n % 3 = 0 THEN md5(n::text) END
    FROM generate_series(1, {RUNS}) n;
INSERT INTO run_events (run_id, seq, type, data)
    SELECT {_sql_id(RUN, "run")}, seq, 'token', json_build_object('text', md5(run::text || seq))
    FROM generate_series(1, {RUNS}) run, generate_series(1, {EVENTS_A_RUN}) seq;
ANALYZE;
"""


@pytest.fixture(scope="module")
def loaded(cluster: URL, template: str) -> URL:
    url = copy_of(cluster, template)
    with psycopg.connect(conninfo(url), autocommit=True) as connection:
        connection.execute(FILL.encode())
    return url


@dataclass(frozen=True)
class Sent:
    """A statement on its way to Postgres."""

    statement: str
    parameters: Any


class CaughtDirect(Direct):
    """Remembers what is sent straight to psycopg."""

    def __init__(self, driver: psycopg.AsyncConnection, sent: list[Sent]) -> None:
        super().__init__(driver)
        self._sent = sent

    async def all(self, statement: bytes, parameters: Mapping[str, Any]) -> list[Any]:
        self._sent.append(Sent(statement.decode(), parameters))
        return await super().all(statement, parameters)

    async def tuples(self, statement: bytes, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        self._sent.append(Sent(statement.decode(), parameters))
        return await super().tuples(statement, parameters)

    async def one(self, statement: bytes, parameters: Mapping[str, Any]) -> Any | None:
        self._sent.append(Sent(statement.decode(), parameters))
        return await super().one(statement, parameters)


class Plans:
    """Asks Postgres how it would answer what a unit of work sends."""

    def __init__(self, connection: AsyncConnection, driver: psycopg.AsyncConnection, url: URL) -> None:
        self._url = url
        self.sent: list[Sent] = []
        self.work: UnitOfWork = PostgresUnitOfWork(connection, CaughtDirect(driver, self.sent))
        event.listen(connection.sync_connection, "before_cursor_execute", self._catch)

    def _catch(self, _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        self.sent.append(Sent(statement, parameters))

    async def of(self, question: Callable[[UnitOfWork], Awaitable[Any]]) -> Iterator["Plan"]:
        """The plans of everything one question sends."""
        self.sent.clear()
        await question(self.work)
        assert self.sent
        return plans_of(self._url, self.sent)


def _numbered(statement: str) -> str:
    """With `$1` for `%(name)s`, as the server sees a prepared statement."""
    names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", statement)))
    return re.sub(r"%\((\w+)\)s", lambda match: f"${names.index(match[1]) + 1}", statement).replace("%%", "%")


@dataclass(frozen=True)
class Plan:
    """How a statement would be answered: for its parameters, or (`generic`) for any."""

    statement: str
    generic: bool
    indexes: frozenset[str]
    read_whole: frozenset[str]
    """Big tables that are read from end to end."""

    def __str__(self) -> str:
        return f"{' '.join(self.statement.split())}\n  indexes: {sorted(self.indexes)}, read whole: {sorted(self.read_whole)}"


def plans_of(url: URL, sent: Sequence[Sent]) -> Iterator[Plan]:
    """The plans of statements, for these parameters and, where the server can tell, for any."""
    with psycopg.connect(conninfo(url), autocommit=True) as connection:
        for one in sent:
            yield _plan(connection, f"EXPLAIN (FORMAT JSON) {one.statement}", one.parameters)
            if connection.info.server_version >= 160_000:
                yield _plan(connection, f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {_numbered(one.statement)}", None)


def _plan(connection: psycopg.Connection[Any], statement: str, parameters: Any) -> Plan:
    row = connection.execute(statement.encode(), parameters).fetchone()
    assert row is not None
    nodes = list(_nodes(row[0][0]["Plan"]))
    scans = {node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"}
    return Plan(
        statement, "GENERIC" in statement, frozenset(node["Index Name"] for node in nodes if "Index Name" in node), frozenset(scans & BIG)
    )


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)


def _check(plans: Iterable[Plan], *indexes: str) -> None:
    """Each of the indexes is used, whether the parameters are known or not, and no big table is read whole. `a|b`: either will do."""
    found = list(plans)
    report = "\n".join(map(str, found))
    assert not any(plan.read_whole for plan in found), report
    for statements in ([plan for plan in found if not plan.generic], [plan for plan in found if plan.generic]):
        used = {index for plan in statements for index in plan.indexes}
        for index in indexes if statements else ():
            assert used & set(index.split("|")), f"{index} is not used:\n{report}"


@pytest.fixture
async def plans(loaded: URL) -> AsyncGenerator[Plans]:
    """On one connection, in one transaction that never commits."""
    engine = make_engine(loaded, 2)
    async with connected(engine, 30) as (connection, driver):
        yield Plans(connection, driver, loaded)
    await engine.dispose()


# -- what is asked -----------------------------------------------------------------------------------------------------------------------

EXECUTORS = [Executor(_id(EXECUTOR, number), "offline", "offline-quotes") for number in (1, 2, 3)]
A_DONE_RUN = 4_000
A_RUNNING_RUN = LAST_DONE + 7


def _new_run() -> NewRun:
    ids = [_id(kind, RUNS + 1) for kind in (RUN, MESSAGE, ANSWER)]
    return NewRun(ids[0], _thread_of(A_DONE_RUN), ids[1], ids[2], EXECUTORS[0], IdempotencyKey("new", "x"))


def _claim(number: int) -> Claim:
    return Claim(_id(RUN, number), _thread_of(number), _id(MESSAGE, number), _id(ANSWER, number), 1)


def _thread_of(number: int) -> UUID:
    return _id(THREAD, 1 + number % THREADS)


def _running(count: int) -> list[Claim]:
    return [_claim(number) for number in range(LAST_DONE + 1, LAST_DONE + 1 + count)]


THREAD_ID = _thread_of(A_DONE_RUN)
MERGES = merges([Row(StoredEvent(_id(RUN, A_DONE_RUN), seq, EventType.TOKEN, '{"text":"x"}')) for seq in range(1, 10)])
CURSOR = ThreadCursor(datetime.now(UTC) - timedelta(minutes=100), THREAD_ID)

Question = Callable[[UnitOfWork], Awaitable[Any]]

QUESTIONS: dict[str, tuple[Question, tuple[str, ...]]] = {
    "list threads": (lambda work: work.threads.page(BUSY_USER, 31, None, None), ("threads_of_user_idx",)),
    "list threads, next page": (lambda work: work.threads.page(BUSY_USER, 31, CURSOR, None), ("threads_of_user_idx",)),
    "rename a thread": (lambda work: work.threads.rename(THREAD_ID, "x"), ("threads_pkey",)),
    "search, next page": (lambda work: work.threads.page(BUSY_USER, 31, CURSOR, "x"), ("threads_of_user_idx", "messages_in_thread_idx")),
    "search": (lambda work: work.threads.page(BUSY_USER, 31, None, "kubernetes"), ("threads_of_user_idx", "messages_in_thread_idx")),
    "a thread": (lambda work: work.threads.get(THREAD_ID), ("threads_pkey",)),
    "touch a thread": (lambda work: work.threads.touch(THREAD_ID, "x"), ("threads_pkey",)),
    "delete a thread": (lambda work: work.threads.delete(THREAD_ID), ("runs_in_thread_idx", "run_events_pkey", "threads_pkey")),
    "newest messages": (lambda work: work.messages.page(THREAD_ID, 31, None), ("messages_in_thread_idx",)),
    "older messages": (lambda work: work.messages.page(THREAD_ID, 31, 15_000), ("messages_in_thread_idx",)),
    "latest message": (lambda work: work.messages.latest(THREAD_ID), ("messages_in_thread_idx",)),
    "a message": (lambda work: work.messages.get(_id(MESSAGE, 5)), ("messages_pkey",)),
    "branch": (lambda work: work.messages.branch(_id(MESSAGE, MESSAGES - 5), 40), ("messages_pkey", "threads_pkey")),
    "a run": (lambda work: work.runs.get(_id(RUN, A_DONE_RUN)), ("runs_pkey", "run_events_pkey")),
    "unfinished runs": (lambda work: work.runs.unfinished(THREAD_ID), ("runs_unfinished_idx", "run_events_pkey")),
    "answering threads": (
        lambda work: work.runs.answering([_thread_of(n) for n in range(31)]),
        ("runs_unfinished_idx|runs_in_thread_idx",),
    ),
    "first run": (lambda work: work.runs.next_in_thread(THREAD_ID, None), ("runs_in_thread_idx",)),
    "next run": (lambda work: work.runs.next_in_thread(THREAD_ID, _id(RUN, A_DONE_RUN)), ("runs_in_thread_idx", "runs_pkey")),
    "latest runs, many threads": (lambda work: work.runs.latest_of([THREAD_ID] * 50), ("threads_pkey", "runs_in_thread_idx")),
    "latest run": (lambda work: work.runs.latest_in_thread(THREAD_ID), ("runs_in_thread_idx",)),
    "idempotency": (lambda work: work.runs.by_idempotency_key(THREAD_ID, "key-3999"), ("runs_idempotency_idx",)),
    "fence": (lambda work: work.runs.fence(_id(RUN, A_RUNNING_RUN)), ("runs_pkey",)),
    "claim queued": (lambda work: work.runs.claim_queued(EXECUTORS[0], 20), ("runs_queue_idx", "runs_pkey")),
    "claim orphans": (
        lambda work: work.runs.claim_orphans(EXECUTORS[0], 20, [_id(RUN, A_RUNNING_RUN)], judge=True),
        ("runs_owner_idx", "runs_pkey"),
    ),
    "still owned, one": (lambda work: work.runs.still_owned(EXECUTORS[0].executor_id, _running(1)), ("runs_pkey",)),
    "still owned, many": (lambda work: work.runs.still_owned(EXECUTORS[0].executor_id, _running(140)), ("runs_owner_idx|runs_pkey",)),
    "backlog": (lambda work: work.runs.backlog(), ("runs_queue_idx", "runs_unfinished_idx|runs_in_thread_idx|runs_owner_idx")),
    "cancel": (lambda work: work.runs.close(_claim(A_RUNNING_RUN), Ending.cancelled("x"), 10), ("runs_pkey",)),
    "post": (
        lambda work: work.runs.add_at_once(_new_run(), "x", "x"),
        ("threads_pkey", "messages_in_thread_idx", "runs_unfinished_idx|runs_in_thread_idx", "runs_idempotency_idx|runs_in_thread_idx"),
    ),
    "replay": (lambda work: work.run_events.read(_id(RUN, A_DONE_RUN), 0, 1000), ("run_events_pkey",)),
    "replay after a cursor": (lambda work: work.run_events.read(_id(RUN, A_DONE_RUN), 7, 1000), ("run_events_pkey",)),
    "many runs read on": (
        lambda work: work.run_events.read_many({_id(RUN, number): 3 for number in range(A_DONE_RUN, A_DONE_RUN + 200)}, 64),
        ("run_events_pkey",),
    ),
    "logs to compact": (lambda work: work.retention.runs_to_compact(3_600, 20), ("runs_to_compact_idx",)),
    "a log's rows": (lambda work: work.retention.rows(_id(RUN, A_DONE_RUN), 0, 2_000), ("run_events_pkey",)),
    "compact": (lambda work: work.retention.merge(_id(RUN, A_DONE_RUN), MERGES), ("run_events_pkey",)),
    "compacted": (lambda work: work.retention.mark_compacted([_id(RUN, A_DONE_RUN)]), ("runs_pkey",)),
    "unused threads": (lambda work: work.retention.unused_threads(100_000, 10), ("threads_age_idx", "runs_unfinished_idx")),
    "last numbers, one": (lambda work: work.run_events.last_seqs([_id(RUN, A_DONE_RUN)]), ("runs_pkey", "run_events_pkey")),
    "what a user has in hand": (lambda work: work.spending.lock(17), ("threads_of_user_idx", "runs_unfinished_idx")),
    "whose run": (lambda work: work.owners.of_run(_id(RUN, A_DONE_RUN)), ("runs_pkey", "threads_pkey")),
    "whose thread": (lambda work: work.owners.of_thread(THREAD_ID), ("threads_pkey",)),
    "last numbers, many": (lambda work: work.run_events.last_seqs([_id(RUN, n) for n in range(1, 20_000, 100)]), ("run_events_pkey",)),
}


@pytest.mark.parametrize("name", QUESTIONS)
async def test_a_question_is_answered_by_its_index(plans: Plans, name: str) -> None:
    question, indexes = QUESTIONS[name]
    _check(await plans.of(question), *indexes)


@pytest.mark.parametrize("count", [1, 140])
def test_writing_the_log_finds_its_runs_by_key(loaded: URL, count: int) -> None:
    batch = [
        Written(claim, tuple(StoredEvent(claim.run_id, seq, EventType.TOKEN, '{"text":"x"}') for seq in range(11, 21)))
        for claim in _running(count)
    ]
    _check(_plans_of(loaded, APPEND, append_parameters(batch, "writer")), "runs_pkey|runs_unfinished_idx")


@pytest.mark.parametrize("count", [1, 140])
def test_closing_finds_its_runs_by_key_and_looks_for_waiting_ones_by_index(loaded: URL, count: int) -> None:
    endings = [(claim, Ending.done("x")) for claim in _running(count)]
    _check(_plans_of(loaded, CLOSE, close_parameters(endings)), "runs_pkey|runs_unfinished_idx")


def test_asking_who_closed_a_run_finds_it_by_key(loaded: URL) -> None:
    parameters = {"run_ids": [claim.run_id for claim in _running(5)], "attempts": [1] * 5}
    _check(_plans_of(loaded, CLOSED_BY, parameters), "runs_pkey")


def _plans_of(url: URL, statement: bytes, parameters: dict[str, Any]) -> Iterator[Plan]:
    return plans_of(url, [Sent(statement.decode(), parameters)])


def test_every_index_has_its_question() -> None:
    """What no question needs only costs writing. One index is there for a rule: a thread has one running run."""
    made = {index.name for name in BIG for index in Base.metadata.tables[name].indexes}
    asked = {name for _, indexes in QUESTIONS.values() for index in indexes for name in index.split("|")}
    assert made - asked == {"runs_one_running_idx"}
