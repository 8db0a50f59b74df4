"""`RunSupervisor` on memory: whom it claims, what it keeps, what it lets go. Its clock is the test's; renewals come every few milliseconds."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import pytest

from app.application.chat.cancel_run import CancelRun
from app.application.chat.run_executor import RunExecutor
from app.application.chat.run_supervisor import Pace, RunSupervisor
from app.application.ports import LanguageModel
from app.domain.chat.entities import Claim, Executor, RunStatus
from app.infrastructure.memory.nudges import Nudges
from tests.contracts.conversation import claim_of, new_executor, new_run, new_thread, read_run
from tests.unit.chat.world import END, Breakable, ScriptedModel, World, until

LEASE = 0.03
"""Seconds by the wall between three renewals; by the supervisor's own clock no time passes unless a test says so."""

NEVER = 3600.0


@dataclass
class Process:
    """A supervisor that runs, its name, and its way to the database."""

    supervisor: RunSupervisor
    executor: Executor
    control: Breakable
    task: asyncio.Task[None]


@asynccontextmanager
async def supervising(
    world: World,
    model: LanguageModel,
    slots: int = 10,
    *,
    nudged: bool = True,
    poll: float = NEVER,
    run_executor: RunExecutor | None = None,
) -> AsyncGenerator[Process, None]:
    """A process's supervisor, with its first lease; leaving hands over what still runs."""
    executor, control = new_executor(), Breakable(world.database)
    supervisor = RunSupervisor(
        executor, run_executor or world.executor(model), control, Pace(slots, LEASE, lambda: poll), "host", world.clock
    )
    if nudged:
        world.database.nudges = Nudges(events=world.hub.heard, queue=supervisor.wake, fence=supervisor.fenced)
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(supervisor.run())
        await until(lambda: executor.executor_id in world.database.committed.leases)
        await until(lambda: slots == 0 or can_reserve(supervisor))
        yield Process(supervisor, executor, control, task)
        control.away = False
        control.gate.set()
        await supervisor.drain(0)


def can_reserve(supervisor: RunSupervisor) -> bool:
    reservation = supervisor.reserve()
    if reservation is not None:
        reservation.release()
    return reservation is not None


async def started(world: World, process: Process) -> Claim:
    """A run stored by this process and started in a slot of its own."""
    thread = await new_thread(world.transactions)
    reservation = process.supervisor.reserve()
    assert reservation is not None
    claim = claim_of(await new_run(world.transactions, thread.thread_id, reservation.executor))
    reservation.start(claim)
    return claim


async def status(world: World, run_id: UUID) -> RunStatus:
    return (await read_run(world.transactions, run_id)).status


# -- slots and claims ------------------------------------------------------------------------------------------------------------------


async def test_a_queued_run_is_claimed_when_a_nudge_comes() -> None:
    world = World()
    async with supervising(world, ScriptedModel("Ada.", END)):
        run = await world.queued()
        assert (await world.ended(run.run_id)).status is RunStatus.DONE


async def test_a_queued_run_whose_nudge_was_lost_is_found_by_the_poll() -> None:
    world = World()
    async with supervising(world, ScriptedModel("Ada.", END), nudged=False, poll=0.001):
        run = await world.queued()
        assert (await world.ended(run.run_id)).status is RunStatus.DONE


async def test_what_waited_before_the_start_is_claimed_with_the_first_lease() -> None:
    world = World()
    run = await world.queued()
    async with supervising(world, ScriptedModel("Ada.", END)):
        assert (await world.ended(run.run_id)).status is RunStatus.DONE


async def test_there_are_never_more_runs_than_slots_and_the_next_starts_when_one_is_free() -> None:
    world, go_on = World(), asyncio.Event()
    async with supervising(world, ScriptedModel(go_on, "Ada.", END), slots=2) as process:
        runs = [await world.queued() for _ in range(5)]
        await until(lambda: process.supervisor.busy == 2)
        assert [await status(world, run.run_id) for run in runs].count(RunStatus.RUNNING) == 2
        assert process.supervisor.reserve() is None
        go_on.set()
        for run in runs:
            assert (await world.ended(run.run_id)).status is RunStatus.DONE
        await until(lambda: process.supervisor.busy == 0)


async def test_a_reserved_slot_is_held_until_it_is_released() -> None:
    world = World()
    async with supervising(world, ScriptedModel("Ada.", END), slots=1) as process:
        reservation = process.supervisor.reserve()
        assert reservation is not None
        assert reservation.executor == process.executor
        assert process.supervisor.reserve() is None
        run = await world.queued()
        reservation.release()
        reservation.release()
        assert process.supervisor.busy <= 1
        assert (await world.ended(run.run_id)).status is RunStatus.DONE


async def test_a_reserved_slot_that_is_used_is_not_counted_twice() -> None:
    world = World()
    async with supervising(world, ScriptedModel("Ada.", END), slots=1) as process:
        claim = await started(world, process)
        assert process.supervisor.busy == 1
        assert (await world.ended(claim.run_id)).status is RunStatus.DONE
        await until(lambda: can_reserve(process.supervisor))


async def test_without_slots_nothing_is_claimed() -> None:
    world = World()
    async with supervising(world, ScriptedModel("Ada.", END), slots=0, poll=0.001) as process:
        run = await world.queued()
        renewed = world.database.committed.leases[process.executor.executor_id]
        await until(lambda: world.database.committed.leases[process.executor.executor_id] > renewed)
        assert await status(world, run.run_id) is RunStatus.QUEUED


async def test_nothing_is_reserved_before_there_is_a_lease() -> None:
    world = World()
    supervisor = RunSupervisor(
        new_executor(), world.executor(ScriptedModel("never")), world.transactions, Pace(1, LEASE, lambda: NEVER), "host", world.clock
    )
    assert supervisor.reserve() is None


# -- losing a run, losing the lease ----------------------------------------------------------------------------------------------------


async def test_a_cancel_from_outside_stops_the_model_at_once() -> None:
    world, model = World(), ScriptedModel("Ada ", asyncio.Event())
    async with supervising(world, model) as process:
        claim = await started(world, process)
        await model.waits.wait()
        await CancelRun(world.transactions).execute(claim.run_id)
        await model.closed.wait()
        run, text = await world.answer(claim)
        assert (run.status, text) == (RunStatus.CANCELLED, "Ada ")
        await until(lambda: process.supervisor.busy == 0)
        assert process.supervisor.counters.taken_away == 1


async def test_a_run_that_was_taken_away_silently_is_noticed_at_the_next_renewal() -> None:
    world, model = World(), ScriptedModel("Ada ", asyncio.Event())
    async with supervising(world, model, nudged=False) as process:
        claim = await started(world, process)
        await model.waits.wait()
        await CancelRun(world.transactions).execute(claim.run_id)
        await model.closed.wait()
        await until(lambda: process.supervisor.busy == 0)
        assert (await world.answer(claim))[0].status is RunStatus.CANCELLED


async def test_a_run_that_is_fenced_before_its_first_step_gives_its_slot_back() -> None:
    world, model = World(), ScriptedModel("never")
    async with supervising(world, model, slots=1) as process:
        claim = await started(world, process)
        process.supervisor.fenced(claim.run_id)
        await until(lambda: process.supervisor.busy == 0)


async def test_a_lease_that_is_not_renewed_stops_claiming_until_it_is() -> None:
    world = World()
    async with supervising(world, ScriptedModel("Ada.", END), poll=0.001) as process:
        process.control.away = True
        world.clock.now += LEASE
        assert process.supervisor.reserve() is None
        run = await world.queued()
        process.supervisor.wake()
        process.control.asked.clear()
        await process.control.asked.wait()
        assert await status(world, run.run_id) is RunStatus.QUEUED
        process.control.away = False
        assert (await world.ended(run.run_id)).status is RunStatus.DONE


async def test_a_lease_counts_from_the_beginning_of_its_renewal() -> None:
    world = World()
    async with supervising(world, ScriptedModel("never")) as process:
        renewed = world.database.committed.leases[process.executor.executor_id]
        await until(lambda: world.database.committed.leases[process.executor.executor_id] > renewed)
        process.control.gate.clear()
        process.control.asked.clear()
        await process.control.asked.wait()
        world.clock.now += LEASE  # it takes as long as the lease lasts
        process.control.asked.clear()
        process.control.gate.set()
        process.control.gate.clear()  # only this one gets through
        await process.control.asked.wait()
        assert not can_reserve(process.supervisor)
        process.control.gate.set()
        await until(lambda: can_reserve(process.supervisor))


async def test_orphans_are_taken_over_once_the_lease_was_held_long_enough_to_judge() -> None:
    world = World()
    dead = new_executor()
    async with world.transactions.begin() as work:
        await work.leases.renew(dead.executor_id, -1, "dead")  # it has run out
        await work.commit()
    orphan = await world.run(dead)
    async with supervising(world, ScriptedModel("Ada.", END), poll=0.001) as process:
        renewed = world.database.committed.leases[process.executor.executor_id]
        await until(lambda: world.database.committed.leases[process.executor.executor_id] > renewed)
        assert (await read_run(world.transactions, orphan.run_id)).attempt == 1
        await pass_time(world, LEASE * 2)
        run = await world.ended(orphan.run_id)
        assert (run.status, run.attempt) == (RunStatus.DONE, 2)
        assert process.supervisor.counters.taken_over == 1


async def pass_time(world: World, seconds: float) -> None:
    """Let the supervisor's time pass slowly enough for its renewals to come in between."""
    end = world.clock.now + seconds
    while world.clock.now < end:
        world.clock.now += LEASE / 10
        await asyncio.sleep(LEASE / 10)


# -- trouble ---------------------------------------------------------------------------------------------------------------------------


class Stumbling(RunExecutor):
    """Cannot execute the first run it gets."""

    stumbles = 1

    async def execute(self, claim: Claim) -> None:
        if self.stumbles:
            self.stumbles -= 1
            raise RuntimeError("not even an ending could be written")
        await super().execute(claim)


async def test_a_run_that_cannot_be_executed_harms_no_other(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    stumbling = Stumbling(world.transactions, world.log, world.context, ScriptedModel("Ada.", END), world.limits, world.clock)
    async with supervising(world, ScriptedModel(), run_executor=stumbling) as process:
        first = await started(world, process)
        await until(lambda: process.supervisor.busy == 0)
        second = await started(world, process)
        assert (await world.ended(second.run_id)).status is RunStatus.DONE
        assert await status(world, first.run_id) is RunStatus.RUNNING  # an orphan: the next look finds it
        assert not process.task.done()
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == ["A run could not be executed"]


async def test_a_database_that_is_away_for_a_while_ends_nothing() -> None:
    world, go_on = World(), asyncio.Event()
    model = ScriptedModel(go_on, "Ada.", END)
    async with supervising(world, model, poll=0.001) as process:
        claim = await started(world, process)
        await model.waits.wait()
        process.control.away = True
        for _ in range(5):
            process.control.asked.clear()
            await process.control.asked.wait()
        process.control.away = False
        go_on.set()
        assert (await world.ended(claim.run_id)).status is RunStatus.DONE


# -- drain -----------------------------------------------------------------------------------------------------------------------------


async def test_drain_lets_runs_finish_within_the_grace_and_claims_nothing_more() -> None:
    world, go_on = World(), asyncio.Event()
    async with supervising(world, ScriptedModel("Ada.", go_on, END)) as process:
        claim = await started(world, process)
        draining = asyncio.ensure_future(process.supervisor.drain(60))
        await until(lambda: not can_reserve(process.supervisor))
        late = await world.queued()
        go_on.set()
        await draining
        await process.task
        assert (await world.answer(claim))[0].status is RunStatus.DONE
        assert await status(world, late.run_id) is RunStatus.QUEUED
        assert process.executor.executor_id not in world.database.committed.leases


async def test_what_does_not_finish_within_the_grace_goes_on_elsewhere_at_once() -> None:
    world, stuck = World(), ScriptedModel("Ada ", asyncio.Event())
    async with supervising(world, ScriptedModel("writes Go.", END)) as other, supervising(world, stuck, nudged=False) as process:
        claim = await started(world, process)
        await stuck.waits.wait()
        await process.supervisor.drain(0.001)
        await process.task
        assert stuck.closed.is_set()
        run = await world.ended(claim.run_id)
        assert (run.status, run.attempt) == (RunStatus.DONE, 2)
        assert other.supervisor.counters.taken_over == 1
        assert (await world.answer(claim))[1] == "Ada writes Go."


async def test_the_lease_is_released_after_runs_and_renewals_were_stopped() -> None:
    world, stuck = World(), ScriptedModel("Ada ", asyncio.Event())
    async with supervising(world, stuck) as process, asyncio.TaskGroup() as tasks:
        await started(world, process)
        await stuck.waits.wait()
        process.control.gate.clear()
        tasks.create_task(process.supervisor.drain(0))
        async with asyncio.timeout(5):
            await stuck.closed.wait()
        await until(lambda: not {"keep the lease", "claim runs"} & {task.get_name() for task in asyncio.all_tasks()})
        assert process.executor.executor_id in world.database.committed.leases
        process.control.gate.set()
    assert process.executor.executor_id not in world.database.committed.leases


async def test_a_run_that_is_stored_while_the_drain_ends_is_left_to_others() -> None:
    world = World()
    async with supervising(world, ScriptedModel(asyncio.Event()), nudged=False) as process:
        thread = await new_thread(world.transactions)
        reservation = process.supervisor.reserve()
        assert reservation is not None
        run = await new_run(world.transactions, thread.thread_id, reservation.executor)
        await process.supervisor.drain(0)
        reservation.start(claim_of(run))
        await process.task
        assert len(await orphans(world)) == 1


async def test_a_run_that_is_claimed_while_the_drain_ends_is_left_to_others() -> None:
    world = World()
    async with supervising(world, ScriptedModel(asyncio.Event()), nudged=False) as process:
        run = await world.queued()
        process.control.gate.clear()
        process.control.asked.clear()
        process.supervisor.wake()
        await process.control.asked.wait()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(process.supervisor.drain(0))
            await asyncio.sleep(0)
            process.control.gate.set()
        await process.task
        assert await status(world, run.run_id) is RunStatus.QUEUED or len(await orphans(world)) == 1


async def orphans(world: World) -> list[Claim]:
    async with world.transactions.begin() as work:
        return list(await work.runs.claim_orphans(new_executor(), 10, [], judge=True))
