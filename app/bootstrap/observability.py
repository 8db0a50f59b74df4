"""What can be seen of a process: log lines of its runs, metrics, traces. `process.py` makes one, gives `watch` to the application and shows its parts."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from app.application.chat.run_supervisor import RunSupervisor
from app.application.ports import Transactions
from app.application.service import ServiceInfo
from app.application.telemetry import Unwatched, Watchers
from app.domain.chat.ending import Ending
from app.domain.chat.entities import Backlog, Claim
from app.domain.chat.errors import Unavailable
from app.infrastructure.db.engine import PoolUse, pool_use
from app.infrastructure.db.event_log import FlushStats, GroupCommitLog
from app.infrastructure.db.notifications import Listener
from app.infrastructure.feed.hub import Hub
from app.infrastructure.observability.metrics import Metrics
from app.infrastructure.observability.run_lines import RunLines
from app.settings import Settings

BACKLOG_AGE = 5.0
"""Seconds for which what the database said is shown again: however many scrape, it is asked this often."""

BACKLOG_PATIENCE = 2.0
"""Seconds that a scrape waits for the database."""


class Observability:
    """The watchers of one process, and what its parts tell them."""

    def __init__(self, settings: Settings, info: ServiceInfo, executor_id: UUID) -> None:
        self.metrics = Metrics(info)
        self._lines = RunLines()
        self._close: Callable[[], Awaitable[None]] = _nothing
        watchers: list[Unwatched] = [self._lines, self.metrics]
        if settings.traces:
            from app.infrastructure.observability.traces import make_tracing

            tracing = make_tracing(settings.otel_exporter_otlp_endpoint, info, str(executor_id), content=settings.trace_content)
            watchers.append(tracing)
            self._close = tracing.close
        self.watch = Watchers(*watchers)

    def flushed(self, stats: FlushStats) -> None:
        """The writer has committed."""
        self.metrics.flushed(stats.runs, stats.rows, stats.characters, stats.seconds)
        for claim, ending in stats.closed:
            self.metrics.closed(claim, ending)

    def closed_from_outside(self, claim: Claim, ending: Ending) -> None:
        """A unit of work has closed a run."""
        self.metrics.closed(claim, ending, outside=True)
        self._lines.ended_from_outside(claim, ending)

    async def close(self) -> None:
        """Send what has not been sent."""
        await self._close()


class MetricsPage:
    """`GET /metrics`. Asks the database for what all processes share, seldom, and does without if it does not answer."""

    def __init__(self, metrics: Metrics, transactions: Transactions) -> None:
        self._metrics = metrics
        self._transactions = transactions
        self._backlog: Backlog | None = None
        self._asked_at = float("-inf")
        self._asking = asyncio.Lock()
        metrics.gauges("queue_runs", "Runs that wait, in all processes", "state", self._waiting)
        metrics.gauges("queue_oldest_seconds", "Age of the oldest run that could start", "", self._oldest)
        metrics.gauges("runs_running", "Runs being executed, in all processes", "", lambda: self._shown("running"))
        metrics.gauges("executors", "Processes with a live lease", "", lambda: self._shown("executors"))
        metrics.gauge(
            "database_up", "1 if the database answered the last time it was asked for this page", lambda: float(self._backlog is not None)
        )

    async def render(self) -> bytes:
        """The page."""
        async with self._asking:
            if time.monotonic() - self._asked_at > BACKLOG_AGE:
                self._backlog = await self._ask()
                self._asked_at = time.monotonic()
        return self._metrics.render()

    async def _ask(self) -> Backlog | None:
        try:
            async with asyncio.timeout(BACKLOG_PATIENCE), self._transactions.reading() as work:
                return await work.runs.backlog()
        except (Unavailable, TimeoutError):
            return None

    def _waiting(self) -> Mapping[str, float]:
        return {"claimable": self._backlog.claimable, "behind": self._backlog.behind} if self._backlog else {}

    def _oldest(self) -> Mapping[str, float]:
        return {"": self._backlog.oldest_seconds} if self._backlog else {}

    def _shown(self, name: str) -> Mapping[str, float]:
        return {"": getattr(self._backlog, name)} if self._backlog else {}


def show_parts(
    metrics: Metrics,
    supervisor: RunSupervisor,
    slots: int,
    hub: Hub,
    log: GroupCommitLog,
    listener: Listener,
    pools: Mapping[str, AsyncEngine],
) -> None:
    """Metrics that the parts of a process keep anyway."""
    counters = supervisor.counters
    metrics.gauge("tasks", "asyncio tasks alive", lambda: len(asyncio.all_tasks()))
    metrics.gauge("runs_in_hand", "Runs this process is writing", lambda: supervisor.busy)
    metrics.gauge("run_slots", "Runs this process may write at once", lambda: slots)
    metrics.counter("runs_started", "Runs this process has begun", lambda: counters.claimed)
    metrics.counter("runs_taken_over", "Runs taken over from dead processes", lambda: counters.taken_over)
    metrics.counter("runs_taken_away", "Runs of this process that were ended or taken from outside", lambda: counters.taken_away)
    metrics.gauge("feed_readers", "Readers of runs and threads", lambda: hub.readers)
    metrics.gauge("log_stalled_seconds", "How long the commit under way has been under way", lambda: log.stalled_seconds)
    metrics.gauge("notifications_deaf", "1 while notifications do not arrive", lambda: float(listener.deaf))

    def pool(read: Callable[[PoolUse], int]) -> Callable[[], Mapping[str, float]]:
        return lambda: {name: read(pool_use(engine)) for name, engine in pools.items()}

    metrics.gauges("pool_size", "Database connections that may be open", "pool", pool(lambda use: use.size))
    metrics.gauges("pool_checked_out", "Database connections in use", "pool", pool(lambda use: use.checked_out))
    metrics.gauges("pool_waiting", "Callers that wait for a database connection", "pool", pool(lambda use: use.waiting))


async def _nothing() -> None:
    """There is nothing to send."""
