"""`RunRepository`: storing runs and finding them again."""

from uuid import uuid4

import pytest
from uuid_utils.compat import uuid7

from app.domain.chat.entities import IdempotencyKey, NewMessage, NewRun, RunStatus
from tests.contracts.conversation import answer, claim_of, new_executor, new_run, new_thread, read_run
from tests.contracts.storage import Storage


async def test_a_run_with_an_owner_runs_at_once(storage: Storage) -> None:
    thread, executor = await new_thread(storage.transactions), new_executor("fake-7")
    run = await new_run(storage.transactions, thread.thread_id, executor)
    assert (run.status, run.attempt, run.provider, run.model) == (RunStatus.RUNNING, 1, "fake", "fake-7")
    assert await read_run(storage.transactions, run.run_id) == run


async def test_a_run_without_an_owner_waits(storage: Storage) -> None:
    thread = await new_thread(storage.transactions)
    run = await new_run(storage.transactions, thread.thread_id)
    assert (run.status, run.attempt, run.provider, run.started_at) == (RunStatus.QUEUED, 0, None, None)
    assert await read_run(storage.transactions, run.run_id) == run


async def test_a_run_may_answer_a_message_that_is_there_already(storage: Storage) -> None:
    thread = await new_thread(storage.transactions)
    first = await new_run(storage.transactions, thread.thread_id, new_executor())
    await answer(storage.log, claim_of(first))
    async with storage.transactions.begin() as work:
        again = await work.runs.add(NewRun(uuid4(), thread.thread_id, first.message_id, uuid4(), None), None)
        await work.commit()
    async with storage.transactions.begin() as work:
        assert len(await work.messages.page(thread.thread_id, 10, None)) == 2
    assert again.message_id == first.message_id


async def test_a_run_tells_its_newest_number(storage: Storage) -> None:
    thread = await new_thread(storage.transactions)
    run = await new_run(storage.transactions, thread.thread_id, new_executor())
    await answer(storage.log, claim_of(run))
    closed = await read_run(storage.transactions, run.run_id)
    assert (closed.last_seq, closed.status) == (3, RunStatus.DONE)
    async with storage.transactions.begin() as work:
        assert await work.runs.latest_in_thread(thread.thread_id) == closed
        assert await work.runs.get(uuid4()) is None


async def test_a_thread_s_runs_are_found_in_the_order_of_storing(storage: Storage) -> None:
    thread, other, empty = [await new_thread(storage.transactions) for _ in range(3)]
    done = await new_run(storage.transactions, thread.thread_id, new_executor())
    await answer(storage.log, claim_of(done))
    running = await new_run(storage.transactions, thread.thread_id, new_executor())
    elsewhere = await new_run(storage.transactions, other.thread_id)
    waiting = await new_run(storage.transactions, thread.thread_id)
    async with storage.transactions.begin() as work:
        runs = work.runs
        assert await runs.unfinished(thread.thread_id) == [running, waiting]
        assert await runs.latest_in_thread(thread.thread_id) == waiting
        first = await runs.next_in_thread(thread.thread_id, None)
        assert first is not None
        assert first.run_id == done.run_id
        assert await runs.next_in_thread(thread.thread_id, done.run_id) == running
        assert await runs.next_in_thread(thread.thread_id, running.run_id) == waiting
        assert await runs.next_in_thread(thread.thread_id, waiting.run_id) is None
        assert await runs.unfinished(uuid4()) == []
        assert await runs.latest_in_thread(uuid4()) is None
        asked = [thread.thread_id, other.thread_id, empty.thread_id, uuid4()]
        found = await runs.latest_of(asked)
        assert found == {thread.thread_id: waiting.run_id, other.thread_id: elsewhere.run_id, empty.thread_id: None}


async def test_threads_that_are_being_answered_are_told_from_those_that_are_not(storage: Storage) -> None:
    running, waiting, ended, silent, other = [await new_thread(storage.transactions) for _ in range(5)]
    await new_run(storage.transactions, running.thread_id, new_executor())
    await new_run(storage.transactions, running.thread_id)
    await new_run(storage.transactions, waiting.thread_id)
    await answer(storage.log, claim_of(await new_run(storage.transactions, ended.thread_id, new_executor())))
    await new_run(storage.transactions, other.thread_id, new_executor())
    async with storage.transactions.begin() as work:
        asked = [thread.thread_id for thread in (running, waiting, ended, silent)]
        assert await work.runs.answering(asked) == {running.thread_id, waiting.thread_id}
        assert await work.runs.answering([]) == set()


async def test_an_idempotency_key_finds_its_run_in_its_thread(storage: Storage) -> None:
    thread, other = await new_thread(storage.transactions), await new_thread(storage.transactions)
    run = await new_run(storage.transactions, thread.thread_id, idempotency=IdempotencyKey("key", "digest"))
    async with storage.transactions.begin() as work:
        assert await work.runs.by_idempotency_key(thread.thread_id, "key") == (run, "digest")
        assert await work.runs.by_idempotency_key(thread.thread_id, "other") is None
        assert await work.runs.by_idempotency_key(other.thread_id, "key") is None
    await new_run(storage.transactions, other.thread_id, idempotency=IdempotencyKey("key", "digest"))


async def test_storage_itself_refuses_a_second_running_run(storage: Storage) -> None:
    thread = await new_thread(storage.transactions)
    await new_run(storage.transactions, thread.thread_id, new_executor())
    with pytest.raises(storage.refusal):
        await new_run(storage.transactions, thread.thread_id, new_executor())


async def test_storage_itself_refuses_a_key_used_twice_and_a_run_without_a_thread(storage: Storage) -> None:
    thread = await new_thread(storage.transactions)
    await new_run(storage.transactions, thread.thread_id, idempotency=IdempotencyKey("key", "one"))
    with pytest.raises(storage.refusal):
        await new_run(storage.transactions, thread.thread_id, idempotency=IdempotencyKey("key", "two"))
    with pytest.raises(storage.refusal):
        await new_run(storage.transactions, uuid4())


async def test_a_run_starts_when_it_is_stored_however_long_its_transaction_has_waited_before(storage: Storage) -> None:
    """Else the executor that stores it would find it old at once, and take it back from itself."""
    thread = await new_thread(storage.transactions)
    async with storage.transactions.begin() as work:
        touched = await work.threads.touch(thread.thread_id, title_if_none="Go")
        message = NewMessage(uuid7(), thread.thread_id, "Who writes Go?", None)
        run = await work.runs.add(NewRun(uuid7(), thread.thread_id, message.message_id, uuid7(), new_executor()), message)
    assert touched is not None
    assert run.started_at is not None
    assert run.started_at >= touched.updated_at
