"""Reading conversations: a thread, a user's threads, a thread's messages with its unfinished run."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.application.chat.transcripts import read_transcript
from app.application.ports import Transactions, UnitOfWork
from app.domain.chat.entities import Message, Run, Thread
from app.domain.chat.errors import NotFound
from app.domain.chat.repositories.threads import ThreadCursor
from app.domain.chat.transcript import Transcript


class ReadThread:
    """The thread by itself: what was said in it comes with `ReadMessages`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def execute(self, thread_id: UUID) -> Thread:
        """The thread. Raises `NotFound`."""
        async with self._transactions.reading() as work:
            return await found_thread(work, thread_id)


@dataclass(frozen=True, slots=True)
class ListThreadsRequest:
    """`before` is where the page before ended; `query` is looked for in titles and messages, see `ThreadRepository.page`."""

    user_id: int
    limit: int
    before: ThreadCursor | None = None
    query: str | None = None


@dataclass(frozen=True, slots=True)
class ThreadList:
    """A page of a user's threads, and which of them are being answered or wait for it."""

    threads: Sequence[Thread]
    answering: Collection[UUID]


class ListThreads:
    """Whether somebody may see this user's list is asked before, see `CheckAccess`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def execute(self, request: ListThreadsRequest) -> ThreadList:
        """A page of the user's threads, the one used last first. Raises `NotFound` for an unknown user."""
        async with self._transactions.reading() as work:
            if await work.users.get(request.user_id) is None:
                raise NotFound("user", request.user_id)
            threads = await work.threads.page(request.user_id, request.limit, request.before, request.query)
            return ThreadList(threads, await work.runs.answering([thread.thread_id for thread in threads]))


@dataclass(frozen=True, slots=True)
class ActiveRun:
    """The thread's oldest unfinished run, and what its committed events amount to."""

    run: Run
    transcript: Transcript


@dataclass(frozen=True, slots=True)
class History:
    """A page of messages, newest first, and where the thread's runs stand, all seen at one moment.

    `waiting` are the unfinished runs behind the active one, in the order in which they will be answered. `latest_run` is the run stored last; following
    the thread after its `last_seq` misses nothing of what came later.
    """

    messages: Sequence[Message]
    active: ActiveRun | None
    waiting: Sequence[Run]
    latest_run: Run | None


class ReadMessages:
    """What a page loads before it follows the thread: between the two nothing is missed."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def execute(self, thread_id: UUID, limit: int, before: int | None) -> History:
        """A page of messages with an ordinal below `before`. Raises `NotFound`."""
        async with self._transactions.snapshot() as work:
            await found_thread(work, thread_id)
            messages = await work.messages.page(thread_id, limit, before)
            unfinished = await work.runs.unfinished(thread_id)
            active = ActiveRun(unfinished[0], await read_transcript(work, unfinished[0].run_id)) if unfinished else None
            return History(messages, active, unfinished[1:], await work.runs.latest_in_thread(thread_id))


async def found_thread(work: UnitOfWork, thread_id: UUID) -> Thread:
    """The thread, or `NotFound`."""
    thread = await work.threads.get(thread_id)
    if thread is None:
        raise NotFound("thread", thread_id)
    return thread
