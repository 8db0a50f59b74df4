"""`RunRepository.add_at_once`: a post in one step, or nothing at all."""

import asyncio
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from app.domain.chat.entities import Executor, IdempotencyKey, NewRun, Run, RunStatus
from app.infrastructure.repositories import runs
from tests.contracts.conversation import answer, claim_of, new_executor, new_run, new_thread
from tests.contracts.storage import Storage


def run_in(thread_id: UUID, owner: Executor | None = None, key: IdempotencyKey | None = None) -> NewRun:
    return NewRun(uuid7(), thread_id, uuid7(), uuid7(), owner, key)


async def post(storage: Storage, run: NewRun, content: str = "Who?") -> Run | None:
    async with storage.transactions.at_once() as work:
        return await work.runs.add_at_once(run, content, "Title")


async def test_it_stores_message_and_run_and_touches_the_thread(storage: Storage) -> None:
    thread, run = await new_thread(storage.transactions), None
    new = run_in(thread.thread_id, new_executor())
    async with storage.listening() as heard:
        run = await post(storage, new)
        await heard.until(lambda: heard.added == [thread.thread_id])
    assert run is not None
    assert (run.status, run.attempt) == (RunStatus.RUNNING, 1)
    async with storage.transactions.begin() as work:
        assert await work.runs.get(new.run_id) == run
        message = await work.messages.get(new.message_id)
        assert message is not None
        assert (message.content, message.parent_id) == ("Who?", None)
        after = await work.threads.get(thread.thread_id)
        assert after is not None
        assert after.updated_at > thread.updated_at


async def test_without_an_owner_it_is_queued_and_executors_are_nudged(storage: Storage) -> None:
    thread = await new_thread(storage.transactions)
    async with storage.listening() as heard:
        run = await post(storage, run_in(thread.thread_id))
        await heard.until(lambda: heard.queue > 0)
    assert run is not None
    assert (run.status, run.attempt) == (RunStatus.QUEUED, 0)


async def test_the_message_follows_the_latest_answer(storage: Storage) -> None:
    thread = await new_thread(storage.transactions)
    first = await post(storage, run_in(thread.thread_id, new_executor()))
    assert first is not None
    await answer(storage.log, claim_of(first))
    second = run_in(thread.thread_id, new_executor())
    assert await post(storage, second) is not None
    async with storage.transactions.begin() as work:
        message = await work.messages.get(second.message_id)
    assert message is not None
    assert message.parent_id == first.answer_id


async def test_it_stores_nothing_where_something_stands_in_the_way(storage: Storage) -> None:
    busy, other = await new_thread(storage.transactions), await new_thread(storage.transactions)
    await new_run(storage.transactions, busy.thread_id)
    key = IdempotencyKey("key", "digest")
    known = await post(storage, run_in(other.thread_id, new_executor(), key))
    assert known is not None
    await answer(storage.log, claim_of(known))
    refused = [run_in(busy.thread_id), run_in(other.thread_id, None, key), run_in(uuid7())]
    assert [await post(storage, run) for run in refused] == [None, None, None]
    async with storage.transactions.begin() as work:
        assert [await work.messages.get(run.message_id) for run in refused] == [None, None, None]


async def test_of_many_at_once_one_is_stored(storage: Storage) -> None:
    thread = await new_thread(storage.transactions)
    for _ in range(10):
        stored = await asyncio.gather(*(post(storage, run_in(thread.thread_id)) for _ in range(8)))
        [posted] = [run for run in stored if run is not None]  # all others: the row was held, or had changed, or a run was there
        async with storage.transactions.begin() as work:
            assert len(await work.runs.unfinished(thread.thread_id)) == 1
            claim = await work.runs.fence(posted.run_id)
            assert claim is not None
            await work.commit()
        await answer(storage.log, claim)


async def test_a_look_that_is_older_than_the_lock_counts_for_nothing(postgres: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another post commits between the moment that the statement sees and its lock: forced by a sleep before the lock."""
    thread = await new_thread(postgres.transactions)
    lock = b"WHERE id = %(thread_id)s FOR NO KEY UPDATE"
    late = runs._ADD_AT_ONCE.replace(lock, lock.replace(b"FOR", b"AND pg_sleep(0.5) IS NOT NULL FOR"))  # pyright: ignore[reportPrivateUsage]
    assert b"pg_sleep" in late
    async with asyncio.TaskGroup() as tasks:
        monkeypatch.setattr(runs, "_ADD_AT_ONCE", late)
        looking = tasks.create_task(post(postgres, run_in(thread.thread_id)))
        await asyncio.sleep(0.2)
        monkeypatch.undo()
        assert await post(postgres, run_in(thread.thread_id)) is not None
    assert looking.result() is None
    async with postgres.transactions.begin() as work:
        assert len(await work.runs.unfinished(thread.thread_id)) == 1
