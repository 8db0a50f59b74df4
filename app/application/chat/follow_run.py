"""Reading a run as it happens: `GET /api/runs/{id}/events`."""

from collections.abc import AsyncGenerator, Sequence
from uuid import UUID

from app.application.ports import RunFeed, Transactions
from app.domain.chat.errors import InvalidCursor, NotFound, NothingNew
from app.domain.chat.events import StoredEvent


class FollowRun:
    """Looks at the cursor first, so that a wrong one is refused before the first byte; the feed does the reading."""

    def __init__(self, transactions: Transactions, feed: RunFeed) -> None:
        self._transactions = transactions
        self._feed = feed

    async def execute(self, run_id: UUID, after: int) -> AsyncGenerator[Sequence[StoredEvent], None]:
        """The run's events after number `after`, see `RunFeed.follow`.

        Raises `NotFound`, `NothingNew` if the run is finished and the cursor at its end: the reader may stop for good, and `InvalidCursor` for a
        number that the unfinished run has not reached: nobody can have seen it.
        """
        async with self._transactions.reading() as work:
            run = await work.runs.get(run_id)
        if run is None:
            raise NotFound("run", run_id)
        if run.status.is_final and after >= run.last_seq:
            raise NothingNew
        if after > run.last_seq:
            raise InvalidCursor(f"The run has events up to {run.last_seq} only. Use the id of the last event seen.")
        return self._feed.follow(run_id, after)
