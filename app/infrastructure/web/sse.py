"""Runs as Server-Sent Events: cursors in, frames out. Format: https://html.spec.whatwg.org/multipage/server-sent-events.html

Called by the run and thread routers. The events of a batch become one chunk, so one send. The response is sse-starlette's, with what it leaves
out: a heartbeat within ten seconds, a time limit for readers that do not read, headers that keep proxies from holding frames back. How it runs is
our own: the library makes five tasks a reader and a cancel scope a frame, which cost more than the frame.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import NoReturn, Self
from uuid import UUID

import structlog
from sse_starlette import EventSourceResponse, ServerSentEvent
from sse_starlette.sse import AppStatus
from starlette.types import Message, Receive, Scope, Send

from app.application.access.open_streams import Believed, everybody
from app.application.chat.follow_thread import ThreadPosition
from app.domain.chat.errors import InvalidCursor
from app.domain.chat.events import EventType, StoredEvent

RETRY = b"retry: 1000\n\n"
"""First in every stream: how many milliseconds an EventSource waits before it comes back."""

RETRY_AFTER_DRAIN = b"retry: 200\n\n"
"""Last in a stream that ends because this process stops: another one answers already."""

HEARTBEAT = ServerSentEvent(comment="still here", sep="\n").encode()

THE_END: Message = {"type": "http.response.body", "body": b"", "more_body": False}

SEQ_MAX = 2**63 - 1

PACE_MAX = 1000
"""Milliseconds: a reader that wants less often is better served by the finished answer."""

HEADERS = {"Cache-Control": "no-cache, no-transform"}

_log = structlog.get_logger(__name__)

# This product ends its own streams when it drains, with a hint for the reader; the library would cut them.
AppStatus.disable_automatic_graceful_drain()


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """`send_timeout`: seconds a reader may leave a frame unread. `heartbeat`: seconds between comments."""

    send_timeout: float
    heartbeat: float


class _Gone(Exception):
    """The reader has hung up."""


class RunEventsResponse(EventSourceResponse):
    """A stream of ready-made frames. Two tasks: the request's own sends, another one waits for the reader to hang up."""

    def __init__(self, chunks: AsyncGenerator[bytes, None], settings: StreamSettings, believed: Believed = everybody) -> None:
        super().__init__(chunks, headers=HEADERS, ping=0)  # pyright: ignore[reportUnknownMemberType] - the library leaves a dict bare
        self._chunks = chunks
        self._settings = settings
        self._believed = believed
        self._refused = self._whole = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        """Stream until the end, until the reader is gone, has not read for too long, or is not believed any more. Closes the chunks in every case."""
        async with aclosing(self._chunks):
            limit = asyncio.timeout(None)
            try:
                async with limit, asyncio.TaskGroup() as tasks:
                    with Pulse(send, self._settings, limit, tasks) as pulse:
                        watching = tasks.create_task(_until_gone(receive, pulse), name="wait for the reader to hang up")
                        await self._stream(pulse, limit)
                    watching.cancel()
            except* _Gone:
                pass
            except* TimeoutError:
                if not limit.expired():
                    raise
                if not self._refused:
                    _log.info("A reader did not read and was cut")
        if self._refused and not self._whole:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._settings.send_timeout):
                    await send(THE_END)

    async def _stream(self, pulse: "Pulse", limit: asyncio.Timeout) -> None:
        await pulse.send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        with self._believed(partial(self._refuse, limit)):
            async for chunk in self._chunks:
                await pulse.send({"type": "http.response.body", "body": chunk, "more_body": True})
        self._whole = True
        await pulse.send(THE_END)

    def _refuse(self, limit: asyncio.Timeout) -> None:
        """The reader is not believed any more: the answer ends here, in due form. Coming back it is told why."""
        self._refused = True
        limit.reschedule(asyncio.get_running_loop().time())


class Pulse:
    """Sends for one reader, and looks now and then how long ago that was: one timer for heartbeats and for readers that do not read.

    A send that goes through costs two looks at the clock. The timer is set anew when it fires, not with every frame, so a frozen reader is cut at
    most one beat late.
    """

    __slots__ = ("_beat", "_last", "_limit", "_loop", "_open", "_send", "_sending", "_settings", "_tasks", "_timer")

    def __init__(self, send: Send, settings: StreamSettings, limit: asyncio.Timeout, tasks: asyncio.TaskGroup) -> None:
        self._send = send
        self._settings = settings
        self._limit = limit
        self._tasks = tasks
        self._loop = asyncio.get_running_loop()
        self._beat = min(settings.heartbeat, settings.send_timeout)
        self._last = self._loop.time()
        self._sending = 0
        self._open = True

    def __enter__(self) -> Self:
        self._timer = self._loop.call_later(self._beat, self._look)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """No more heartbeats: the stream ends."""
        self._timer.cancel()
        self._open = False

    async def send(self, message: Message) -> None:
        """Send; the reader has the send time-out to take it."""
        self._sending += 1
        self._last = self._loop.time()
        await self._send(message)
        self._sending -= 1
        self._last = self._loop.time()

    async def _heartbeat(self) -> None:
        if self._open and not self._sending:
            await self.send({"type": "http.response.body", "body": HEARTBEAT, "more_body": True})

    def _look(self) -> None:
        now = self._loop.time()
        if self._sending:
            due = self._last + self._settings.send_timeout
            if now >= due:
                self._limit.reschedule(now)
                return
        else:
            due = self._last + self._settings.heartbeat
            if now >= due:
                self._tasks.create_task(self._heartbeat(), name="heartbeat")
        self._timer = self._loop.call_at(min(due, now + self._beat) if due > now else now + self._beat, self._look)


async def _until_gone(receive: Receive, pulse: Pulse) -> NoReturn:
    try:
        while (await receive())["type"] != "http.disconnect":
            pass
        raise _Gone
    finally:
        pulse.stop()


async def chunks(
    batches: AsyncGenerator[Sequence[StoredEvent], None], event_id: Callable[[StoredEvent], str], pace: int = 0
) -> AsyncGenerator[bytes, None]:
    """Frames for the batches of one stream. Closes the batches with itself.

    After tokens it rests for `pace` milliseconds and then sends what came meanwhile in one piece: a reader that draws twenty times a second is
    woken, and written to, twenty times a second. The first token of an answer never waits.
    """
    yield RETRY
    done = False
    async with aclosing(batches):
        async for batch in batches:
            yield "".join(f"id: {event_id(event)}\nevent: {event.type}\ndata: {event.data}\n\n" for event in batch).encode()
            done = batch[-1].type is EventType.DONE
            if pace and batch[-1].type is EventType.TOKEN:
                await asyncio.sleep(pace / 1000)
    if not done:
        yield RETRY_AFTER_DRAIN


def run_cursor(last_event_id: str | None, after: str | None) -> int:
    """The number of the last event a reader of a run has seen; 0 for none. Raises `InvalidCursor`."""
    text = last_event_id or after
    return _number(text) if text else 0


def thread_cursor(last_event_id: str | None, after: str | None) -> ThreadPosition | None:
    """Where a reader of a thread stands: `run_id:seq`, or `0` for before the thread's first run. Raises `InvalidCursor`."""
    text = last_event_id or after
    if not text:
        return None
    if text == "0":
        return ThreadPosition(None, 0)
    run_id, _, seq = text.partition(":")
    try:
        return ThreadPosition(UUID(run_id), _number(seq))
    except ValueError:
        raise InvalidCursor(f"The cursor {text[:60]!r} is not of the form run_id:seq.") from None


def run_event_id(event: StoredEvent) -> str:
    """`seq`, within a run's own stream."""
    return str(event.seq)


def thread_event_id(event: StoredEvent) -> str:
    """`run_id:seq`, in a thread's stream."""
    return f"{event.run_id}:{event.seq}"


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or int(text) > SEQ_MAX:
        raise InvalidCursor(f"The cursor {text[:60]!r} is not a number from 0 to {SEQ_MAX}. Use the id of the last event seen.")
    return int(text)
