"""Log lines: fixed sentences with fields, for people (console) or machines (JSON), every one with the request it belongs to.

`configure` is called once a process. Both structlog and the standard library's loggers (application code, libraries) end in the same line format.
"""

import logging
import sys
import traceback
from typing import TextIO

import structlog
from structlog.types import ExcInfo, Processor

from app.infrastructure.observability.harmless import escaped, harmless

_SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)

QUIET = (
    "httpx",
    "httpcore",
    "uvicorn.access",
    "google_genai",
    "anthropic",
    "sse_starlette",
    "asyncio",
    "alembic",
    "uvicorn.error",
    "faiss",
    "bm25s",
    "app.infrastructure.db.engine.WatchedPool",
)
"""Libraries that talk about every request; and some would show headers at DEBUG."""

SILENT = ("sqlalchemy.pool",)
"""Reports each connection that a database took down with it, traceback and all. Whoever used the connection is told so, and says it in one line."""


def configure(level: str, *, json: bool) -> None:
    """Send all log lines to standard error, at `level` and above."""
    renderer: Processor = structlog.processors.JSONRenderer() if json else _console()
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    rendering: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, harmless]
    if json:
        rendering.append(structlog.processors.format_exc_info)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_SHARED, structlog.stdlib.ExtraAdder()], processors=[*rendering, renderer]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _console() -> Processor:
    """Tracebacks without the values of variables: those hold keys and what people wrote, and printing a long answer takes seconds."""
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=_indented_traceback)


def _indented_traceback(stream: TextIO, exception: ExcInfo) -> None:
    """Every line under a bar: what an exception's message says cannot pass for a log line of its own."""
    stream.writelines(f"\n  | {escaped(line)}" for line in "".join(traceback.format_exception(*exception)).splitlines())
