"""Who is told what after a commit: the nudges that repositories promise, over LISTEN or as callbacks."""

from sqlalchemy import text

from app.domain.chat.ending import Ending
from tests.contracts.conversation import claimed_run, fence, new_executor, new_run, new_thread
from tests.contracts.storage import PostgresStorage, Storage


async def test_a_queued_run_is_told_to_executors_and_to_readers_of_the_thread(storage: Storage) -> None:
    thread = await new_thread(storage.transactions)
    async with storage.listening() as heard:
        await new_run(storage.transactions, thread.thread_id)
        await heard.until(lambda: heard.queue == 1 and heard.added == [thread.thread_id])


async def test_a_run_that_starts_at_once_is_told_to_readers_only(storage: Storage) -> None:
    thread = await new_thread(storage.transactions)
    async with storage.listening() as heard:
        await new_run(storage.transactions, thread.thread_id, new_executor())
        await heard.until(lambda: heard.added == [thread.thread_id])
        assert heard.queue == 0


async def test_what_is_rolled_back_is_told_to_nobody(storage: Storage) -> None:
    claim, other = await claimed_run(storage.transactions), await claimed_run(storage.transactions)
    async with storage.listening() as heard:
        async with storage.transactions.begin() as work:
            await work.runs.fence(claim.run_id)
        await fence(storage.transactions, other.run_id)
        await heard.until(lambda: bool(heard.fenced))
        assert heard.fenced == [other.run_id]


async def test_an_ending_from_outside_is_told_to_its_executor_and_its_readers(storage: Storage) -> None:
    claim = await claimed_run(storage.transactions)
    async with storage.listening() as heard:
        async with storage.transactions.begin() as work:
            new = await work.runs.fence(claim.run_id)
            assert new is not None
            await work.runs.close(new, Ending.cancelled(), 0)
            assert (heard.events, heard.fenced) == ([], [])
            await work.commit()
        await heard.until(lambda: heard.events == [(claim.run_id, 1)] and heard.fenced == [claim.run_id])


async def test_an_ending_makes_room_for_the_next_run_of_the_thread(storage: Storage) -> None:
    claim = await claimed_run(storage.transactions)
    await new_run(storage.transactions, claim.thread_id)
    async with storage.listening() as heard:
        await storage.log.open(claim, 0)
        await storage.log.close(claim, Ending.done("Ada."))
        await heard.until(lambda: heard.queue == 1)


async def test_a_released_lease_is_told_to_executors(storage: Storage) -> None:
    executor = new_executor()
    async with storage.transactions.begin() as work:
        await work.leases.renew(executor.executor_id, 30, "host")
        await work.commit()
    async with storage.listening() as heard:
        async with storage.transactions.begin() as work:
            await work.leases.release(executor.executor_id)
            await work.commit()
        await heard.until(lambda: heard.queue == 1)


async def test_what_nobody_can_have_meant_is_passed_over(postgres: PostgresStorage) -> None:
    thread = await new_thread(postgres.transactions)
    async with postgres.listening() as heard:
        async with postgres.engine.begin() as connection:
            for channel, payload in (("run_events", "x 12:a"), ("run_events", "x y"), ("run_added", "soon"), ("run_fence", "")):
                await connection.execute(text("SELECT pg_notify(:channel, :payload)"), {"channel": channel, "payload": payload})
        await new_run(postgres.transactions, thread.thread_id)
        await heard.until(lambda: heard.added == [thread.thread_id])
    assert (heard.events, heard.fenced) == ([], [])
