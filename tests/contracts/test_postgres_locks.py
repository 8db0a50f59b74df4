"""What only Postgres can show: statements that wait for each other, and statements that must not."""

import asyncio

from app.domain.chat.ending import Ending
from app.domain.chat.entities import Claim, RunStatus
from app.domain.chat.events import StoredEvent, Token, payload
from app.infrastructure.repositories.log_statements import APPEND, Written, append_parameters
from tests.contracts.conversation import (
    assert_gap_free,
    claimed_run,
    fence,
    new_executor,
    new_run,
    new_thread,
    read_events,
    read_message,
    read_run,
)
from tests.contracts.storage import PostgresStorage
from tests.contracts.waiting import other_session, until_waiting


def written(claim: Claim, seq: int, text: str) -> dict[str, object]:
    event = Token(text)
    return append_parameters([Written(claim, (StoredEvent(claim.run_id, seq, event.type, payload(event)),))], "elsewhere")


async def cancel(postgres: PostgresStorage, claim: Claim) -> int:
    """Fence, read, close, as a cancel does it; the last number that it found."""
    async with postgres.transactions.begin() as work:
        new = await work.runs.fence(claim.run_id)
        assert new is not None
        last_seqs = await work.run_events.last_seqs([claim.run_id])
        assert await work.runs.close(new, Ending.cancelled(), last_seqs[claim.run_id])
        await work.commit()
    return last_seqs[claim.run_id]


async def test_a_fence_waits_for_an_append_in_flight_and_reads_its_number(postgres: PostgresStorage) -> None:
    claim = await claimed_run(postgres.transactions)
    async with asyncio.TaskGroup() as tasks, other_session(postgres) as writer:
        await writer.execute(APPEND, written(claim, 1, "in flight"))
        cancelling = tasks.create_task(cancel(postgres, claim))
        await until_waiting(postgres)
        assert not cancelling.done()
    assert cancelling.result() == 1
    assert_gap_free(await read_events(postgres.transactions, claim.run_id))


async def test_an_append_waits_for_a_fence_and_then_writes_nothing(postgres: PostgresStorage) -> None:
    claim = await claimed_run(postgres.transactions)

    async def append() -> None:
        async with other_session(postgres) as writer:
            await writer.execute(APPEND, written(claim, 1, "late"))

    async with asyncio.TaskGroup() as tasks, postgres.transactions.begin() as work:
        await work.runs.fence(claim.run_id)
        tasks.create_task(append())
        await until_waiting(postgres)
        await work.commit()
    assert not await read_events(postgres.transactions, claim.run_id)


async def test_an_orphan_with_an_append_in_flight_is_left_until_the_append_is_over(postgres: PostgresStorage) -> None:
    claim = await claimed_run(postgres.transactions)

    async def orphans() -> list[int]:
        async with postgres.transactions.begin() as work:
            claims = await work.runs.claim_orphans(new_executor(), 10, [], judge=True)
            last_seqs = await work.run_events.last_seqs([found.run_id for found in claims])
            await work.commit()
        return list(last_seqs.values())

    async with other_session(postgres) as writer:
        await writer.execute(APPEND, written(claim, 1, "in flight"))
        assert await orphans() == []
    assert await orphans() == [1]


async def test_a_claimer_passes_by_what_another_holds_without_waiting(postgres: PostgresStorage) -> None:
    threads = [await new_thread(postgres.transactions) for _ in range(4)]
    waiting = [(await new_run(postgres.transactions, thread.thread_id)).run_id for thread in threads]
    async with postgres.transactions.begin() as one, postgres.transactions.begin() as other:
        first = await one.runs.claim_queued(new_executor(), 2)
        second = await other.runs.claim_queued(new_executor(), 2)
    assert [claim.run_id for claim in (*first, *second)] == waiting


async def test_a_run_that_is_being_cancelled_is_not_claimed(postgres: PostgresStorage) -> None:
    thread = await new_thread(postgres.transactions)
    await new_run(postgres.transactions, thread.thread_id)
    async with postgres.transactions.begin() as one, postgres.transactions.begin() as other:
        [run] = await one.runs.unfinished(thread.thread_id)
        await one.runs.fence(run.run_id)
        assert not await other.runs.claim_queued(new_executor(), 2)


async def test_a_close_is_seen_whole_or_not_at_all(postgres: PostgresStorage) -> None:
    """Held at its second half: the answer must wait for its thread's key, the events before it need not."""
    claim = await claimed_run(postgres.transactions)
    await postgres.log.open(claim, 0)
    await postgres.log.append(claim, Token("Ada."))
    async with asyncio.TaskGroup() as tasks, other_session(postgres) as holder:
        await holder.execute("SELECT FROM threads WHERE id = %s FOR UPDATE", [claim.thread_id])
        closing = tasks.create_task(postgres.log.close(claim, Ending.done("Ada.")))
        await until_waiting(postgres)
        seen = await read_events(postgres.transactions, claim.run_id)
        assert (await read_run(postgres.transactions, claim.run_id)).status is RunStatus.RUNNING
        assert await read_message(postgres.transactions, claim.answer_id) is None
        assert not closing.done()
    assert len(seen) <= 1
    assert (await read_run(postgres.transactions, claim.run_id)).status is RunStatus.DONE
    assert len(await read_events(postgres.transactions, claim.run_id)) == 3


async def test_of_two_cancels_at_once_one_closes(postgres: PostgresStorage) -> None:
    claim = await claimed_run(postgres.transactions)
    async with asyncio.TaskGroup() as tasks, postgres.transactions.begin() as work:
        new = await work.runs.fence(claim.run_id)
        assert new is not None
        other = tasks.create_task(fence(postgres.transactions, claim.run_id))
        await until_waiting(postgres)
        await work.runs.close(new, Ending.cancelled(), 0)
        await work.commit()
    assert other.result() is None
    assert len(await read_events(postgres.transactions, claim.run_id)) == 1
