"""`PostMessageCreateRun` and `RegenerateRun` on memory: what is stored, what starts, what is refused."""

from uuid import UUID, uuid4

import pytest
from uuid_utils.compat import uuid7

from app.application.chat.post_message_create_run import (
    TITLE_LENGTH,
    Posted,
    PostMessageCreateRun,
    PostMessageRequest,
    RegenerateRequest,
    RegenerateRun,
)
from app.application.ports import Reservation
from app.domain.chat.entities import Claim, Executor, MessageStatus, OnBusy, Run, RunStatus
from app.domain.chat.errors import ChatError, IdempotencyMismatch, InvalidInput, NotFound, QueueFull, ThreadBusy
from tests.contracts.conversation import answer, claim_of, new_executor, new_thread, read_message, read_run
from tests.unit.chat.world import World


class Slots:
    """A `RunStarter` with so many slots; remembers what was started and what is still held."""

    def __init__(self, free: int) -> None:
        self.executor = new_executor()
        self.free = free
        self.started: list[Claim] = []

    def reserve(self) -> Reservation | None:
        if not self.free:
            return None
        self.free -= 1
        return Slot(self)


class Slot:
    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self._open = True

    @property
    def executor(self) -> Executor:
        return self._slots.executor

    def start(self, claim: Claim) -> None:
        assert self._open
        self._open = False
        self._slots.started.append(claim)

    def release(self) -> None:
        if self._open:
            self._open = False
            self._slots.free += 1


class Posting:
    """A thread on memory, and somebody who posts into it."""

    def __init__(self, world: World, thread_id: UUID, slots: Slots) -> None:
        self.world = world
        self.thread_id = thread_id
        self.slots = slots
        self._post = PostMessageCreateRun(world.transactions, slots, uuid7, queue_limit=2)
        self._regenerate = RegenerateRun(world.transactions, slots, uuid7, queue_limit=2)

    async def post(self, content: str = "Who?", on_busy: OnBusy = OnBusy.REJECT, key: str | None = None) -> Posted:
        return await self._post.execute(PostMessageRequest(self.thread_id, content, on_busy, idempotency_key=key))

    async def reply(self, parent: UUID | None, on_busy: OnBusy = OnBusy.REJECT) -> Posted:
        return await self._post.execute(PostMessageRequest(self.thread_id, "And?", on_busy, parent))

    async def regenerate(self, run_id: UUID, key: str | None = None) -> Posted:
        return await self._regenerate.execute(RegenerateRequest(run_id, idempotency_key=key))

    async def finish(self, run: Run) -> None:
        await answer(self.world.log, claim_of(run))

    async def parent(self, run: Run) -> UUID | None:
        message = await read_message(self.world.transactions, run.message_id)
        assert message is not None
        return message.parent_id

    async def title(self) -> str | None:
        async with self.world.transactions.reading() as work:
            thread = await work.threads.get(self.thread_id)
        assert thread is not None
        return thread.title

    async def count(self) -> int:
        async with self.world.transactions.reading() as work:
            return len(await work.messages.page(self.thread_id, 100, None))


async def posting(free: int = 10) -> Posting:
    world = World()
    thread = await new_thread(world.transactions)
    return Posting(world, thread.thread_id, Slots(free))


# -- starting --------------------------------------------------------------------------------------------------------------------------


async def test_with_a_free_slot_the_run_is_stored_as_claimed_and_starts_after_the_commit() -> None:
    thread = await posting()
    posted = await thread.post()
    run = await read_run(thread.world.transactions, posted.run.run_id)
    assert (run.status, run.attempt, posted.replayed) == (RunStatus.RUNNING, 1, False)
    assert thread.slots.started == [claim_of(run)]


async def test_without_a_free_slot_the_run_waits_for_any_executor() -> None:
    thread = await posting(free=0)
    posted = await thread.post()
    assert (posted.run.status, thread.slots.started) == (RunStatus.QUEUED, [])


async def test_a_thread_without_a_title_gets_its_first_message_s() -> None:
    thread = await posting()
    await thread.post(f"  Who\n writes {'Go ' * 40}?")
    title = await thread.title()
    assert title is not None
    assert title.startswith("Who writes Go Go")
    assert title.endswith("…")
    assert len(title) <= TITLE_LENGTH
    await thread.post("Another", OnBusy.ENQUEUE)
    assert await thread.title() == title


# -- a busy thread ---------------------------------------------------------------------------------------------------------------------


async def test_a_busy_thread_refuses_by_default_and_names_the_run() -> None:
    thread = await posting()
    first = await thread.post()
    with pytest.raises(ThreadBusy) as refusal:
        await thread.post()
    assert refusal.value.run_id == first.run.run_id
    assert (thread.slots.free, await thread.count()) == (9, 1)


async def test_enqueue_waits_behind_what_is_there_up_to_the_limit() -> None:
    thread = await posting()
    first = await thread.post()
    second, third = await thread.post(on_busy=OnBusy.ENQUEUE), await thread.post(on_busy=OnBusy.ENQUEUE)
    assert (second.run.status, third.run.status) == (RunStatus.QUEUED, RunStatus.QUEUED)
    with pytest.raises(QueueFull):
        await thread.post(on_busy=OnBusy.ENQUEUE)
    assert [claim.run_id for claim in thread.slots.started] == [first.run.run_id]
    assert thread.slots.free == 9
    assert [await thread.parent(posted.run) for posted in (first, second, third)] == [None, first.run.answer_id, second.run.answer_id]


async def test_interrupt_cancels_everything_and_starts() -> None:
    thread = await posting()
    first = await thread.post()
    second = await thread.post(on_busy=OnBusy.ENQUEUE)
    third = await thread.post(on_busy=OnBusy.INTERRUPT)
    assert third.run.status is RunStatus.RUNNING
    for posted in (first, second):
        assert (await read_run(thread.world.transactions, posted.run.run_id)).status is RunStatus.CANCELLED
        message = await read_message(thread.world.transactions, posted.run.answer_id)
        assert message is not None
        assert message.status is MessageStatus.CANCELLED
    assert await thread.parent(third.run) == second.run.answer_id


@pytest.mark.parametrize("on_busy", list(OnBusy))
async def test_an_idle_thread_takes_a_message_whatever_the_policy(on_busy: OnBusy) -> None:
    thread = await posting()
    assert (await thread.post(on_busy=on_busy)).run.status is RunStatus.RUNNING


# -- idempotency -----------------------------------------------------------------------------------------------------------------------


async def test_the_same_key_and_body_give_the_same_run_again_busy_or_not() -> None:
    thread = await posting()
    first = await thread.post(key="k")
    again = await thread.post(key="k")
    await thread.finish(first.run)
    later = await thread.post(key="k")
    assert [posted.run.run_id for posted in (again, later)] == [first.run.run_id] * 2
    assert (first.replayed, again.replayed, later.replayed) == (False, True, True)
    assert (thread.slots.free, len(thread.slots.started), await thread.count()) == (9, 1, 2)


@pytest.mark.parametrize(("content", "on_busy"), [("Other?", OnBusy.REJECT), ("Who?", OnBusy.ENQUEUE)])
async def test_the_same_key_with_another_body_is_refused(content: str, on_busy: OnBusy) -> None:
    thread = await posting()
    await thread.post(key="k")
    with pytest.raises(IdempotencyMismatch):
        await thread.post(content, on_busy, key="k")


async def test_a_key_counts_within_its_thread_and_a_refused_post_uses_none_up() -> None:
    thread = await posting()
    first = await thread.post()
    with pytest.raises(ThreadBusy):
        await thread.post(key="k")
    await thread.finish(first.run)
    assert not (await thread.post(key="k")).replayed
    other = Posting(thread.world, (await new_thread(thread.world.transactions)).thread_id, thread.slots)
    assert not (await other.post(key="k")).replayed


# -- parents ---------------------------------------------------------------------------------------------------------------------------


async def test_a_message_follows_the_latest_unless_it_says_otherwise() -> None:
    thread = await posting()
    first = await thread.post()
    await thread.finish(first.run)
    second = await thread.post()
    await thread.finish(second.run)
    assert await thread.parent(second.run) == first.run.answer_id
    aside = await thread.reply(first.run.answer_id)
    assert await thread.parent(aside.run) == first.run.answer_id
    await thread.finish(aside.run)
    assert await thread.parent((await thread.reply(None)).run) is None


async def test_a_message_may_follow_an_answer_that_is_still_being_written() -> None:
    thread = await posting()
    first = await thread.post()
    reply = await thread.reply(first.run.answer_id, OnBusy.ENQUEUE)
    assert await thread.parent(reply.run) == first.run.answer_id


async def test_a_parent_must_be_an_answer_of_this_thread() -> None:
    thread = await posting()
    first = await thread.post()
    await thread.finish(first.run)
    other = Posting(thread.world, (await new_thread(thread.world.transactions)).thread_id, thread.slots)
    for wrong in (uuid4(), first.run.message_id):
        with pytest.raises(InvalidInput) as refusal:
            await thread.reply(wrong)
        assert refusal.value.code == "invalid_parent"
    with pytest.raises(InvalidInput):
        await other.reply(first.run.answer_id)
    assert thread.slots.free == 9


# -- regenerating, and what is not there -----------------------------------------------------------------------------------------------


async def test_regenerating_answers_the_same_message_again() -> None:
    thread = await posting()
    first = await thread.post()
    with pytest.raises(ThreadBusy):
        await thread.regenerate(first.run.run_id)
    await thread.finish(first.run)
    second = await thread.regenerate(first.run.run_id, key="k")
    assert (await thread.regenerate(first.run.run_id, key="k")).run.run_id == second.run.run_id
    await thread.finish(second.run)
    assert second.run.message_id == first.run.message_id
    assert await thread.count() == 3
    answers = [await read_message(thread.world.transactions, run.answer_id) for run in (first.run, second.run)]
    assert [message.parent_id for message in answers if message] == [first.run.message_id] * 2


async def test_what_is_not_there_is_named() -> None:
    thread = await posting()
    missing = Posting(thread.world, uuid4(), thread.slots)
    with pytest.raises(NotFound) as no_thread:
        await missing.post()
    with pytest.raises(NotFound) as no_run:
        await missing.regenerate(uuid4())
    assert (no_thread.value.code, no_run.value.code) == ("thread_not_found", "run_not_found")
    assert thread.slots.free == 10


async def test_a_slot_is_given_back_when_the_database_is_away() -> None:
    thread = await posting()
    thread.world.transactions.away = True
    with pytest.raises(ChatError):
        await thread.post()
    assert thread.slots.free == 10
