"""`GroupCommitLog`, beyond the port: batches, backpressure, refusals, and connections that die at the worst moment."""

import asyncio
import gc
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import URL

from app.application.chat.cancel_run import CancelRun
from app.domain.chat.ending import Ending
from app.domain.chat.entities import Claim, RunStatus
from app.domain.chat.errors import LeaseLost
from app.domain.chat.events import EventType, StoredEvent, Token
from app.infrastructure.db.engine import connect
from app.infrastructure.db.event_log import WAITING_LIMIT, EventRefused, FlushStats, GroupCommitLog
from app.infrastructure.db.log_connection import LogConnection
from app.infrastructure.repositories.log_statements import Written
from tests.contracts.conversation import (
    answer,
    assert_gap_free,
    claimed_run,
    fence,
    read_events,
    read_message,
    read_run,
    tokens,
    types,
)
from tests.contracts.storage import PostgresStorage
from tests.contracts.waiting import run_held, until, until_waiting


class DyingConnection(LogConnection):
    """Loses the answer to a commit: what was asked is done, and nobody hears it. `deaths` counts those still to come."""

    deaths = 0

    async def append(self, batch: Sequence[Written], writer: str) -> set[UUID]:
        writable = await super().append(batch, writer)
        await self._die_if_due()
        return writable

    @asynccontextmanager
    async def pipeline(self) -> AsyncGenerator[psycopg.AsyncPipeline, None]:
        async with super().pipeline() as pipeline:
            yield pipeline
        if self.pgconn.pipeline_status == 0:  # the outermost: psycopg's own transactions nest two more, which end before the commit
            await self._die_if_due()

    async def _die_if_due(self) -> None:
        if DyingConnection.deaths:
            DyingConnection.deaths -= 1
            await self.close()
            raise psycopg.OperationalError("the connection is lost")


class Away:
    """A way to the database that can be cut."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self.cut = False
        self.tried = asyncio.Event()
        self.connection: LogConnection | None = None

    async def connect(self) -> LogConnection:
        if self.cut:
            self.tried.set()
            raise psycopg.OperationalError("no route to the database")
        self.connection = await LogConnection.open(self._url)
        return self.connection


def nobody(*_: object) -> None:
    pass


@asynccontextmanager
async def writing(
    connection: Callable[[], Any],
    publish: Callable[[UUID, Sequence[StoredEvent]], None] = nobody,
    observe: Callable[[FlushStats], None] = nobody,
) -> AsyncGenerator[GroupCommitLog, None]:
    """A log of its own, running; leaving writes what waits."""
    log = GroupCommitLog(connection, publish, "own", observe)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(log.run())
        yield log
        log.shut_down()


# -- batches ---------------------------------------------------------------------------------------------------------------------------


async def test_what_comes_during_a_commit_becomes_one_batch_and_neighbouring_tokens_one_row(postgres: PostgresStorage) -> None:
    claim, other = await claimed_run(postgres.transactions), await claimed_run(postgres.transactions)
    batches: list[FlushStats] = []
    async with writing(partial(LogConnection.open, postgres.url), observe=batches.append) as log:
        await log.open(claim, 0)
        await log.open(other, 0)
        async with run_held(postgres, claim):
            await log.append(claim, Token("a"))
            await until_waiting(postgres)
            for letter in "bcd":
                await log.append(claim, Token(letter))
                await log.append(other, Token(letter))
    assert tokens(await read_events(postgres.transactions, claim.run_id)) == ["a", "bcd"]
    assert tokens(await read_events(postgres.transactions, other.run_id)) == ["bcd"]
    assert [(batch.runs, batch.rows) for batch in batches] == [(1, 1), (2, 2)]


async def test_readers_see_nothing_before_the_commit(postgres: PostgresStorage) -> None:
    claim = await claimed_run(postgres.transactions)
    with postgres.hub.tail(claim.run_id) as tail:
        await postgres.log.open(claim, 0)
        async with run_held(postgres, claim):
            await postgres.log.append(claim, Token("a"))
            await until_waiting(postgres)
            assert tail.latest == 0
        await postgres.log.abandon(claim)
        assert tokens(tail.since(0)) == ["a"]


async def test_an_executor_waits_while_too_much_waits_and_goes_on_afterwards(postgres: PostgresStorage) -> None:
    claim = await claimed_run(postgres.transactions)
    await postgres.log.open(claim, 0)
    async with asyncio.TaskGroup() as tasks, run_held(postgres, claim):
        await postgres.log.append(claim, Token("a"))
        await until_waiting(postgres)
        await postgres.log.append(claim, Token("b" * WAITING_LIMIT))  # just fits
        appending = tasks.create_task(postgres.log.append(claim, Token("c")))
        await until_waiting(postgres)
        assert not appending.done()
    await postgres.log.close(claim, Ending.done("long"))
    assert "".join(tokens(await read_events(postgres.transactions, claim.run_id))) == f"a{'b' * WAITING_LIMIT}c"


async def test_a_waiting_executor_is_told_that_its_claim_is_void(postgres: PostgresStorage) -> None:
    claim = await claimed_run(postgres.transactions)
    await postgres.log.open(claim, 0)
    await fence(postgres.transactions, claim.run_id)
    with pytest.raises(LeaseLost):
        await postgres.log.append(claim, Token("b" * (WAITING_LIMIT + 1)))


async def test_a_void_claim_does_not_hurt_the_others_in_its_batch(postgres: PostgresStorage) -> None:
    void, sound = await claimed_run(postgres.transactions), await claimed_run(postgres.transactions)
    await fence(postgres.transactions, void.run_id)
    for claim in (void, sound):
        await postgres.log.open(claim, 0)
        await postgres.log.append(claim, Token("a"))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(postgres.log.abandon(void))
        tasks.create_task(postgres.log.close(sound, Ending.done("a")))
    assert not await read_events(postgres.transactions, void.run_id)
    assert (await read_run(postgres.transactions, sound.run_id)).status is RunStatus.DONE


@pytest.mark.parametrize("poison", ["\ud800", "\udfff ends"])
async def test_a_refused_run_spares_the_others_of_its_batch(postgres: PostgresStorage, poison: str) -> None:
    spoilt, sound = await claimed_run(postgres.transactions), await claimed_run(postgres.transactions)
    for claim, text in ((spoilt, poison), (sound, "fine")):
        await postgres.log.open(claim, 0)
        await postgres.log.append(claim, Token(text))
    await postgres.log.close(sound, Ending.done("fine"))
    with pytest.raises(EventRefused):
        await postgres.log.append(spoilt, Token("more"))
    assert not await read_events(postgres.transactions, spoilt.run_id)
    assert tokens(await read_events(postgres.transactions, sound.run_id)) == ["fine"]


async def test_a_refused_ending_spares_the_other_endings_of_its_batch(postgres: PostgresStorage) -> None:
    spoilt, sound = await claimed_run(postgres.transactions), await claimed_run(postgres.transactions)
    for claim in (spoilt, sound):
        await postgres.log.open(claim, 0)
    closing = asyncio.gather(
        postgres.log.close(spoilt, Ending.done("a\0b")), postgres.log.close(sound, Ending.done("fine")), return_exceptions=True
    )
    refused, fine = await closing
    assert isinstance(refused, EventRefused)
    assert fine is None
    assert not await read_events(postgres.transactions, spoilt.run_id)
    assert (await read_run(postgres.transactions, spoilt.run_id)).status is RunStatus.RUNNING
    assert types(await read_events(postgres.transactions, sound.run_id)) == [EventType.FINAL, EventType.DONE]


# -- ends ------------------------------------------------------------------------------------------------------------------------------


async def test_abandoning_waits_for_what_is_in_flight(postgres: PostgresStorage) -> None:
    claim = await claimed_run(postgres.transactions)
    await postgres.log.open(claim, 0)
    async with asyncio.TaskGroup() as tasks, run_held(postgres, claim):
        await postgres.log.append(claim, Token("in flight"))
        await until_waiting(postgres)
        abandoning = tasks.create_task(postgres.log.abandon(claim))
        await until_waiting(postgres)
        assert not abandoning.done()
    assert tokens(await read_events(postgres.transactions, claim.run_id)) == ["in flight"]


async def test_a_verdict_that_nobody_waits_for_any_more_is_no_accident(postgres: PostgresStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The waiter is cancelled, by the fence's own notification mostly, before the writer learns that the claim is void."""
    unheard: list[dict[str, Any]] = []
    monkeypatch.setattr(asyncio.get_running_loop(), "call_exception_handler", unheard.append)
    claim = await claimed_run(postgres.transactions)
    await postgres.log.open(claim, 0)
    await fence(postgres.transactions, claim.run_id)
    closing = asyncio.ensure_future(postgres.log.close(claim, Ending.done("late")))
    await asyncio.sleep(0)
    closing.cancel()
    await asyncio.wait([closing])
    other = await claimed_run(postgres.transactions)
    await answer(postgres.log, other)  # a flush later the verdict is there
    gc.collect()
    assert unheard == []


async def test_an_ending_whose_caller_is_gone_is_written_all_the_same(postgres: PostgresStorage) -> None:
    claim = await claimed_run(postgres.transactions)
    await postgres.log.open(claim, 0)
    async with asyncio.TaskGroup() as tasks, run_held(postgres, claim):
        closing = tasks.create_task(postgres.log.close(claim, Ending.done("Ada.")))
        await until_waiting(postgres)
        closing.cancel()
    postgres.writer.shut_down()

    async def closed() -> bool:
        return (await read_run(postgres.transactions, claim.run_id)).status.is_final

    await until(closed)
    assert len(await read_events(postgres.transactions, claim.run_id)) == 2


async def test_shutting_down_writes_what_is_waiting(postgres: PostgresStorage) -> None:
    claim = await claimed_run(postgres.transactions)
    async with writing(partial(LogConnection.open, postgres.url)) as log:
        await log.open(claim, 0)
        await log.append(claim, Token("last words"))
    assert tokens(await read_events(postgres.transactions, claim.run_id)) == ["last words"]


# -- connections -----------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch, postgres: PostgresStorage) -> Callable[[], Any]:
    """Connections that lose the answers to their first three commits."""
    monkeypatch.setattr(DyingConnection, "deaths", 3)
    return partial(DyingConnection.open, postgres.url)


async def test_a_lost_answer_to_an_append_neither_repeats_nor_loses(postgres: PostgresStorage, dying: Callable[[], Any]) -> None:
    claim = await claimed_run(postgres.transactions)
    published: list[StoredEvent] = []
    async with writing(dying, lambda _, events: published.extend(events)) as log:
        await log.open(claim, 0)
        for n in range(10):
            await log.append(claim, Token(f"{n} "))
            await asyncio.sleep(0.01)  # some while it fails, some after
    events = await read_events(postgres.transactions, claim.run_id)
    assert DyingConnection.deaths == 0
    assert_gap_free(events)
    assert "".join(tokens(events)) == "".join(f"{n} " for n in range(10))
    assert published == list(events)


async def test_a_lost_answer_to_a_close_is_a_close(postgres: PostgresStorage, dying: Callable[[], Any]) -> None:
    closed, running = await claimed_run(postgres.transactions), await claimed_run(postgres.transactions)
    async with writing(dying) as log:
        await answer(log, closed, "a")  # one batch, with the ending in it: all three deaths hit the close
        assert DyingConnection.deaths == 0
        await log.open(running, 0)
        await log.append(running, Token("b"))
        await log.abandon(running)
        await log.open(running, 1)
        DyingConnection.deaths = 1
        await log.close(running, Ending.done("b"))
    assert DyingConnection.deaths == 0
    for claim, text in ((closed, "a"), (running, "b")):
        assert types(await read_events(postgres.transactions, claim.run_id)) == [EventType.TOKEN, EventType.FINAL, EventType.DONE]
        message = await read_message(postgres.transactions, claim.answer_id)
        assert message is not None
        assert message.content == text


async def test_a_lost_answer_does_not_make_a_void_claim_valid(postgres: PostgresStorage, dying: Callable[[], Any]) -> None:
    claim = await claimed_run(postgres.transactions)
    await fence(postgres.transactions, claim.run_id)
    async with writing(dying) as log:
        await log.open(claim, 0)
        with pytest.raises(LeaseLost):
            await log.close(claim, Ending.done("late"))
    assert not await read_events(postgres.transactions, claim.run_id)


async def test_a_lost_answer_does_not_make_somebody_else_s_ending_one_s_own(postgres: PostgresStorage, dying: Callable[[], Any]) -> None:
    claim = await claimed_run(postgres.transactions)
    await CancelRun(postgres.transactions).execute(claim.run_id)
    published: list[StoredEvent] = []
    async with writing(dying, lambda _, events: published.extend(events)) as log:
        await log.open(claim, 0)
        with pytest.raises(LeaseLost):
            await log.close(claim, Ending.done("late"))
    assert not published


async def test_the_log_waits_while_the_database_is_away(postgres: PostgresStorage) -> None:
    claim, away = await claimed_run(postgres.transactions), Away(postgres.url)
    async with writing(away.connect) as log:
        await log.open(claim, 0)
        await log.append(claim, Token("before "))
        await until_stored(postgres, claim, 1)
        assert away.connection is not None
        away.cut = True
        await away.connection.close()
        await log.append(claim, Token("during "))
        await away.tried.wait()
        async with asyncio.TaskGroup() as tasks:
            closing = tasks.create_task(log.close(claim, Ending.done("before during ")))
            away.tried.clear()
            await away.tried.wait()
            assert not closing.done()
            away.cut = False
    events = await read_events(postgres.transactions, claim.run_id)
    assert_gap_free(events)
    assert tokens(events) == ["before ", "during "]


async def test_a_connection_killed_by_the_server_is_replaced(postgres: PostgresStorage) -> None:
    claim, away = await claimed_run(postgres.transactions), Away(postgres.url)
    async with writing(away.connect) as log:
        await log.open(claim, 0)
        await log.append(claim, Token("before "))
        await until_stored(postgres, claim, 1)
        await kill_all_but_me(postgres)
        await log.append(claim, Token("after"))
        await log.close(claim, Ending.done("before after"))
    assert tokens(await read_events(postgres.transactions, claim.run_id)) == ["before ", "after"]


async def kill_all_but_me(postgres: PostgresStorage) -> None:
    kill: LiteralString = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    async with await connect(postgres.url) as connection:
        await connection.execute(kill)


async def until_stored(postgres: PostgresStorage, claim: Claim, count: int) -> None:
    async def stored() -> bool:
        return len(await read_events(postgres.transactions, claim.run_id)) >= count

    await until(stored)
