"""`RunRepository.fence` and `close`: ending a run from outside its executor."""

from uuid import uuid4

import pytest

from app.domain.chat.ending import Ending
from app.domain.chat.entities import Claim, Failure, MessageStatus, RunStatus, Usage
from app.domain.chat.errors import LeaseLost
from app.domain.chat.events import EventType, Token
from tests.contracts.conversation import (
    SOURCE,
    answer,
    assert_gap_free,
    claim_of,
    claimed_run,
    fence,
    new_run,
    new_thread,
    read_events,
    read_message,
    read_run,
    types,
)
from tests.contracts.storage import Storage


async def close(storage: Storage, claim: Claim, ending: Ending, last_seq: int) -> bool:
    async with storage.transactions.begin() as work:
        closed = await work.runs.close(claim, ending, last_seq)
        await work.commit()
    return closed


async def test_fencing_makes_every_older_claim_void(storage: Storage) -> None:
    old = await claimed_run(storage.transactions)
    new = await fence(storage.transactions, old.run_id)
    assert new == Claim(old.run_id, old.thread_id, old.message_id, old.answer_id, old.attempt + 1)
    await storage.log.open(old, 0)
    with pytest.raises(LeaseLost):
        await storage.log.close(old, Ending.done("late"))
    assert not await close(storage, old, Ending.done("late"), 0)
    assert not await read_events(storage.transactions, old.run_id)
    assert await read_message(storage.transactions, old.answer_id) is None
    assert (await read_run(storage.transactions, old.run_id)).status is RunStatus.RUNNING


async def test_a_finished_or_unknown_run_cannot_be_fenced(storage: Storage) -> None:
    claim = await claimed_run(storage.transactions)
    await answer(storage.log, claim)
    assert await fence(storage.transactions, claim.run_id) is None
    assert await fence(storage.transactions, uuid4()) is None


async def test_a_fence_that_is_rolled_back_was_none(storage: Storage) -> None:
    claim = await claimed_run(storage.transactions)
    async with storage.transactions.begin() as work:
        assert await work.runs.fence(claim.run_id) is not None
    await answer(storage.log, claim)
    assert (await read_run(storage.transactions, claim.run_id)).status is RunStatus.DONE


async def test_a_running_run_is_cancelled_with_what_it_said(storage: Storage) -> None:
    old = await claimed_run(storage.transactions)
    await storage.log.open(old, 0)
    await storage.log.append(old, Token("so far"))
    await storage.log.abandon(old)
    new = await fence(storage.transactions, old.run_id)
    assert new is not None
    assert await close(storage, new, Ending.cancelled("so far", (SOURCE,)), 1)
    events = await read_events(storage.transactions, old.run_id)
    assert_gap_free(events)
    assert types(events) == [EventType.TOKEN, EventType.DONE]
    assert events[-1].data == '{"status":"cancelled"}'
    message = await read_message(storage.transactions, old.answer_id)
    assert message is not None
    assert (message.content, message.status, message.sources) == ("so far", MessageStatus.CANCELLED, (SOURCE,))
    run = await read_run(storage.transactions, old.run_id)
    assert (run.status, run.last_seq, run.attempt) == (RunStatus.CANCELLED, 2, 2)
    assert run.finished_at is not None


async def test_a_queued_run_is_cancelled_before_it_began(storage: Storage) -> None:
    thread = await new_thread(storage.transactions)
    queued = await new_run(storage.transactions, thread.thread_id)
    claim = await fence(storage.transactions, queued.run_id)
    assert claim is not None
    assert await close(storage, claim, Ending.cancelled(), 0)
    run = await read_run(storage.transactions, queued.run_id)
    assert (run.status, run.started_at, run.last_seq) == (RunStatus.CANCELLED, None, 1)
    async with storage.transactions.begin() as work:
        assert not await work.runs.unfinished(thread.thread_id)


async def test_a_failure_is_stored_in_the_log_the_message_and_the_run(storage: Storage) -> None:
    failure = Failure("too_many_attempts", "Given up.", retryable=True)
    claim = await claimed_run(storage.transactions)
    assert await close(storage, claim, Ending.failed(failure, "so far", usage=Usage(1, None, 3)), 0)
    events = await read_events(storage.transactions, claim.run_id)
    assert types(events) == [EventType.ERROR, EventType.DONE]
    run, message = await read_run(storage.transactions, claim.run_id), await read_message(storage.transactions, claim.answer_id)
    assert message is not None
    assert (run.status, run.error, run.usage, message.error) == (RunStatus.FAILED, failure, Usage(1, None, 3), failure)


async def test_a_run_is_closed_once(storage: Storage) -> None:
    claim = await claimed_run(storage.transactions)
    assert await close(storage, claim, Ending.done("first"), 0)
    assert not await close(storage, claim, Ending.done("second"), 2)
    assert not await close(storage, claim, Ending.done("second"), 0)
    assert types(await read_events(storage.transactions, claim.run_id)) == [EventType.FINAL, EventType.DONE]
    message = await read_message(storage.transactions, claim.answer_id)
    assert message is not None
    assert message.content == "first"


async def test_a_close_that_is_rolled_back_left_nothing(storage: Storage) -> None:
    claim = await claimed_run(storage.transactions)
    async with storage.transactions.begin() as work:
        assert await work.runs.close(claim, Ending.done("lost"), 0)
    assert not await read_events(storage.transactions, claim.run_id)
    assert await read_message(storage.transactions, claim.answer_id) is None
    assert claim_of(await read_run(storage.transactions, claim.run_id)) == claim
    assert (await read_run(storage.transactions, claim.run_id)).status is RunStatus.RUNNING


async def test_fence_read_and_close_are_one_transaction(storage: Storage) -> None:
    claim = await claimed_run(storage.transactions)
    await storage.log.open(claim, 0)
    await storage.log.append(claim, Token("one"))
    await storage.log.abandon(claim)
    async with storage.transactions.begin() as work:
        new = await work.runs.fence(claim.run_id)
        assert new is not None
        last_seqs = await work.run_events.last_seqs([claim.run_id])
        assert await work.runs.close(new, Ending.cancelled("one"), last_seqs[claim.run_id])
        await work.commit()
    assert_gap_free(await read_events(storage.transactions, claim.run_id))
