"""Where a run stands: `GET /api/runs/{id}`."""

from uuid import UUID

from app.application.ports import Transactions
from app.domain.chat.entities import Run
from app.domain.chat.errors import NotFound


class ReadRun:
    """Tells how far a run is; what it has written is in its events, see `FollowRun`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def execute(self, run_id: UUID) -> Run:
        """The run with its newest committed event's number. Raises `NotFound`."""
        async with self._transactions.reading() as work:
            run = await work.runs.get(run_id)
        if run is None:
            raise NotFound("run", run_id)
        return run
