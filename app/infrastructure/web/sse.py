"""Runs as Server-Sent Events: cursors in, frames out. Format: https://html.spec.whatwg.org/multipage/server-sent-events.html

Called by the run and thread routers. The events of a batch become one chunk, so one send; the response itself is sse-starlette's, with what it
leaves out: a heartbeat within ten seconds, a time limit for readers that do not read, headers that keep proxies from holding frames back.
"""

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from uuid import UUID

import structlog
from fastapi import Header, Query
from sse_starlette import EventSourceResponse, ServerSentEvent
from sse_starlette.sse import AppStatus, SendTimeoutError
from starlette.types import Receive, Scope, Send

from app.application.chat.follow_thread import ThreadPosition
from app.domain.chat.events import EventType, StoredEvent
from app.infrastructure.web.errors import BadCursor

RETRY = b"retry: 1000\n\n"
"""First in every stream: how many milliseconds an EventSource waits before it comes back."""

RETRY_AFTER_DRAIN = b"retry: 200\n\n"
"""Last in a stream that ends because this process stops: another one answers already."""

SEQ_MAX = 2**63 - 1
HEADERS = {"Cache-Control": "no-cache, no-transform"}

_log = structlog.get_logger(__name__)

# This product ends its own streams when it drains, with a hint for the reader; the library would cut them.
AppStatus.disable_automatic_graceful_drain()

AfterQuery = Query(None, description="Where to go on: the `id` of the last event seen.", examples=["10"])
LastEventIdHeader = Header(None, description="The same, as EventSource sends it; wins over `after`.", examples=["10"])


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """`send_timeout`: seconds a reader may leave a frame unread. `heartbeat`: seconds between comments."""

    send_timeout: float
    heartbeat: float


class RunEventsResponse(EventSourceResponse):
    """A stream of ready-made frames."""

    def __init__(self, chunks: AsyncIterable[bytes], settings: StreamSettings) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType] - the library leaves a dict bare
            chunks,
            headers=HEADERS,
            ping=settings.heartbeat,
            ping_message_factory=lambda: ServerSentEvent(comment="still here", sep="\n"),
            send_timeout=settings.send_timeout,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except SendTimeoutError:
            _log.info("A reader did not read and was cut")


async def chunks(
    batches: AsyncGenerator[Sequence[StoredEvent], None], event_id: Callable[[StoredEvent], str]
) -> AsyncGenerator[bytes, None]:
    """Frames for the batches of one stream. Closes the batches with itself."""
    yield RETRY
    done = False
    async with aclosing(batches):
        async for batch in batches:
            yield "".join(f"id: {event_id(event)}\nevent: {event.type}\ndata: {event.data}\n\n" for event in batch).encode()
            done = batch[-1].type is EventType.DONE
    if not done:
        yield RETRY_AFTER_DRAIN


def run_cursor(last_event_id: str | None, after: str | None) -> int:
    """The number of the last event a reader of a run has seen; 0 for none. Raises `BadCursor`."""
    text = last_event_id or after
    return _number(text) if text else 0


def thread_cursor(last_event_id: str | None, after: str | None) -> ThreadPosition | None:
    """Where a reader of a thread stands: `run_id:seq`, or `0` for before the thread's first run. Raises `BadCursor`."""
    text = last_event_id or after
    if not text:
        return None
    if text == "0":
        return ThreadPosition(None, 0)
    run_id, _, seq = text.partition(":")
    try:
        return ThreadPosition(UUID(run_id), _number(seq))
    except ValueError:
        raise BadCursor(f"The cursor {text[:60]!r} is not of the form run_id:seq.") from None


def run_event_id(event: StoredEvent) -> str:
    """`seq`, within a run's own stream."""
    return str(event.seq)


def thread_event_id(event: StoredEvent) -> str:
    """`run_id:seq`, in a thread's stream."""
    return f"{event.run_id}:{event.seq}"


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or int(text) > SEQ_MAX:
        raise BadCursor(f"The cursor {text[:60]!r} is not a number from 0 to {SEQ_MAX}. Use the id of the last event seen.")
    return int(text)
