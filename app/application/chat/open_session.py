"""Opening a conversation over one lasting connection: `/ws`. A session is a thread; this finds it or makes it, and says where its events begin.

The connection then follows the thread (`FollowThread`) from `Session.position`, and posts into it. What was announced can be resumed: a new session is
stored before anybody hears of it.
"""

from dataclasses import dataclass
from uuid import UUID

from app.application.chat.follow_thread import ThreadPosition
from app.application.chat.read_thread import found_thread
from app.application.ports import NewId, Transactions, UnitOfWork
from app.domain.chat.entities import Assistant, Run, Thread
from app.domain.chat.errors import InvalidCursor, NotFound

VISITOR = "visitor"
"""The name of a user who came over a connection without saying who it is."""

After = ThreadPosition | int | None
"""What the client has seen: an exact position, the number of an event in the answer that is being written (or was written last), or nothing."""


@dataclass(frozen=True, slots=True)
class NewSessionRequest:
    """Without a user the session gets one of its own: it sees no other sessions."""

    user_id: int | None = None
    assistant: Assistant = Assistant.RESUME


@dataclass(frozen=True, slots=True)
class ResumeSessionRequest:
    """`session_id` is the thread's id; `after` what the client has seen of it."""

    session_id: UUID
    after: After = None


@dataclass(frozen=True, slots=True)
class Session:
    """A thread, and where the connection's events begin.

    `active` is the oldest unfinished run. Of runs with an ordinal below `first_ordinal` the connection gets no events: they ended before it was
    opened, and its client did not ask for them.
    """

    thread: Thread
    resumed: bool
    position: ThreadPosition
    first_ordinal: int = 0
    active: Run | None = None


class OpenSession:
    """The two ways in: `begin` makes a session, `resume` finds one."""

    def __init__(self, transactions: Transactions, new_id: NewId) -> None:
        self._transactions = transactions
        self._new_id = new_id

    async def begin(self, request: NewSessionRequest) -> Session:
        """Store a new thread. Raises `NotFound` for an unknown user."""
        async with self._transactions.begin() as work:
            user_id = request.user_id if request.user_id is not None else (await work.users.add(VISITOR)).user_id
            thread = await work.threads.add(self._new_id(), user_id, request.assistant, None)
            if thread is None:
                raise NotFound("user", user_id)
            await work.commit()
        return Session(thread, resumed=False, position=ThreadPosition(None, 0))

    async def resume(self, request: ResumeSessionRequest) -> Session:
        """Find a thread, and the place in it. Raises `NotFound`, and `InvalidCursor` for an event that nobody can have seen."""
        async with self._transactions.snapshot() as work:
            thread = await found_thread(work, request.session_id)
            unfinished = await work.runs.unfinished(thread.thread_id)
            active = unfinished[0] if unfinished else None
            latest = active or await work.runs.latest_in_thread(thread.thread_id)
            position, first_ordinal = await _place(work, thread, request.after, active, latest)
        return Session(thread, resumed=True, position=position, first_ordinal=first_ordinal, active=active)


async def _place(work: UnitOfWork, thread: Thread, after: After, active: Run | None, latest: Run | None) -> tuple[ThreadPosition, int]:
    """Where events begin, and the first run they are of."""
    if isinstance(after, ThreadPosition):
        run = await work.runs.get(after.run_id) if after.run_id else None
        if after.run_id is not None and (run is None or run.thread_id != thread.thread_id):
            raise InvalidCursor("The cursor is not one of this session. Use run_id and seq of the last message seen.")
        if run is not None and after.seq > run.last_seq:
            raise _beyond(run)
        return after, run.ordinal if run else 0
    if latest is None:
        if after:
            raise InvalidCursor("Nothing was asked in this session yet: leave out after.")
        return ThreadPosition(None, 0), 0
    if after is None:
        return (ThreadPosition(active.run_id, 0), active.ordinal) if active else _behind(latest)
    if after > latest.last_seq:
        raise _beyond(latest)
    return ThreadPosition(latest.run_id, after), latest.ordinal


def _behind(latest: Run) -> tuple[ThreadPosition, int]:
    return ThreadPosition(latest.run_id, latest.last_seq), latest.ordinal + 1


def _beyond(run: Run) -> InvalidCursor:
    return InvalidCursor(f"Run {run.run_id} has events up to {run.last_seq} only. Use run_id and seq of the last message seen.")
