"""`MessageRepository`."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from app.application.ports import UnitOfWork
from app.domain.chat.ending import Ending
from app.domain.chat.entities import Assistant, Failure, Message, MessageStatus, Role
from tests.contracts.conversation import SOURCE, answer, claim_of, new_executor, new_run, new_thread, read_message
from tests.contracts.storage import Storage


async def test_a_question_is_read_as_it_was_stored(storage: Storage) -> None:
    thread = await new_thread(storage.transactions)
    parent = uuid4()
    run = await new_run(storage.transactions, thread.thread_id, content="¿Qué? 😀\n", parent_id=parent)
    message = await read_message(storage.transactions, run.message_id)
    assert message is not None
    assert (message.thread_id, message.role, message.status) == (thread.thread_id, Role.USER, MessageStatus.DONE)
    assert (message.content, message.parent_id, message.run_id) == ("¿Qué? 😀\n", parent, None)
    assert (message.sources, message.error) == ((), None)
    assert await read_message(storage.transactions, uuid4()) is None


async def test_an_answer_carries_its_sources_its_error_and_its_run(storage: Storage) -> None:
    thread = await new_thread(storage.transactions)
    run = await new_run(storage.transactions, thread.thread_id, new_executor())
    failure = Failure("provider_timeout", "Too slow.", retryable=True)
    await answer(storage.log, claim_of(run), ending=Ending.failed(failure, "so far", (SOURCE,)))
    message = await read_message(storage.transactions, run.answer_id)
    assert message is not None
    assert (message.role, message.status, message.content) == (Role.ASSISTANT, MessageStatus.FAILED, "so far")
    assert (message.sources, message.error) == ((SOURCE,), failure)
    assert (message.parent_id, message.run_id) == (run.message_id, run.run_id)


async def test_pages_come_from_the_newest_in_the_order_of_storing(storage: Storage) -> None:
    thread, other = await new_thread(storage.transactions), await new_thread(storage.transactions)
    stored = [(await new_run(storage.transactions, thread.thread_id)).message_id for _ in range(5)]
    await new_run(storage.transactions, other.thread_id)
    async with storage.transactions.begin() as work:
        first = await work.messages.page(thread.thread_id, 2, None)
        second = await work.messages.page(thread.thread_id, 10, first[-1].ordinal)
        latest = await work.messages.latest(thread.thread_id)
        assert await work.messages.latest(uuid4()) is None
        assert await work.messages.page(uuid4(), 2, None) == []
    assert [message.message_id for message in (*first, *second)] == stored[::-1]
    assert latest == first[0]


async def test_a_branch_is_the_line_of_ancestors_oldest_first(storage: Storage) -> None:
    thread = await new_thread(storage.transactions)
    line: list[UUID] = []
    for _ in range(3):
        run = await new_run(storage.transactions, thread.thread_id, new_executor(), parent_id=line[-1] if line else None)
        await answer(storage.log, claim_of(run))
        line += [run.message_id, run.answer_id]
    aside = await new_run(storage.transactions, thread.thread_id, parent_id=line[1])
    async with storage.transactions.begin() as work:
        whole = await _line(work, line[-1], 100)
        near = await _line(work, line[-1], 3)
        sibling = await _line(work, aside.message_id, 100)
        assert await work.messages.branch(uuid4(), 10) is None
    assert [message.message_id for message in whole] == line
    assert [message.message_id for message in near] == line[-3:]
    assert [message.message_id for message in sibling] == [*line[:2], aside.message_id]


async def test_a_branch_ends_at_an_answer_that_is_still_being_written(storage: Storage) -> None:
    thread = await new_thread(storage.transactions)
    running = await new_run(storage.transactions, thread.thread_id, new_executor())
    waiting = await new_run(storage.transactions, thread.thread_id, parent_id=running.answer_id)
    async with storage.transactions.begin() as work:
        before = await _line(work, waiting.message_id, 10)
    await answer(storage.log, claim_of(running))
    async with storage.transactions.begin() as work:
        after = await _line(work, waiting.message_id, 10)
    assert [message.message_id for message in before] == [waiting.message_id]
    assert [message.message_id for message in after] == [running.message_id, running.answer_id, waiting.message_id]


async def test_a_branch_knows_who_is_to_answer(storage: Storage) -> None:
    for assistant in Assistant:
        thread = await new_thread(storage.transactions, assistant=assistant)
        run = await new_run(storage.transactions, thread.thread_id)
        async with storage.transactions.begin() as work:
            branch = await work.messages.branch(run.message_id, 10)
        assert branch is not None
        assert branch.assistant is assistant


async def _line(work: UnitOfWork, message_id: UUID, limit: int) -> Sequence[Message]:
    branch = await work.messages.branch(message_id, limit)
    assert branch is not None
    return branch.messages
