"""Where a session's events begin, for every place that a client may name, and for none."""

from collections.abc import Sequence

import pytest
from uuid_utils.compat import uuid7

from app.application.chat.cancel_run import CancelInThread
from app.application.chat.follow_thread import ThreadPosition
from app.application.chat.open_session import NewSessionRequest, OpenSession, ResumeSessionRequest
from app.domain.chat.entities import Assistant, Claim, Run, RunStatus, Thread
from app.domain.chat.errors import InvalidCursor, NotFound
from tests.contracts.conversation import claim_of, new_executor, new_run, new_thread, read_run
from tests.unit.chat.world import END, ScriptedModel, World


async def _answered(world: World, thread: Thread) -> Run:
    claim: Claim = claim_of(await new_run(world.transactions, thread.thread_id, new_executor()))
    await world.executor(ScriptedModel("Yes", END)).execute(claim)
    return await read_run(world.transactions, claim.run_id)


async def _world(*, runs: int, active: bool = False) -> tuple[World, Thread, Sequence[Run], Run | None]:
    world = World()
    thread = await new_thread(world.transactions)
    done = [await _answered(world, thread) for _ in range(runs)]
    running = await new_run(world.transactions, thread.thread_id) if active else None
    return world, thread, done, running


async def test_a_new_session_has_a_user_of_its_own_or_the_one_that_was_named() -> None:
    world = World()
    sessions = OpenSession(world.transactions, uuid7)
    first, second = await sessions.begin(NewSessionRequest()), await sessions.begin(NewSessionRequest(assistant=Assistant.CVS))
    third = await sessions.begin(NewSessionRequest(first.thread.user_id))
    assert first.thread.user_id != second.thread.user_id
    assert third.thread.user_id == first.thread.user_id
    assert [opened.thread.assistant for opened in (first, second, third)] == [Assistant.RESUME, Assistant.CVS, Assistant.RESUME]
    assert (first.resumed, first.active, first.position, first.first_ordinal) == (False, None, ThreadPosition(None, 0), 0)
    with pytest.raises(NotFound):
        await sessions.begin(NewSessionRequest(987))


async def test_without_a_place_events_begin_with_the_unfinished_run_or_the_next() -> None:
    world, thread, done, running = await _world(runs=2, active=True)
    assert running is not None
    session = await OpenSession(world.transactions, uuid7).resume(ResumeSessionRequest(thread.thread_id))
    assert session.active is not None
    assert (session.active.run_id, session.position) == (running.run_id, ThreadPosition(running.run_id, 0))
    assert session.first_ordinal == running.ordinal > done[-1].ordinal

    world, thread, done, _ = await _world(runs=2)
    session = await OpenSession(world.transactions, uuid7).resume(ResumeSessionRequest(thread.thread_id))
    assert session.position == ThreadPosition(done[-1].run_id, done[-1].last_seq)
    assert session.first_ordinal == done[-1].ordinal + 1, "nothing is told of what had ended"

    world, thread, _, _ = await _world(runs=0)
    session = await OpenSession(world.transactions, uuid7).resume(ResumeSessionRequest(thread.thread_id))
    assert (session.position, session.first_ordinal) == (ThreadPosition(None, 0), 0)


async def test_a_number_is_a_place_in_the_answer_that_is_written_or_was_written_last() -> None:
    world, thread, done, _ = await _world(runs=2)
    sessions = OpenSession(world.transactions, uuid7)
    for after in (0, 1, done[-1].last_seq):
        session = await sessions.resume(ResumeSessionRequest(thread.thread_id, after))
        assert (session.position, session.first_ordinal) == (ThreadPosition(done[-1].run_id, after), done[-1].ordinal)
    running = await new_run(world.transactions, thread.thread_id)
    assert (await sessions.resume(ResumeSessionRequest(thread.thread_id, 0))).position == ThreadPosition(running.run_id, 0)
    with pytest.raises(InvalidCursor):
        await sessions.resume(ResumeSessionRequest(thread.thread_id, 1))


async def test_an_exact_place_is_taken_if_it_can_have_been_seen_there() -> None:
    world, thread, done, _ = await _world(runs=2)
    sessions = OpenSession(world.transactions, uuid7)
    place = ThreadPosition(done[0].run_id, 2)
    session = await sessions.resume(ResumeSessionRequest(thread.thread_id, place))
    assert (session.position, session.first_ordinal) == (place, done[0].ordinal)
    other = await new_run(world.transactions, (await new_thread(world.transactions)).thread_id)
    for wrong in (ThreadPosition(done[0].run_id, 99), ThreadPosition(uuid7(), 1), ThreadPosition(other.run_id, 0)):
        with pytest.raises(InvalidCursor):
            await sessions.resume(ResumeSessionRequest(thread.thread_id, wrong))


async def test_cancelling_in_a_thread_reaches_its_own_runs_only() -> None:
    world, thread, done, running = await _world(runs=1, active=True)
    assert running is not None
    cancel = CancelInThread(world.transactions)
    elsewhere = await new_run(world.transactions, (await new_thread(world.transactions)).thread_id)
    with pytest.raises(NotFound):
        await cancel.execute(thread.thread_id, elsewhere.run_id)
    assert (await read_run(world.transactions, elsewhere.run_id)).status is RunStatus.QUEUED
    assert await cancel.execute(thread.thread_id, done[0].run_id) is None
    stopped = await cancel.execute(thread.thread_id, None)
    assert stopped is not None
    assert stopped.run_id == running.run_id
    assert (await read_run(world.transactions, running.run_id)).status is RunStatus.CANCELLED
    assert await cancel.execute(thread.thread_id, None) is None
