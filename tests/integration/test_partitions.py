"""The log in partitions: converted while it is written, made ahead, dropped when nothing is left, and one of them is touched by a replay."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import URL, text

from app.domain.chat.ending import Ending
from app.domain.chat.errors import Unavailable
from app.domain.chat.events import Token
from app.infrastructure.db import migrations, partitions
from app.infrastructure.db.engine import connect, conninfo
from app.infrastructure.db.partitions import AHEAD, FIRST, REST, LogPartitions
from tests.contracts.conversation import answer, claimed_run, read_events
from tests.contracts.storage import postgres_storage

NOW = datetime.now(UTC)


def log_of(url: URL, days: int = 7) -> LogPartitions:
    return LogPartitions(partial(connect, url), days)


def rows(url: URL, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(conninfo(url), autocommit=True) as connection:
        return connection.execute(statement.encode()).fetchall()


def run_at(moment: datetime, number: int = 1) -> UUID:
    """A UUIDv7 of that moment."""
    return UUID(int=(int(moment.timestamp() * 1000) << 80) | 0x7000_8000_0000_0000_0000 | number)


def insert(url: URL, moment: datetime, number: int = 1) -> str:
    """A row of a run of that moment; the table it landed in."""
    inserted = f"INSERT INTO run_events (run_id, seq, type, data) VALUES ('{run_at(moment, number)}', 1, 'token', '{{}}') RETURNING tableoid::regclass::text"
    return rows(url, inserted)[0][0]


async def test_a_plain_log_is_left_alone(database_url: URL) -> None:
    assert await log_of(database_url).tend() == partitions.Tended()
    assert await log_of(database_url).listed() == []


async def test_a_log_is_converted_while_it_is_written_and_loses_nothing(database_url: URL) -> None:
    async with postgres_storage(database_url) as storage:
        finished = await claimed_run(storage.transactions)
        await answer(storage.log, finished, "before")
        before = await read_events(storage.transactions, finished.run_id)
        writing = await claimed_run(storage.transactions)
        await storage.log.open(writing, 0)
        stop, said = asyncio.Event(), list[str]()

        async def speak() -> None:
            while not stop.is_set():
                said.append(f"{len(said)} ")
                await storage.log.append(writing, Token(said[-1]))
                await asyncio.sleep(0.002)

        speaking = asyncio.ensure_future(speak())
        await asyncio.sleep(0.05)
        tended = await log_of(database_url).convert()
        young = await claimed_run(storage.transactions)
        await answer(storage.log, young, "after")
        stop.set()
        await speaking
        await storage.log.close(writing, Ending.done("".join(said)))
        events = await read_events(storage.transactions, writing.run_id)
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert "".join(json.loads(event.data)["text"] for event in events[:-2]) == "".join(said)
        assert await read_events(storage.transactions, finished.run_id) == before
        assert len(await read_events(storage.transactions, young.run_id)) == 3
    assert len(tended.made) >= AHEAD - 1
    assert not rows(database_url, f"SELECT FROM {REST}")
    assert rows(database_url, "SELECT count(*) FROM pg_constraint WHERE conname LIKE 'bound_until%'") == [(0,)]
    assert await log_of(database_url).convert() == partitions.Tended(), "a second time there is nothing to do"


async def test_rows_go_where_their_runs_time_is_and_the_key_still_refuses_repeats(database_url: URL) -> None:
    log = log_of(database_url)
    await log.convert(NOW)
    listed = await log.listed()
    assert listed[0].name == FIRST
    assert [one.lowest for one in listed[1:]] == [one.end for one in listed[:-1]], "no gap and no overlap"
    assert listed[-1].end_time >= NOW + timedelta(days=AHEAD * 7)
    assert insert(database_url, NOW) == FIRST
    assert insert(database_url, NOW - timedelta(days=900)) == FIRST
    for one in listed[1:]:
        assert insert(database_url, one.end_time - timedelta(seconds=1)) == one.name
    assert insert(database_url, listed[-1].end_time) == REST, "no insert fails, whoever forgot to tend"
    with pytest.raises(psycopg.errors.UniqueViolation):
        insert(database_url, NOW)


async def test_partitions_are_made_ahead_and_take_what_had_to_wait_in_the_rest(database_url: URL) -> None:
    log = log_of(database_url)
    await log.convert(NOW)
    late = NOW + timedelta(days=70)
    assert insert(database_url, late) == REST
    made = (await log.tend(late)).made
    assert made
    assert not rows(database_url, f"SELECT FROM {REST}")
    assert rows(database_url, f"SELECT tableoid::regclass::text IN {made} FROM run_events") == [(True,)]
    assert await log.tend(late) == partitions.Tended()
    wider = await log_of(database_url, 30).tend(late + timedelta(days=60))
    assert wider.made, "another width goes on where the last one ended"
    listed = await log.listed()
    assert all(here.end == there.lowest for here, there in pairwise(listed))


async def test_a_partition_is_dropped_when_it_is_past_and_no_run_of_its_time_is_left(database_url: URL) -> None:
    log = log_of(database_url)
    await log.convert(NOW)
    async with postgres_storage(database_url) as storage:
        claim = await claimed_run(storage.transactions)
        await answer(storage.log, claim)
        later = NOW + timedelta(days=60)
        assert FIRST not in (await log.tend(later)).dropped, "a run of that time is still there"
        async with storage.transactions.begin() as work:
            await work.threads.delete(claim.thread_id)
            await work.commit()
        insert(database_url, NOW - timedelta(days=3))  # belongs to nobody
        dropped = (await log.tend(later)).dropped
        assert FIRST in dropped
        listed = await log.listed()
        assert all(one.end_time >= later - timedelta(days=1) for one in listed), (
            "nothing that is past is left, since nobody has a run in it"
        )
        young = await claimed_run(storage.transactions)
        await answer(storage.log, young)
        assert len(await read_events(storage.transactions, young.run_id)) == 3, (
            "also a run of a time whose partition is gone can be written"
        )


async def test_a_lock_that_is_not_to_be_had_is_given_up_soon_and_tried_again(database_url: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partitions, "LOCK_TIMEOUT", "200ms")
    log = log_of(database_url)
    await log.convert(NOW)
    with psycopg.connect(conninfo(database_url)) as reader:
        reader.execute("SELECT * FROM run_events")
        with pytest.raises(Unavailable):
            await log.tend(NOW + timedelta(days=60))
    assert (await log.tend(NOW + timedelta(days=60))).made


async def test_a_conversion_that_fails_or_is_killed_leaves_nothing_that_could_refuse_rows_later(
    database_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, proofs = log_of(database_url), "SELECT count(*) FROM pg_constraint WHERE conname LIKE 'bound_until%'"
    monkeypatch.setattr(partitions, "CONVERSION", (*partitions.CONVERSION, "SELECT 1 / 0"))
    with pytest.raises(psycopg.errors.DivisionByZero):
        await log.convert(NOW)
    assert rows(database_url, proofs) == [(0,)]
    assert rows(database_url, "SELECT relkind FROM pg_class WHERE relname = 'run_events'") == [("r",)]
    left = f"ALTER TABLE run_events ADD CONSTRAINT bound_until_{NOW:%Y%m%d} CHECK (seq > 0)"
    with psycopg.connect(conninfo(database_url), autocommit=True) as connection:
        connection.execute(left.encode())
    await log.tend(NOW)
    assert rows(database_url, proofs) == [(0,)]


async def test_replay_and_the_writers_statement_touch_one_partition(database_url: URL) -> None:
    await log_of(database_url).convert(NOW)
    async with postgres_storage(database_url) as storage, storage.engine.connect() as connection:
        claim = await claimed_run(storage.transactions)
        await answer(storage.log, claim)
        question = (
            f"SELECT seq, type, data::text, pieces FROM run_events WHERE run_id = '{claim.run_id}' AND seq > 0 ORDER BY seq LIMIT 256"
        )
        plan = json.dumps((await connection.execute(text(f"EXPLAIN (FORMAT JSON) {question}"))).scalar())
        assert [name for name in _relations(plan) if name.startswith("run_events")] == [FIRST]
        assert "run_events_first_pkey" in plan
        # prepared for any run, the others are pruned when it is executed
        await connection.execute(text("SET plan_cache_mode = force_generic_plan"))
        prepared = question.replace(f"'{claim.run_id}'", "$1")
        await connection.execute(text(f"PREPARE replay (uuid) AS {prepared}"))
        executed = (await connection.execute(text(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE replay ('{claim.run_id}')"))).scalar()
        assert [name for name in _relations(json.dumps(executed)) if name.startswith("run_events")] == [FIRST]


async def test_a_partitioned_log_is_migrated_back_and_forth_and_compacted_as_any_other(database_url: URL) -> None:
    await log_of(database_url).convert(NOW)
    migrations.downgrade(database_url, "2026_11_21_0045")
    migrations.upgrade(database_url)
    assert insert(database_url, NOW) == FIRST
    migrations.downgrade(database_url, "base")
    assert rows(database_url, "SELECT relname FROM pg_class WHERE relname LIKE 'run_events%'") == []


def _relations(plan: str) -> list[str]:
    return [node["Relation Name"] for node in _nodes(json.loads(plan)[0]["Plan"]) if "Relation Name" in node]


def _nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for part in plan.get("Plans", ()) for node in _nodes(part))]
