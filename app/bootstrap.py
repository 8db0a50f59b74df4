"""All wiring, in one place: which adapter stands behind which port, who calls whom, who owns which background task.

`running_service` starts everything that a process needs and stops it in the right order. Called by `main.py` (serve, worker), and by tests and
benches, which put their own model or context in place of what the settings name (`Overrides`).
"""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import URL, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from uuid_utils.compat import uuid7

from app.application.chat.cancel_run import CancelRun
from app.application.chat.change_thread import DeleteThread, RenameThread
from app.application.chat.create_thread import CreateThread
from app.application.chat.create_user import CreateUser
from app.application.chat.follow_run import FollowRun
from app.application.chat.follow_thread import FollowThread
from app.application.chat.post_message_create_run import PostMessageCreateRun, RegenerateRun
from app.application.chat.read_run import ReadRun
from app.application.chat.read_thread import ListThreads, ReadMessages, ReadThread
from app.application.chat.run_executor import Limits, RunExecutor
from app.application.chat.run_supervisor import Pace, RunSupervisor
from app.application.cvs.library import CvLibrary
from app.application.cvs.list_cvs import ListCvs
from app.application.cvs.open_cv_pdf import OpenCvPdf
from app.application.cvs.read_cv import ReadCv
from app.application.ports import ContextProvider, LanguageModel, RunFeed, Transactions
from app.application.service import Readiness, ServiceInfo
from app.application.use_cases import UseCases
from app.domain.chat.entities import Assistant, Executor
from app.infrastructure.context.by_assistant import ContextByAssistant
from app.infrastructure.context.contextual_index import build_with_model
from app.infrastructure.context.cv_index_place import CvIndexPlace
from app.infrastructure.context.follow_ups import FollowUps
from app.infrastructure.context.full_resume import FullResume
from app.infrastructure.context.indexed_cvs import IndexedCvs
from app.infrastructure.db import migrations
from app.infrastructure.db.engine import connect, connected, make_engine
from app.infrastructure.db.event_log import FlushStats, GroupCommitLog
from app.infrastructure.db.notifications import PROBE_CHANNEL, PROBE_PATIENCE, Callbacks, Listener
from app.infrastructure.db.unit_of_work import PostgresTransactions, unavailable
from app.infrastructure.feed.hub import Hub
from app.infrastructure.feed.run_feed import HubRunFeed
from app.infrastructure.llm.offline import offline_model
from app.infrastructure.llm.streaming import Timeouts
from app.infrastructure.observability.metrics import Metrics
from app.infrastructure.web.application import WebLimits, WebParts
from app.infrastructure.web.sse import StreamSettings
from app.settings import Provider, Settings

POLL = 5.0
"""Seconds a lost notification about events may go unnoticed by readers."""

CLAIM_POLL = 1.0
"""Seconds a lost notification about waiting runs, or the death of another process, may go unnoticed."""

DEAF_POLL = 0.3
"""Both, while notifications do not arrive."""

CONTROL_CONNECTIONS = 2
"""Leases, claims and sweeps have their own connections: a storm of requests must not cost the lease."""

READY_SECONDS = 3.0


def app_version() -> str:
    """The installed version of the product."""
    try:
        return version("chatbot-sse-api")
    except PackageNotFoundError:
        return "0.0.0"


# -- the model and its context ---------------------------------------------------------------------------------------------------------


def make_model(settings: Settings) -> LanguageModel:
    """The language model the settings name. An SDK takes up to a second to import: only the one in use is."""
    timeouts = Timeouts(settings.llm_connect_timeout, settings.llm_timeout, settings.llm_token_timeout)
    model, longest = settings.model, settings.llm_max_tokens
    match settings.provider:
        case Provider.OFFLINE:
            return offline_model(model=model, tokens_per_second=settings.offline_tokens_per_second)
        case Provider.ANTHROPIC:
            from app.infrastructure.llm.anthropic import ANTHROPIC_URL, anthropic_model

            base_url = settings.anthropic_base_url or ANTHROPIC_URL
            key = _secret(settings.anthropic_api_key)
            return anthropic_model(model=model, api_key=key, base_url=base_url, max_output_tokens=longest, timeouts=timeouts)
        case Provider.GOOGLE:
            from app.infrastructure.llm.google import GEMINI_URL, google_model

            base_url = settings.gemini_base_url or GEMINI_URL
            key = _secret(settings.gemini_api_key)
            return google_model(model=model, api_key=key, base_url=base_url, max_output_tokens=longest, timeouts=timeouts)
        case Provider.OPENROUTER:
            from app.infrastructure.llm.openai_compatible import openrouter_model

            base_url = settings.openrouter_base_url
            key = _secret(settings.openrouter_api_key)
            return openrouter_model(model=model, api_key=key, base_url=base_url, max_output_tokens=longest, timeouts=timeouts)
        case Provider.OPENAI_COMPATIBLE:
            from app.infrastructure.llm.openai_compatible import openai_compatible_model

            base_url = settings.llm_base_url or ""
            key = _secret(settings.llm_api_key)
            return openai_compatible_model(model=model, api_key=key, base_url=base_url, max_output_tokens=longest, timeouts=timeouts)


def _secret(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""


def make_context(settings: Settings, cvs: ContextProvider) -> ContextProvider:
    """What the assistants answer from."""
    resume = FullResume(settings.resume_path or _data_folder() / "resume.json")
    return ContextByAssistant({Assistant.CVS: cvs, Assistant.RESUME: resume})


def make_follow_ups(settings: Settings) -> FollowUps | None:
    """The small model that rewrites follow-up questions, if one is wanted. The offline model only quotes: rules serve better."""
    if not settings.query_model or settings.provider is Provider.OFFLINE:
        return None
    return FollowUps(make_model(settings.model_copy(update={"llm_model": settings.query_model})))


def cv_index_place(settings: Settings) -> CvIndexPlace:
    """Where the CVs are, and their index."""
    return CvIndexPlace(
        store=settings.rag_store_dir,
        pdf_dir=settings.cvs_pdf_dir or _sample_cvs(),
        wanted_pdf_dir=settings.cvs_pdf_dir,
        embedder=settings.embedding_model,
    )


async def index_with_model(settings: Settings, tell: Callable[[str], None]) -> None:
    """Build the index with the configured model's view of each CV. `tell` hears what was done. Raises `BuildFailed`."""
    model = make_model(settings)
    try:
        await build_with_model(cv_index_place(settings), model, tell)
    finally:
        await model.close()


def _sample_cvs() -> Path:
    """The PDFs that lie in the generator's package, which is found but not imported."""
    spec = find_spec("cv_generation")
    package = Path(spec.origin).parent if spec and spec.origin else Path("cv_generation")
    return package / "data" / "cvs"


def _data_folder() -> Path:
    """The examples that come along: in a checkout beside the package, in a wheel inside it."""
    package = Path(__file__).parent
    return next(place for place in (package.parent / "data", package / "_data") if place.is_dir())


# -- the service -----------------------------------------------------------------------------------------------------------------------


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
    """
    overrides = overrides or Overrides()
    model = overrides.model or make_model(settings)
    follow_ups = make_follow_ups(settings)
    cvs = IndexedCvs(cv_index_place(settings), follow_ups)
    engine = make_engine(url, settings.database_pool_size)
    control = make_engine(url, CONTROL_CONNECTIONS)
    try:
        async with _Wiring(
            settings, url, engine, control, model, overrides.context or make_context(settings, cvs), cvs
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
    ) -> None:
        self._settings = settings
        self._cvs = cvs
        self._control = control
        executor = Executor(uuid7(), model.provider, model.model)
        self._metrics = Metrics()
        self._hub = Hub()
        transactions, control_transactions = PostgresTransactions(engine), PostgresTransactions(control, patience=settings.run_lease)
        open_connection = partial(connect, url)
        self._log = GroupCommitLog(open_connection, self._hub.publish, executor.executor_id.hex, self._observe_flush)
        self._feed = HubRunFeed(transactions, self._hub, self._feed_poll)
        self._supervisor = RunSupervisor(
            executor,
            RunExecutor(
                transactions,
                self._log,
                context,
                model,
                Limits(settings.run_max_characters, settings.run_max_attempts),
                cache_answers=settings.answer_cache,
            ),
            control_transactions,
            Pace(settings.run_slots, settings.run_lease, self._claim_poll),
            host=f"{socket.gethostname()}:{os.getpid()}",
        )
        self._listener = Listener(open_connection, self._send_probe, executor.executor_id.hex, self._callbacks())
        self._looking: asyncio.Future[tuple[str, str]] | None = None
        self._sweep = HubRunFeed(control_transactions, self._hub, self._feed_poll).sweep
        parts = WebParts(
            use_cases=make_use_cases(transactions, self._feed, self._supervisor, cvs, settings.queue_limit),
            streams=StreamSettings(settings.stream_send_timeout, settings.stream_heartbeat),
            limits=WebLimits(settings.max_body_bytes, settings.max_message_characters),
            info=ServiceInfo(app_version(), model.provider, model.model),
            check_readiness=self._check_readiness,
            render_metrics=self._metrics.render,
        )
        self._service = Service(parts, self._supervisor, self._hub, settings.shutdown_grace)
        self._show_gauges()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[Service, None]:
        """Start the background tasks; stop them in the order that loses nothing."""
        async with asyncio.TaskGroup() as tasks:
            writing = tasks.create_task(self._log.run(), name="write the log")
            listening = tasks.create_task(self._listener.run(), name="listen")
            sweeping = tasks.create_task(self._sweep(), name="sweep")
            supervising = tasks.create_task(self._supervisor.run(), name="supervise runs")
            indexing = tasks.create_task(self._cvs.run(), name="open the index")
            try:
                yield self._service
            finally:
                await self._service.drain()
                await supervising
                self._log.shut_down()
                await writing
                listening.cancel()
                sweeping.cancel()
                indexing.cancel()

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

    def _observe_flush(self, stats: FlushStats) -> None:
        self._metrics.flushed(stats.runs, stats.rows, stats.characters, stats.seconds)

    def _show_gauges(self) -> None:
        counters = self._supervisor.counters
        self._metrics.gauge("runs_in_hand", "Runs this process is writing", lambda: self._supervisor.busy)
        self._metrics.gauge("runs_started", "Runs this process has begun", lambda: counters.claimed)
        self._metrics.gauge("runs_taken_over", "Runs taken over from dead processes", lambda: counters.taken_over)
        self._metrics.gauge("runs_taken_away", "Runs ended or taken from outside", lambda: counters.taken_away)
        self._metrics.gauge("feed_readers", "Readers of runs and threads", lambda: self._hub.readers)
        self._metrics.gauge("notifications_deaf", "1 while notifications do not arrive", lambda: float(self._listener.deaf))

    async def _check_readiness(self) -> Readiness:
        database, schema = await self._check_database()
        shutdown = "the process is shutting down" if self._service.draining else "ok"
        return Readiness({"database": database, "migrations": schema, "provider": "ok", "shutdown": shutdown})

    async def _check_database(self) -> tuple[str, str]:
        """One look for all who ask at the same time: it takes a connection that the lease may need."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.ensure_future(self._look_at_database())
        return await asyncio.shield(self._looking)

    async def _look_at_database(self) -> tuple[str, str]:
        try:
            async with connected(self._control, READY_SECONDS) as (connection, _):
                revision = await connection.scalar(text("SELECT version_num FROM alembic_version"))
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer is: not ready
            return f"no answer: {type(error).__name__}", "unknown"
        return "ok", "ok" if revision == migrations.head() else f"at {revision}, not at {migrations.head()}: run `chatbot migrate`"


def make_use_cases(transactions: Transactions, feed: RunFeed, supervisor: RunSupervisor, cvs: CvLibrary, queue_limit: int) -> UseCases:
    """All use cases over one set of adapters."""
    return UseCases(
        create_user=CreateUser(transactions),
        create_thread=CreateThread(transactions, uuid7),
        read_thread=ReadThread(transactions),
        list_threads=ListThreads(transactions),
        rename_thread=RenameThread(transactions),
        delete_thread=DeleteThread(transactions),
        read_messages=ReadMessages(transactions),
        post_message=PostMessageCreateRun(transactions, supervisor, uuid7, queue_limit),
        regenerate_run=RegenerateRun(transactions, supervisor, uuid7, queue_limit),
        read_run=ReadRun(transactions),
        cancel_run=CancelRun(transactions),
        follow_run=FollowRun(transactions, feed),
        follow_thread=FollowThread(transactions, feed),
        list_cvs=ListCvs(cvs),
        read_cv=ReadCv(cvs),
        open_cv_pdf=OpenCvPdf(cvs),
    )
