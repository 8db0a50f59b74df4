"""Prometheus metrics of one process: what its runs, its writer, its readers and its requests do.

`bootstrap` makes one, gives it to the application as a watcher (`app/application/telemetry.py`) and to the parts as callbacks; `GET /metrics` renders it. Names
follow https://prometheus.io/docs/practices/naming/. What somebody else keeps anyway (`gauge`, `counter`) is read when it is asked for. Labels come from
short lists: routes are templates, statuses and codes are the product's own, attempts are cut at `MOST_ATTEMPTS`.
"""

import platform
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, GCCollector, Histogram, Info, disable_created_metrics, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from app.application.service import ServiceInfo
from app.application.telemetry import Exchange, Execution, ModelCall, Unwatched
from app.domain.chat.ending import Ending
from app.domain.chat.entities import Assistant, Claim
from app.domain.chat.errors import ModelError
from app.infrastructure.observability.gap_histogram import GapHistogram

FLUSH_SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5)
FLUSH_RUNS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
FIRST_TOKEN_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30, 60)
RUN_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600)
LAG_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)

MOST_ATTEMPTS = 6
"""Attempts from this one on share a label."""

disable_created_metrics()  # a third of the page, and nobody asks when a counter began


class Metrics(Unwatched):
    """One registry, so that several services in one test process do not meet."""

    def __init__(self, info: ServiceInfo) -> None:
        registry = self.registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)
        Info("chatbot_build", "What runs here", registry=registry).info(
            {"version": info.version, "python": platform.python_version(), "provider": info.provider, "model": info.model}
        )
        self._finished = Counter("chatbot_runs_finished", "Runs closed by this process", ("status", "attempt"), registry=registry)
        self._failures = Counter("chatbot_run_failures", "Failed runs by the code of their error", ("code",), registry=registry)
        self._run_seconds = Histogram(
            "chatbot_run_duration_seconds", "From an executor's start to its end", ("outcome",), buckets=RUN_SECONDS, registry=registry
        )
        self._run_first_token = Histogram(
            "chatbot_run_first_token_seconds",
            "From an executor's start to the first text, retrieval included",
            buckets=FIRST_TOKEN_SECONDS,
            registry=registry,
        )
        self._retrieval_seconds = Histogram(
            "chatbot_retrieval_duration_seconds",
            "Search for what to answer from",
            ("assistant",),
            buckets=REQUEST_SECONDS,
            registry=registry,
        )
        self._answers_from_cache = Counter("chatbot_answers_from_cache", "Answers that were given again", registry=registry)
        called = ("provider", "model")
        self._first_token = Histogram(
            "chatbot_model_first_token_seconds", "From asking to the first text", called, buckets=FIRST_TOKEN_SECONDS, registry=registry
        )
        self._gaps = GapHistogram("chatbot_model_token_gap_seconds", "Between two pieces of text of a model", called)
        registry.register(self._gaps)
        self._tokens = Counter("chatbot_model_tokens", "Tokens as the provider counts them", (*called, "kind"), registry=registry)
        self._provider_errors = Counter("chatbot_provider_errors", "Model calls that failed for good", (*called, "code"), registry=registry)
        self._calls = Gauge("chatbot_model_calls_in_progress", "Model calls under way", registry=registry)
        self._flush_seconds = Histogram("chatbot_log_flush_seconds", "One commit of the log", buckets=FLUSH_SECONDS, registry=registry)
        self._flush_runs = Histogram("chatbot_log_flush_runs", "Runs in one commit of the log", buckets=FLUSH_RUNS, registry=registry)
        self._rows = Counter("chatbot_log_rows", "Rows written to the log", registry=registry)
        self._characters = Counter("chatbot_log_characters", "Characters of payload written to the log", registry=registry)
        self._requests = Counter("chatbot_http_requests", "Requests answered", ("method", "route", "status"), registry=registry)
        self._request_seconds = Histogram(
            "chatbot_http_request_duration_seconds",
            "Until the answer ended; of streams, until it began",
            ("method", "route"),
            buckets=REQUEST_SECONDS,
            registry=registry,
        )
        self._in_progress = Gauge("chatbot_http_requests_in_progress", "Requests being answered, streams included", registry=registry)
        self._lag = Histogram("chatbot_event_loop_lag_seconds", "How late the event loop wakes up", buckets=LAG_SECONDS, registry=registry)

    # -- what is watched -------------------------------------------------------------------------------------------------------------

    @contextmanager
    def answering(self, exchange: Exchange) -> Generator[None]:
        """See `RequestWatch.answering`."""
        with self._in_progress.track_inprogress():
            try:
                yield
            finally:
                self._requests.labels(exchange.method, exchange.route, exchange.status).inc()
                seconds = exchange.first_byte_seconds if exchange.streamed else exchange.seconds
                if seconds is not None:
                    self._request_seconds.labels(exchange.method, exchange.route).observe(seconds)

    @contextmanager
    def executing(self, execution: Execution) -> Generator[None]:
        """See `RunWatch.executing`."""
        started = time.monotonic()
        try:
            yield
        finally:
            ending = execution.ending
            self._run_seconds.labels(ending.status.value if ending else "left").observe(time.monotonic() - started)
            if ending and ending.first_token_seconds is not None:
                self._run_first_token.observe(ending.first_token_seconds)
            if ending and ending.cached:
                self._answers_from_cache.inc()

    @contextmanager
    def retrieving(self, assistant: Assistant) -> Generator[None]:
        """See `RunWatch.retrieving`."""
        with self._retrieval_seconds.labels(assistant.value).time():
            yield

    @contextmanager
    def asking(self, call: ModelCall) -> Generator[None]:
        """See `RunWatch.asking`."""
        try:
            with self._calls.track_inprogress():
                yield
        except ModelError as error:
            self._provider_errors.labels(call.provider, call.model, error.code).inc()
            raise
        finally:
            self._called(call)

    def _called(self, call: ModelCall) -> None:
        if call.first_token_seconds is not None:
            self._first_token.labels(call.provider, call.model).observe(call.first_token_seconds)
        self._gaps.add((call.provider, call.model), call.gaps)
        usage = call.completion.usage
        if usage is None:
            return
        counted = {"input": usage.input_tokens, "output": usage.output_tokens, "cached_input": usage.cached_input_tokens}
        for kind, tokens in counted.items():
            if tokens:
                self._tokens.labels(call.provider, call.model, kind).inc(tokens)

    # -- what the parts tell ---------------------------------------------------------------------------------------------------------

    def closed(self, claim: Claim, ending: Ending, *, outside: bool = False) -> None:
        """A run was closed, by its executor or from outside, which raises the attempt."""
        attempts = claim.attempt - 1 if outside else claim.attempt
        label = str(attempts) if attempts < MOST_ATTEMPTS else f"{MOST_ATTEMPTS}+"
        self._finished.labels(ending.status.value, label).inc()
        if ending.error is not None:
            self._failures.labels(ending.error.code).inc()

    def flushed(self, runs: int, rows: int, characters: int, seconds: float) -> None:
        """The writer has committed a batch."""
        self._flush_seconds.observe(seconds)
        self._flush_runs.observe(runs)
        self._rows.inc(rows)
        self._characters.inc(characters)

    def late(self, seconds: float) -> None:
        """The event loop woke up that much too late."""
        self._lag.observe(seconds)

    def gauge(self, name: str, description: str, read: Callable[[], float]) -> None:
        """Show a number that somebody else keeps and that goes up and down."""
        Gauge(f"chatbot_{name}", description, registry=self.registry).set_function(read)

    def gauges(self, name: str, description: str, label: str, read: Callable[[], Mapping[str, float]]) -> None:
        """Show several such numbers under one name, told apart by a label."""
        family = partial(GaugeMetricFamily, f"chatbot_{name}", description, labels=(label,) if label else ())
        self.registry.register(_Kept(family, read))

    def counter(self, name: str, description: str, read: Callable[[], float]) -> None:
        """Show a number that somebody else keeps and that only goes up; `_total` is added to its name."""
        family = partial(CounterMetricFamily, f"chatbot_{name}", description, labels=())
        self.registry.register(_Kept(family, lambda: {"": read()}))

    def render(self) -> bytes:
        """The text that Prometheus reads."""
        return generate_latest(self.registry)


class _Kept(Collector):
    """Numbers that are kept elsewhere, read when Prometheus asks."""

    def __init__(self, family: Callable[[], GaugeMetricFamily | CounterMetricFamily], read: Callable[[], Mapping[str, float]]) -> None:
        self._family = family
        self._read = read

    def collect(self) -> Iterable[Metric]:
        """See `Collector.collect`."""
        family = self._family()
        for label, value in self._read().items():
            family.add_metric((label,) if label else (), value)
        yield family
