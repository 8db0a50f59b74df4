"""Prometheus metrics of one process: what the writer did, what the executor has in hand, who reads.

`bootstrap` makes one and hands its methods to the parts as callbacks; `GET /metrics` renders it. Gauges ask their part when they are read.
"""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

_FLUSH_SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5)
_FLUSH_RUNS = (1, 2, 5, 10, 20, 50, 100, 200, 500)


class Metrics:
    """One registry, so that several services in one test process do not meet."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._flush_seconds = Histogram(
            "chatbot_log_flush_seconds", "Time of one commit of the log", buckets=_FLUSH_SECONDS, registry=self.registry
        )
        self._flush_runs = Histogram("chatbot_log_flush_runs", "Runs in one commit of the log", buckets=_FLUSH_RUNS, registry=self.registry)
        self._rows = Counter("chatbot_log_rows", "Rows written to the log", registry=self.registry)
        self._characters = Counter("chatbot_log_characters", "Characters of payload written to the log", registry=self.registry)

    def flushed(self, runs: int, rows: int, characters: int, seconds: float) -> None:
        """The writer has committed a batch."""
        self._flush_seconds.observe(seconds)
        self._flush_runs.observe(runs)
        self._rows.inc(rows)
        self._characters.inc(characters)

    def gauge(self, name: str, description: str, read: Callable[[], float]) -> None:
        """Show a number that somebody else keeps."""
        Gauge(f"chatbot_{name}", description, registry=self.registry).set_function(read)

    def render(self) -> bytes:
        """The text that Prometheus reads."""
        return generate_latest(self.registry)
