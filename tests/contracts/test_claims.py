"""`RunRepository` as a queue, and `LeaseRepository`: who may claim what, and when."""

import asyncio
from collections.abc import Collection, Sequence
from uuid import UUID

import pytest

from app.domain.chat.entities import Backlog, Claim, Executor, Origin, RunStatus
from tests.contracts.conversation import answer, claim_of, claimed_run, fence, new_executor, new_run, new_thread, read_run
from tests.contracts.storage import Storage

LEASE = 30.0


async def claim_queued(storage: Storage, executor: Executor, limit: int = 100) -> Sequence[Claim]:
    async with storage.transactions.begin() as work:
        claims = await work.runs.claim_queued(executor, limit)
        await work.commit()
    return claims


async def claim_orphans(
    storage: Storage, executor: Executor, held: Collection[UUID] = (), limit: int = 100, *, judge: bool = True
) -> Sequence[Claim]:
    async with storage.transactions.begin() as work:
        claims = await work.runs.claim_orphans(executor, limit, held, judge=judge)
        await work.commit()
    return claims


async def renew(storage: Storage, executor: Executor) -> None:
    async with storage.transactions.begin() as work:
        await work.leases.renew(executor.executor_id, LEASE, "host")
        await work.commit()


async def release(storage: Storage, executor: Executor) -> None:
    async with storage.transactions.begin() as work:
        await work.leases.release(executor.executor_id)
        await work.commit()


async def queued_runs(storage: Storage, count: int) -> list[UUID]:
    """Queued runs, each first in its thread."""
    first = await new_thread(storage.transactions)
    threads = [first, *[await new_thread(storage.transactions, first.user_id) for _ in range(count - 1)]]
    return [(await new_run(storage.transactions, thread.thread_id)).run_id for thread in threads]


# -- queued ----------------------------------------------------------------------------------------------------------------------------


async def test_the_oldest_are_claimed_first_and_told_in_that_order(storage: Storage) -> None:
    waiting = await queued_runs(storage, 12)
    claims = [*await claim_queued(storage, new_executor(), 7), *await claim_queued(storage, new_executor(), 7)]
    assert [claim.run_id for claim in claims] == waiting


async def test_a_claimed_run_runs_under_its_claimer_s_name(storage: Storage) -> None:
    thread, executor = await new_thread(storage.transactions), new_executor("fake-9")
    run = await new_run(storage.transactions, thread.thread_id)
    [claim] = await claim_queued(storage, executor)
    assert claim == Claim(run.run_id, run.thread_id, run.message_id, run.answer_id, attempt=1)
    claimed = await read_run(storage.transactions, run.run_id)
    assert (claimed.status, claimed.attempt, claimed.provider, claimed.model) == (RunStatus.RUNNING, 1, "fake", "fake-9")
    assert claimed.started_at is not None


async def test_of_one_thread_only_the_first_unfinished_run_is_claimed(storage: Storage) -> None:
    thread, executor = await new_thread(storage.transactions), new_executor()
    runs = [await new_run(storage.transactions, thread.thread_id) for _ in range(3)]
    for run in runs:
        [claim] = await claim_queued(storage, executor)
        assert claim.run_id == run.run_id
        assert not await claim_queued(storage, executor)
        await answer(storage.log, claim)


async def test_a_limit_of_nothing_claims_nothing(storage: Storage) -> None:
    await queued_runs(storage, 1)
    assert not await claim_queued(storage, new_executor(), 0)


async def test_two_claimers_never_get_the_same_run(storage: Storage) -> None:
    waiting = await queued_runs(storage, 10)
    async with storage.transactions.begin() as one:
        first = await one.runs.claim_queued(new_executor(), 4)
        async with asyncio.TaskGroup() as tasks:
            other = tasks.create_task(claim_queued(storage, new_executor()))
            await one.commit()
        second = other.result()
    claimed = [claim.run_id for claim in (*first, *second)]
    assert len(claimed) == len(set(claimed))
    assert [claim.run_id for claim in first] == waiting[:4]
    assert {claim.run_id for claim in second} == set(waiting[4:])


async def test_a_claim_that_is_rolled_back_was_none(storage: Storage) -> None:
    [run_id] = await queued_runs(storage, 1)
    async with storage.transactions.begin() as work:
        assert len(await work.runs.claim_queued(new_executor(), 1)) == 1
    [claim] = await claim_queued(storage, new_executor())
    assert (claim.run_id, claim.attempt) == (run_id, 1)


# -- orphans ---------------------------------------------------------------------------------------------------------------------------


async def test_a_run_whose_executor_never_had_a_lease_is_an_orphan(storage: Storage) -> None:
    lost = await claimed_run(storage.transactions)
    executor = new_executor()
    [claim] = await claim_orphans(storage, executor)
    assert (claim.run_id, claim.attempt) == (lost.run_id, lost.attempt + 1)
    run = await read_run(storage.transactions, lost.run_id)
    assert (run.status, run.model) == (RunStatus.RUNNING, executor.model)


async def test_a_lease_protects_until_it_runs_out(storage: Storage) -> None:
    owner, other = new_executor(), new_executor()
    await renew(storage, owner)
    run = await claimed_run(storage.transactions, owner)
    await storage.let_pass(LEASE - 5)
    assert not await claim_orphans(storage, other)
    await renew(storage, owner)
    await storage.let_pass(LEASE - 5)
    assert not await claim_orphans(storage, other)
    await storage.let_pass(10)
    assert [claim.run_id for claim in await claim_orphans(storage, other)] == [run.run_id]


async def test_who_may_not_judge_takes_only_what_was_let_go(storage: Storage) -> None:
    dead, gone = new_executor(), new_executor()
    await renew(storage, dead)
    await renew(storage, gone)
    await claimed_run(storage.transactions, dead)
    released = await claimed_run(storage.transactions, gone)
    await release(storage, gone)
    await storage.let_pass(LEASE + 5)
    assert [claim.run_id for claim in await claim_orphans(storage, new_executor(), judge=False)] == [released.run_id]


async def test_a_released_lease_leaves_its_runs_to_anybody_at_once(storage: Storage) -> None:
    owner = new_executor()
    await renew(storage, owner)
    run = await claimed_run(storage.transactions, owner)
    await release(storage, owner)
    assert [claim.run_id for claim in await claim_orphans(storage, new_executor())] == [run.run_id]


async def test_what_it_owns_without_holding_it_an_executor_takes_back_after_a_while(storage: Storage) -> None:
    owner = new_executor()
    await renew(storage, owner)
    held, forgotten = await claimed_run(storage.transactions, owner), await claimed_run(storage.transactions, owner)
    assert not await claim_orphans(storage, owner, [held.run_id])  # it may be about to start
    await storage.let_pass(6)
    assert [claim.run_id for claim in await claim_orphans(storage, owner, [held.run_id])] == [forgotten.run_id]


async def test_the_oldest_orphans_come_first_up_to_the_limit(storage: Storage) -> None:
    lost = [(await claimed_run(storage.transactions)).run_id for _ in range(12)]
    executor = new_executor()
    await renew(storage, executor)
    claims = [*await claim_orphans(storage, executor, limit=7), *await claim_orphans(storage, executor, limit=7)]
    assert [claim.run_id for claim in claims] == lost


async def test_queued_and_finished_runs_are_nobody_s_orphans(storage: Storage) -> None:
    await queued_runs(storage, 1)
    await answer(storage.log, await claimed_run(storage.transactions))
    assert not await claim_orphans(storage, new_executor())


# -- still owned -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", ["fenced", "closed", "taken over", "removed"])
async def test_an_executor_learns_which_runs_it_still_owns(storage: Storage, loss: str) -> None:
    owner = new_executor()
    lost, kept = await claimed_run(storage.transactions, owner), await claimed_run(storage.transactions, owner)
    if loss == "fenced":
        await fence(storage.transactions, lost.run_id)
    elif loss == "closed":
        await answer(storage.log, lost)
    elif loss == "taken over":
        assert len(await claim_orphans(storage, new_executor(), limit=1)) == 1
    else:
        async with storage.transactions.begin() as work:
            await work.threads.delete(lost.thread_id)
            await work.commit()
    async with storage.transactions.begin() as work:
        assert await work.runs.still_owned(owner.executor_id, [lost, kept]) == {kept.run_id}
        assert await work.runs.still_owned(new_executor().executor_id, [kept]) == set()
        assert await work.runs.still_owned(owner.executor_id, []) == set()


async def test_a_new_attempt_of_the_same_owner_is_another_claim(storage: Storage) -> None:
    owner = new_executor()
    old = await claimed_run(storage.transactions, owner)
    await storage.let_pass(6)
    [new] = await claim_orphans(storage, owner)
    async with storage.transactions.begin() as work:
        assert await work.runs.still_owned(owner.executor_id, [old]) == set()
        assert await work.runs.still_owned(owner.executor_id, [new]) == {new.run_id}


async def test_a_queued_run_that_is_claimed_belongs_to_its_claimer(storage: Storage) -> None:
    await queued_runs(storage, 1)
    executor = new_executor()
    [claim] = await claim_queued(storage, executor)
    async with storage.transactions.begin() as work:
        assert await work.runs.still_owned(executor.executor_id, [claim]) == {claim.run_id}
    assert claim_of(await read_run(storage.transactions, claim.run_id)) == claim


# -- who asked, and what waits ---------------------------------------------------------------------------------------------------------


ORIGIN = Origin("request-1", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")


async def test_a_run_carries_the_request_that_asked_for_it_to_whoever_claims_it(storage: Storage) -> None:
    thread = await new_thread(storage.transactions)
    stored = await new_run(storage.transactions, thread.thread_id, origin=ORIGIN)
    assert stored.origin == ORIGIN
    owner = new_executor()
    [claim] = await claim_queued(storage, owner)
    assert claim.origin == ORIGIN
    [taken_over] = await claim_orphans(storage, new_executor())
    assert (taken_over.attempt, taken_over.origin) == (2, ORIGIN)
    assert (await read_run(storage.transactions, stored.run_id)).origin == ORIGIN
    assert (await fence(storage.transactions, stored.run_id)) == Claim(
        stored.run_id, stored.thread_id, stored.message_id, stored.answer_id, 3, ORIGIN
    )


@pytest.mark.parametrize("origin", [None, Origin("request-2", None)])
async def test_a_run_need_not_have_a_trace_or_a_request(storage: Storage, origin: Origin | None) -> None:
    thread = await new_thread(storage.transactions)
    run = await new_run(storage.transactions, thread.thread_id, new_executor(), origin=origin)
    assert (await read_run(storage.transactions, run.run_id)).origin == run.origin == origin


async def test_the_backlog_tells_what_could_start_from_what_waits_its_turn(storage: Storage) -> None:
    async def backlog() -> Backlog:
        async with storage.transactions.reading() as work:
            return await work.runs.backlog()

    assert await backlog() == Backlog(0, 0, 0.0, 0, 0)
    executor = new_executor()
    await renew(storage, executor)
    busy = await new_thread(storage.transactions)
    await new_run(storage.transactions, busy.thread_id, executor)
    await new_run(storage.transactions, busy.thread_id)
    await storage.let_pass(20)
    assert await backlog() == Backlog(0, 1, 0.0, 1, 1)
    free = await new_thread(storage.transactions)
    await new_run(storage.transactions, free.thread_id)
    await new_run(storage.transactions, free.thread_id)
    await storage.let_pass(40)  # longer than the lease
    found = await backlog()
    assert (found.claimable, found.behind, found.running, found.executors) == (1, 2, 1, 0)
    assert 40 <= found.oldest_seconds < 60
