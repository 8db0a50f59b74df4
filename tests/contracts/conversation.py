"""Users, threads, runs and answers to begin a test with, each in a transaction of its own."""

import json
from collections.abc import Sequence
from uuid import UUID

from uuid_utils.compat import uuid7

from app.application.ports import EventLog, Transactions
from app.domain.chat.ending import Ending
from app.domain.chat.entities import Assistant, Claim, Executor, IdempotencyKey, Message, NewMessage, NewRun, Origin, Run, Source, Thread
from app.domain.chat.events import EventType, StoredEvent, Token

SOURCE = Source(n=1, cv_id="ada", candidate="Ada Example", page=2, section="Skills", snippet="I write Go. ¡Olé!", score=0.5, url="/cv")


def new_executor(model: str = "fake-1") -> Executor:
    """A process that runs models."""
    return Executor(uuid7(), "fake", model)


async def new_thread(
    transactions: Transactions, user_id: int | None = None, title: str | None = None, assistant: Assistant = Assistant.CVS
) -> Thread:
    """A thread, of a new user if none is given."""
    async with transactions.begin() as work:
        if user_id is None:
            user_id = (await work.users.add("Ada")).user_id
        thread = await work.threads.add(uuid7(), user_id, assistant, title)
        await work.commit()
    assert thread is not None
    return thread


async def new_run(
    transactions: Transactions,
    thread_id: UUID,
    owner: Executor | None = None,
    *,
    content: str = "Who writes Go?",
    parent_id: UUID | None = None,
    idempotency: IdempotencyKey | None = None,
    origin: Origin | None = None,
) -> Run:
    """A user message and the run that will answer it."""
    message = NewMessage(uuid7(), thread_id, content, parent_id)
    async with transactions.begin() as work:
        run = await work.runs.add(NewRun(uuid7(), thread_id, message.message_id, uuid7(), owner, idempotency, origin=origin), message)
        await work.commit()
    return run


async def claimed_run(transactions: Transactions, owner: Executor | None = None) -> Claim:
    """A running run in a thread of its own."""
    thread = await new_thread(transactions)
    return claim_of(await new_run(transactions, thread.thread_id, owner or new_executor()))


def claim_of(run: Run) -> Claim:
    """The claim of whoever the run was stored for."""
    return Claim(run.run_id, run.thread_id, run.message_id, run.answer_id, run.attempt, run.origin)


async def fence(transactions: Transactions, run_id: UUID) -> Claim | None:
    """Take a run from whoever has it."""
    async with transactions.begin() as work:
        claim = await work.runs.fence(run_id)
        await work.commit()
    return claim


async def answer(log: EventLog, claim: Claim, text: str = "Ada.", ending: Ending | None = None) -> None:
    """Write an answer and close the run."""
    await log.open(claim, 0)
    await log.append(claim, Token(text))
    await log.close(claim, ending or Ending.done(text))


async def read_run(transactions: Transactions, run_id: UUID) -> Run:
    """The run as it is now."""
    async with transactions.begin() as work:
        run = await work.runs.get(run_id)
    assert run is not None
    return run


async def read_message(transactions: Transactions, message_id: UUID) -> Message | None:
    """The message, if it is there."""
    async with transactions.begin() as work:
        return await work.messages.get(message_id)


async def read_events(transactions: Transactions, run_id: UUID, after: int = 0) -> Sequence[StoredEvent]:
    """The run's log."""
    async with transactions.begin() as work:
        return await work.run_events.read(run_id, after, 10_000)


def types(events: Sequence[StoredEvent]) -> list[EventType]:
    """What happened, without the words."""
    return [event.type for event in events]


def tokens(events: Sequence[StoredEvent]) -> list[str]:
    """The words."""
    return [json.loads(event.data)["text"] for event in events if event.type is EventType.TOKEN]


def assert_gap_free(events: Sequence[StoredEvent], after: int = 0) -> None:
    """Numbers count up by one."""
    assert [event.seq for event in events] == list(range(after + 1, after + 1 + len(events)))
