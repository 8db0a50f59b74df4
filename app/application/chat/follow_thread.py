"""Reading a thread as it happens: its runs one after another, also those started later and elsewhere: `GET /api/threads/{id}/events`."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from uuid import UUID

from app.application.chat.read_thread import found_thread
from app.application.ports import RunFeed, Transactions
from app.domain.chat.entities import Run
from app.domain.chat.errors import InvalidInput
from app.domain.chat.events import EventType, StoredEvent


@dataclass(frozen=True, slots=True)
class ThreadPosition:
    """Where a reader of a thread stands: after event `seq` of run `run_id`; before the first run if `run_id` is None."""

    run_id: UUID | None
    seq: int


class FollowThread:
    def __init__(self, transactions: Transactions, feed: RunFeed) -> None:
        self._transactions = transactions
        self._feed = feed

    async def execute(self, thread_id: UUID, after: ThreadPosition | None) -> AsyncGenerator[Sequence[StoredEvent], None]:
        """The events of the thread's runs after a position, then for as long as the service runs.

        Without a position: from the first event of the oldest unfinished run, or of the next run to come. Raises `NotFound`, and
        `InvalidInput` for a position in another thread.
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
                if run is None or run.thread_id != thread_id:
                    raise InvalidInput("The cursor does not belong to this thread.", code="invalid_cursor")
        return self._follow(thread_id, after)

    async def _follow(self, thread_id: UUID, position: ThreadPosition) -> AsyncGenerator[Sequence[StoredEvent], None]:
        async with self._feed.runs_of(thread_id) as bell:
            run_id, seq = position.run_id, position.seq
            while True:
                if run_id is not None and not await self._is_at_end(run_id, seq):
                    ended = False
                    async with aclosing(self._feed.follow(run_id, seq)) as events:
                        async for batch in events:
                            yield batch
                            ended = batch[-1].type is EventType.DONE
                    if not ended:
                        return
                following = await self._next(thread_id, run_id)
                while following is None:
                    if not await bell.rung():
                        return
                    following = await self._next(thread_id, run_id)
                run_id, seq = following.run_id, 0

    async def _is_at_end(self, run_id: UUID, seq: int) -> bool:
        async with self._transactions.begin() as work:
            run = await work.runs.get(run_id)
        return run is None or (run.status.is_final and seq >= run.last_seq)

    async def _next(self, thread_id: UUID, run_id: UUID | None) -> Run | None:
        async with self._transactions.begin() as work:
            return await work.runs.next_in_thread(thread_id, run_id)
