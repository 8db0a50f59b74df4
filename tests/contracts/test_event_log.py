"""`EventLog`: what an executor may rely on, whoever stores it."""

import asyncio
from contextlib import suppress

import pytest

from app.domain.chat.ending import Ending
from app.domain.chat.entities import Claim, MessageStatus, RunStatus, Usage
from app.domain.chat.errors import LeaseLost
from app.domain.chat.events import EventType, Restarted, Sources, Started, StoredEvent, Token
from app.domain.chat.transcript import fold
from tests.contracts.conversation import (
    SOURCE,
    answer,
    assert_gap_free,
    claimed_run,
    fence,
    new_executor,
    read_events,
    read_message,
    read_run,
    tokens,
    types,
)
from tests.contracts.storage import Storage


async def take_over(storage: Storage, claim: Claim) -> Claim:
    """Another executor's claim, once the owner is dead."""
    async with storage.transactions.begin() as work:
        claims = await work.runs.claim_orphans(new_executor(), 100, [])
        await work.commit()
    return next(new for new in claims if new.run_id == claim.run_id)


async def append_until_lost(storage: Storage, claim: Claim) -> None:
    """Go on writing until the log says that the claim is void."""
    async with asyncio.timeout(10):
        while True:
            await storage.log.append(claim, Token("late"))
            await asyncio.sleep(0)


async def test_events_are_numbered_from_one_in_the_order_of_the_calls(storage: Storage) -> None:
    claim = await claimed_run(storage.transactions)
    await storage.log.open(claim, 0)
    await storage.log.append(claim, Started(1, "fake", "fake-1", str(claim.answer_id)))
    await storage.log.append(claim, Sources((SOURCE,)))
    for word in ("Ada ", "writes ", "Go."):
        await storage.log.append(claim, Token(word))
    await storage.log.close(claim, Ending.done("Ada writes Go.", (SOURCE,), Usage(1, 2, 3), "stop", 0.25))
    events = await read_events(storage.transactions, claim.run_id)
    assert_gap_free(events)
    assert types(events)[:2] == [EventType.STARTED, EventType.SOURCES]
    assert types(events)[-2:] == [EventType.FINAL, EventType.DONE]
    assert "".join(tokens(events)) == "Ada writes Go."


async def test_close_stores_status_message_and_last_events_together(storage: Storage) -> None:
    claim = await claimed_run(storage.transactions)
    await storage.log.open(claim, 0)
    await storage.log.append(claim, Token("Ada."))
    await storage.log.close(claim, Ending.done("Ada.", (SOURCE,), Usage(1, 2, 3), "stop", 0.25))
    async with storage.transactions.snapshot() as work:
        run, message = await work.runs.get(claim.run_id), await work.messages.get(claim.answer_id)
        so_far = fold(await work.run_events.read(claim.run_id, 0, 100))
    assert run is not None
    assert message is not None
    assert (run.status, run.finish_reason, run.first_token_seconds, run.usage) == (RunStatus.DONE, "stop", 0.25, Usage(1, 2, 3))
    assert (run.last_seq, run.error) == (so_far.last_seq, None)
    assert run.finished_at is not None
    assert (message.content, message.status, message.sources) == (so_far.text, MessageStatus.DONE, (SOURCE,))
    assert so_far.status is RunStatus.DONE


async def test_writing_goes_on_after_the_number_it_is_opened_with(storage: Storage) -> None:
    old = await claimed_run(storage.transactions)
    await storage.elsewhere.open(old, 0)
    await storage.elsewhere.append(old, Token("one "))
    await storage.elsewhere.abandon(old)
    new = await take_over(storage, old)
    await storage.log.open(new, 1)
    await storage.log.append(new, Restarted(new.attempt, "executor_lost", 4))
    await storage.log.append(new, Token("two"))
    await storage.log.close(new, Ending.done("one two"))
    events = await read_events(storage.transactions, old.run_id)
    assert_gap_free(events)
    assert fold(events).text == "one two"


async def test_nothing_is_written_without_open(storage: Storage) -> None:
    claim = await claimed_run(storage.transactions)
    with pytest.raises(LeaseLost):
        await storage.log.append(claim, Token("a"))
    with pytest.raises(LeaseLost):
        await storage.log.close(claim, Ending.done("a"))
    await storage.log.abandon(claim)
    assert not await read_events(storage.transactions, claim.run_id)


async def test_a_void_claim_is_told_so_and_writes_nothing(storage: Storage) -> None:
    claim = await claimed_run(storage.transactions)
    await storage.log.open(claim, 0)
    await fence(storage.transactions, claim.run_id)
    with pytest.raises(LeaseLost):
        await append_until_lost(storage, claim)
    with pytest.raises(LeaseLost):
        await storage.log.close(claim, Ending.done("late"))
    assert not await read_events(storage.transactions, claim.run_id)
    assert await read_message(storage.transactions, claim.answer_id) is None


async def test_closing_with_a_void_claim_writes_nothing_of_the_ending(storage: Storage) -> None:
    old = await claimed_run(storage.transactions)
    await storage.elsewhere.open(old, 0)
    await storage.elsewhere.append(old, Token("mine"))
    await storage.elsewhere.abandon(old)
    await storage.log.open(old, 1)
    new = await take_over(storage, old)

    async def say_and_close() -> None:
        await storage.log.append(old, Token("late"))
        await storage.log.close(old, Ending.done("mine late"))

    with pytest.raises(LeaseLost):
        await say_and_close()
    events = await read_events(storage.transactions, old.run_id)
    assert tokens(events) == ["mine"]
    run = await read_run(storage.transactions, old.run_id)
    assert (run.status, run.attempt) == (RunStatus.RUNNING, new.attempt)


async def test_a_closed_claim_writes_nothing_more(storage: Storage) -> None:
    claim = await claimed_run(storage.transactions)
    await answer(storage.log, claim, "Ada.")
    with pytest.raises(LeaseLost):
        await storage.log.append(claim, Token("late"))
    with pytest.raises(LeaseLost):
        await storage.log.close(claim, Ending.done("late"))
    await storage.log.open(claim, 3)
    with pytest.raises(LeaseLost):
        await storage.log.close(claim, Ending.done("late"))
    events = await read_events(storage.transactions, claim.run_id)
    assert types(events) == [EventType.TOKEN, EventType.FINAL, EventType.DONE]


async def test_an_abandoned_run_keeps_what_was_handed_over(storage: Storage) -> None:
    claim = await claimed_run(storage.transactions)
    await storage.log.open(claim, 0)
    await storage.log.append(claim, Token("kept"))
    await storage.log.abandon(claim)
    await storage.log.abandon(claim)
    assert tokens(await read_events(storage.transactions, claim.run_id)) == ["kept"]
    with pytest.raises(LeaseLost):
        await storage.log.append(claim, Token("late"))


async def test_an_abandoned_run_that_is_another_s_loses_what_was_waiting(storage: Storage) -> None:
    claim = await claimed_run(storage.transactions)
    await storage.log.open(claim, 0)
    async with storage.transactions.begin() as work:
        await work.runs.fence(claim.run_id)
        await work.commit()
    with suppress(LeaseLost):  # memory knows at once
        await storage.log.append(claim, Token("lost"))
    await storage.log.abandon(claim)
    assert not await read_events(storage.transactions, claim.run_id)


async def test_readers_here_get_what_is_committed(storage: Storage) -> None:
    claim = await claimed_run(storage.transactions)
    with storage.hub.tail(claim.run_id) as tail:
        await answer(storage.log, claim, "Ada.")
        seen: list[StoredEvent] = list(tail.since(0))
    assert seen == list(await read_events(storage.transactions, claim.run_id))


async def test_many_runs_are_written_side_by_side(storage: Storage) -> None:
    claims = [await claimed_run(storage.transactions) for _ in range(12)]

    async def speak(claim: Claim) -> None:
        await storage.log.open(claim, 0)
        for n in range(30):
            await storage.log.append(claim, Token(f"{n} "))
            if n % 7 == 0:
                await asyncio.sleep(0)
        await storage.log.close(claim, Ending.done(str(claim.run_id)))

    async with asyncio.TaskGroup() as tasks:
        for claim in claims:
            tasks.create_task(speak(claim))
    for claim in claims:
        events = await read_events(storage.transactions, claim.run_id)
        assert_gap_free(events)
        assert "".join(tokens(events)) == "".join(f"{n} " for n in range(30))
        message = await read_message(storage.transactions, claim.answer_id)
        assert message is not None
        assert message.content == str(claim.run_id)
