"""One process of the product: which adapter stands behind which port, who calls whom, who owns which background task.

`running_service` starts everything that a process needs and stops it in the right order. Called by `main.py` (serve, worker), and by tests and
benches, which put their own model or context in place of what the settings name (`Overrides`).
"""

import asyncio
import gc
import os
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from sqlalchemy import URL, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from uuid_utils.compat import uuid7

from app.application.access.open_streams import OpenStreams
from app.application.chat.run_executor import Limits, RunExecutor
from app.application.chat.run_supervisor import Pace, RunSupervisor
from app.application.ports import ContextProvider, LanguageModel
from app.application.service import ServiceInfo
from app.bootstrap.access import make_boundary, make_door, make_limiter
from app.bootstrap.context import check_cvs, check_resume, cv_index_place, make_context, make_follow_ups, make_resume, resume_note
from app.bootstrap.front import built_front
from app.bootstrap.models import make_model, make_window
from app.bootstrap.observability import MetricsPage, Observability, show_parts
from app.bootstrap.readiness import ReadinessCheck
from app.bootstrap.retention import make_housekeeper, show_retention
from app.bootstrap.use_cases import make_use_cases
from app.bootstrap.version import app_version
from app.domain.chat.entities import Executor
from app.infrastructure.context.full_resume import FullResume
from app.infrastructure.context.indexed_cvs import IndexedCvs
from app.infrastructure.db.engine import connect, connected, make_engine
from app.infrastructure.db.event_log import GroupCommitLog
from app.infrastructure.db.log_connection import LogConnection
from app.infrastructure.db.notifications import PROBE_CHANNEL, PROBE_PATIENCE, Callbacks, Listener
from app.infrastructure.db.unit_of_work import PostgresTransactions, unavailable
from app.infrastructure.feed.group_read import GroupRead
from app.infrastructure.feed.hub import Hub
from app.infrastructure.feed.run_feed import HubRunFeed
from app.infrastructure.observability.loop_lag import watch_lag
from app.infrastructure.web.application import WebLimits, WebParts
from app.infrastructure.web.sse import StreamSettings
from app.settings import Settings

POLL = 5.0
"""Seconds a lost notification about events may go unnoticed by readers."""

CLAIM_POLL = 1.0
"""Seconds a lost notification about waiting runs, or the death of another process, may go unnoticed."""

DEAF_POLL = 0.3
"""Both, while notifications do not arrive."""

CONTROL_CONNECTIONS = 2
"""Leases, claims and sweeps have their own connections: a storm of requests must not cost the lease."""


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a test puts in the place of what the settings name. With a context of its own the index of the CVs is opened all the same."""

    model: LanguageModel | None = None
    context: ContextProvider | None = None


class Service:
    """A running process's parts. `drain` is the beginning of its end: safe to call more than once."""

    def __init__(self, parts: WebParts, supervisor: RunSupervisor, hub: Hub, grace_seconds: float) -> None:
        self.parts = parts
        self.supervisor = supervisor
        self.hub = hub
        self._grace_seconds = grace_seconds
        self._one_at_a_time = asyncio.Lock()
        self._drained = False
        self.draining = False

    async def drain(self) -> None:
        """Not ready any more; runs finish or are handed over; then streams end. After a drain that was cancelled the next one grants no grace."""
        async with self._one_at_a_time:
            if self._drained:
                return
            grace_seconds = 0.0 if self.draining else self._grace_seconds
            self.draining = True
            await self.supervisor.drain(grace_seconds)
            self.hub.drain()
            self._drained = True


@asynccontextmanager
async def running_service(settings: Settings, url: URL, overrides: Overrides | None = None) -> AsyncGenerator[Service, None]:
    """Everything that a process needs, running; the database is at the newest schema already.

    Leaving drains, writes what is waiting, and closes. A background task that dies cancels the body: better no process than half of one.
    Raises `CannotStart`.
    """
    overrides = overrides or Overrides()
    resume = make_resume(settings)
    if overrides.context is None:
        await check_resume(resume)
        check_cvs(settings)
    model = overrides.model or make_model(settings)
    follow_ups = make_follow_ups(settings)
    cvs = IndexedCvs(cv_index_place(settings), follow_ups)
    engine = make_engine(url, settings.database_pool_size)
    control = make_engine(url, CONTROL_CONNECTIONS)
    try:
        async with _Wiring(
            settings, url, engine, control, model, overrides.context or make_context(cvs, resume), cvs, resume
        ).running() as service:
            yield service
    finally:
        cvs.close()
        if follow_ups:
            await follow_ups.close()
        await model.close()
        await engine.dispose()
        await control.dispose()


class _Wiring:
    """One process's objects, made in the order in which they need each other."""

    def __init__(
        self,
        settings: Settings,
        url: URL,
        engine: AsyncEngine,
        control: AsyncEngine,
        model: LanguageModel,
        context: ContextProvider,
        cvs: IndexedCvs,
        resume: FullResume,
    ) -> None:
        self._settings = settings
        self._resume = resume
        self._cvs = cvs
        self._control = control
        executor = Executor(uuid7(), model.provider, model.model)
        info = ServiceInfo(app_version(), model.provider, model.model)
        self._observability = seen = Observability(settings, info, executor.executor_id)
        self._hub = Hub()
        transactions = PostgresTransactions(engine, closed=seen.closed_from_outside)
        control_transactions = PostgresTransactions(control, patience=settings.run_lease)
        self._log = GroupCommitLog(partial(LogConnection.open, url), self._hub.publish, executor.executor_id.hex, seen.flushed)
        self._feed = HubRunFeed(transactions, self._hub, self._feed_poll)
        self._supervisor = RunSupervisor(
            executor,
            RunExecutor(
                transactions,
                self._log,
                context,
                model,
                Limits(settings.run_max_characters, settings.run_max_attempts),
                window=make_window(settings, model),
                cache_answers=settings.answer_cache,
                watch=seen.watch,
            ),
            control_transactions,
            Pace(settings.run_slots, settings.run_lease, self._claim_poll),
            host=f"{socket.gethostname()}:{os.getpid()}",
        )
        self._listener = Listener(partial(connect, url), self._send_probe, executor.executor_id.hex, self._callbacks())
        self._housekeeper = make_housekeeper(settings, url, engine, executor.executor_id)
        self._group_read = GroupRead(control_transactions, self._hub)
        self._sweep = HubRunFeed(control_transactions, self._hub, self._feed_poll).sweep
        self._open_streams = OpenStreams(control_transactions, settings.streams_of_a_user)
        use_cases = make_use_cases(transactions, self._feed, self._supervisor, cvs, settings, seen.watch)
        parts = WebParts(
            use_cases=use_cases,
            streams=StreamSettings(settings.stream_send_timeout, settings.stream_heartbeat),
            limits=WebLimits(settings.max_body_bytes, settings.max_message_characters),
            info=info,
            check_readiness=ReadinessCheck(
                control, model.provider, lambda: self._service.draining, lambda: self._listener.deaf, partial(resume_note, resume)
            ),
            render_metrics=MetricsPage(seen.metrics, control_transactions).render,
            door=make_door(settings, transactions, use_cases.check_access, make_limiter(settings, transactions), self._open_streams),
            boundary=make_boundary(settings),
            front=built_front(),
            watch=seen.watch,
        )
        self._service = Service(parts, self._supervisor, self._hub, settings.shutdown_grace)
        pools = {"requests": engine, "control": control}
        seen.metrics.gauge("resume_outdated", "1 while the resume's file cannot be used", lambda: float(bool(resume.problem)))
        show_retention(seen.metrics, self._housekeeper)
        show_parts(seen.metrics, self._supervisor, settings.run_slots, self._hub, self._log, self._listener, pools)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[Service, None]:
        """Start the background tasks; stop them in the order that loses nothing."""
        async with asyncio.TaskGroup() as tasks:
            writing = tasks.create_task(self._log.run(), name="write the log")
            listening = tasks.create_task(self._listener.run(), name="listen")
            reading = tasks.create_task(self._group_read.run(), name="read for all")
            sweeping = tasks.create_task(self._sweep(), name="sweep")
            supervising = tasks.create_task(self._supervisor.run(), name="supervise runs")
            indexing = tasks.create_task(self._open_index(), name="open the index")
            lagging = tasks.create_task(watch_lag(self._observability.metrics.late), name="watch the event loop")
            looking = tasks.create_task(self._open_streams.run(), name="look whether streams are still believed")
            tidying = tasks.create_task(self._housekeeper.run(), name="tidy up")
            try:
                yield self._service
            finally:
                await self._service.drain()
                await supervising
                self._log.shut_down()
                await writing
                listening.cancel()
                reading.cancel()
                sweeping.cancel()
                indexing.cancel()
                tidying.cancel()
                looking.cancel()
                lagging.cancel()
                await self._observability.close()

    async def _open_index(self) -> None:
        """Open it, and then keep the garbage collector from what has been loaded by now: modules, routes, the index.

        Those hundreds of thousands of objects live as long as the process. Looking through them takes a full collection 0.15 s, for which every
        stream would stand still (measured; a hundredth of that afterwards).
        """
        await self._cvs.run()
        gc.freeze()

    async def _send_probe(self, probe: str) -> None:
        try:
            async with connected(self._control, PROBE_PATIENCE) as (connection, _):
                await connection.execute(text("SELECT pg_notify(:channel, :probe)"), {"channel": PROBE_CHANNEL, "probe": probe})
                await connection.commit()
        except (SQLAlchemyError, OSError) as error:
            raise unavailable() from error

    def _callbacks(self) -> Callbacks:
        return Callbacks(
            events=self._hub.heard,
            added=self._hub.ring,
            queue=self._supervisor.wake,
            fence=self._supervisor.fenced,
            reconnected=self._look_everywhere,
        )

    def _look_everywhere(self) -> None:
        self._hub.ring_all()
        self._supervisor.wake()

    def _feed_poll(self) -> float:
        return DEAF_POLL if self._listener.deaf else POLL

    def _claim_poll(self) -> float:
        return DEAF_POLL if self._listener.deaf else CLAIM_POLL
