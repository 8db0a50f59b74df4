"""Reading a thread as it happens: its runs one after another, also those started later and elsewhere: `GET /api/threads/{id}/events`."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from uuid import UUID

from app.application.chat.read_thread import found_thread
from app.application.ports import RunFeed, Transactions
from app.domain.chat.errors import InvalidCursor, NotFound, Unavailable
from app.domain.chat.events import EventType, StoredEvent

RETRY_AFTER = 0.3
"""Seconds between two tries while the database is away."""


@dataclass(frozen=True, slots=True)
class ThreadPosition:
    """Where a reader of a thread stands: after event `seq` of run `run_id`; before the first run if `run_id` is None."""

    run_id: UUID | None
    seq: int


class FollowThread:
    """Strings the runs of a thread together; each of them comes as `RunFeed.follow` gives it."""

    def __init__(self, transactions: Transactions, feed: RunFeed) -> None:
        self._transactions = transactions
        self._feed = feed

    async def execute(self, thread_id: UUID, after: ThreadPosition | None) -> AsyncGenerator[Sequence[StoredEvent], None]:
        """The events of the thread's runs after a position, then for as long as the service runs and the thread is there.

        Without a position: from the first event of the oldest unfinished run, or of the next run to come. Raises `NotFound`, and
        `InvalidCursor` for a position in another thread.
        """
        async with self._transactions.snapshot() as work:
            await found_thread(work, thread_id)
            if after is None:
                unfinished = await work.runs.unfinished(thread_id)
                latest = await work.runs.latest_in_thread(thread_id)
                if unfinished:
                    after = ThreadPosition(unfinished[0].run_id, 0)
                else:
                    after = ThreadPosition(latest.run_id, latest.last_seq) if latest else ThreadPosition(None, 0)
            elif after.run_id is not None:
                run = await work.runs.get(after.run_id)
                if run is None or run.thread_id != thread_id or (after.seq > run.last_seq and not run.status.is_final):
                    raise InvalidCursor("The cursor is not one of this thread. Use the id of the last event seen.")
        return self._follow(thread_id, after)

    async def _follow(self, thread_id: UUID, position: ThreadPosition) -> AsyncGenerator[Sequence[StoredEvent], None]:
        async with self._feed.runs_of(thread_id) as bell:
            run_id, seq = position.run_id, position.seq
            while True:
                looked = True
                try:
                    place = await self._place(thread_id, run_id, seq)
                except NotFound:
                    return
                except Unavailable:  # readers wait for the database, they are not thrown out
                    place, looked = None, False
                if place is None:
                    if not await bell.rung(run_id, within=None if looked else RETRY_AFTER):
                        return
                    continue
                run_id, seq = place
                ended = False
                async with aclosing(self._feed.follow(run_id, seq)) as events:
                    async for batch in events:
                        yield batch
                        seq = batch[-1].seq
                        ended = batch[-1].type is EventType.DONE
                if not ended:
                    return

    async def _place(self, thread_id: UUID, run_id: UUID | None, seq: int) -> tuple[UUID, int] | None:
        """Where to read on: in this run, or from the beginning of the next; None while there is none. Raises `NotFound` without the thread."""
        async with self._transactions.reading() as work:
            run = await work.runs.get(run_id) if run_id else None
            if run is not None and not (run.status.is_final and seq >= run.last_seq):
                return run.run_id, seq
            following = await work.runs.next_in_thread(thread_id, run_id)
            if following is None:
                await found_thread(work, thread_id)
            return (following.run_id, 0) if following else None
