"""Frames and the response of a stream, without a server: the hint at the end, and the one guard that does not rest on the kernel."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import contextmanager
from uuid import UUID

import pytest
from starlette.types import Message

from app.domain.chat.events import EventType, StoredEvent
from app.infrastructure.web.sse import HEARTBEAT, RunEventsResponse, StreamSettings, chunks, run_event_id

TOKEN = StoredEvent(UUID(int=1), 1, EventType.TOKEN, '{"text":"Ada"}')
DONE = StoredEvent(UUID(int=1), 2, EventType.DONE, '{"status":"done"}')


@pytest.mark.parametrize(("last", "end"), [(TOKEN, b'data: {"text":"Ada"}\n\nretry: 200\n\n'), (DONE, b'data: {"status":"done"}\n\n')])
async def test_a_stream_that_ends_before_its_run_says_when_to_come_back(last: StoredEvent, end: bytes) -> None:
    async def batches() -> AsyncGenerator[Sequence[StoredEvent], None]:
        yield [TOKEN]
        if last is DONE:
            yield [DONE]

    stream = b"".join([chunk async for chunk in chunks(batches(), run_event_id)])
    assert stream.startswith(b"retry: 1000\n\nid: 1\nevent: token\n")
    assert stream.endswith(end)


async def test_a_paced_stream_rests_after_tokens_and_nothing_else() -> None:
    started = StoredEvent(UUID(int=1), 1, EventType.STARTED, "{}")
    now = asyncio.get_running_loop().time

    async def batches() -> AsyncGenerator[Sequence[StoredEvent], None]:
        for event in (started, TOKEN, TOKEN, DONE):
            yield [event]

    times = [now() async for _ in chunks(batches(), run_event_id, pace=200)]
    hint, begun, first, second, done = times
    assert first - hint < 0.1, "the first word never waits"
    assert begun <= first
    assert second - first >= 0.2
    assert done - second >= 0.2


class Wire:
    """The server's side of one request: what was sent, and a reader that can hang up."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.times: list[float] = []
        self.gone = asyncio.Event()
        self.beaten = asyncio.Event()

    async def send(self, message: Message) -> None:
        assert self.sent[-1:] != [b""], "nothing may follow the end"
        if message["type"] == "http.response.body":
            self.sent.append(message["body"])
            self.times.append(asyncio.get_running_loop().time())
            if self.sent.count(HEARTBEAT) == 2:
                self.beaten.set()

    async def receive(self) -> Message:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def answer(self, frames: AsyncGenerator[bytes, None], settings: StreamSettings) -> None:
        async with asyncio.timeout(10):
            await RunEventsResponse(frames, settings)({"type": "http", "method": "GET", "state": {}}, self.receive, self.send)


async def test_a_silent_stream_is_kept_alive() -> None:
    wire = Wire()

    async def frames() -> AsyncGenerator[bytes, None]:
        yield b"frame"
        await wire.beaten.wait()

    await wire.answer(frames(), StreamSettings(send_timeout=30, heartbeat=0.05))
    assert wire.sent == [b"frame", HEARTBEAT, HEARTBEAT, b""]


async def test_a_heartbeat_comes_one_period_after_the_last_frame() -> None:
    wire, period = Wire(), 0.8

    async def frames() -> AsyncGenerator[bytes, None]:
        yield b"frame"
        await asyncio.sleep(period / 2)  # in the middle of a period: the next look at the clock must not be a whole one later
        yield b"frame"
        await wire.beaten.wait()

    await wire.answer(frames(), StreamSettings(send_timeout=30, heartbeat=period))
    assert wire.sent[:3] == [b"frame", b"frame", HEARTBEAT]
    assert period * 0.9 < wire.times[2] - wire.times[1] < period * 1.4


def test_nothing_on_the_way_may_hold_frames_back_or_keep_them() -> None:
    async def frames() -> AsyncGenerator[bytes, None]:
        yield b""

    headers = RunEventsResponse(frames(), StreamSettings(send_timeout=30, heartbeat=30)).headers
    assert headers["content-type"].startswith("text/event-stream")
    assert headers["cache-control"] == "no-cache, no-transform"
    assert headers["x-accel-buffering"] == "no"


async def test_a_reader_that_hangs_up_ends_its_stream_and_closes_it() -> None:
    wire, closed = Wire(), asyncio.Event()

    async def frames() -> AsyncGenerator[bytes, None]:
        try:
            yield b"frame"
            wire.gone.set()
            await asyncio.Event().wait()
        finally:
            closed.set()

    await wire.answer(frames(), StreamSettings(send_timeout=30, heartbeat=30))
    assert closed.is_set()
    assert wire.sent == [b"frame"]


async def test_a_failure_of_the_stream_is_not_taken_for_a_slow_reader() -> None:
    async def frames() -> AsyncGenerator[bytes, None]:
        yield b"frame"
        raise TimeoutError("of something else")

    with pytest.raises(ExceptionGroup):
        await Wire().answer(frames(), StreamSettings(send_timeout=30, heartbeat=30))


async def test_a_reader_that_does_not_take_a_frame_is_cut_and_its_stream_is_closed() -> None:
    closed, never = asyncio.Event(), asyncio.Event()

    async def frames() -> AsyncGenerator[bytes, None]:
        try:
            yield b"id: 1\n\n"
        finally:
            closed.set()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            await never.wait()

    async def receive() -> Message:
        await never.wait()
        return {"type": "http.disconnect"}

    async with asyncio.timeout(5):
        await RunEventsResponse(frames(), StreamSettings(send_timeout=0.01, heartbeat=60))(
            {"type": "http", "method": "GET", "state": {}}, receive, send
        )
    assert closed.is_set()


@pytest.mark.parametrize("reading", [True, False])
async def test_a_reader_that_is_not_believed_any_more_gets_an_end_in_due_form(*, reading: bool) -> None:
    """Also one that does not read just then: it had a frame waiting, and gets the end behind it once it reads."""
    wire, closed, there, takes = Wire(), asyncio.Event(), asyncio.Event(), asyncio.Event()
    ends: list[Callable[[], None]] = []

    @contextmanager
    def believed(end: Callable[[], None]) -> Generator[None]:
        ends.append(end)
        try:
            yield
        finally:
            ends.clear()

    async def frames() -> AsyncGenerator[bytes, None]:
        try:
            yield b"frame"
            yield b"read" if reading else b"unread"
            there.set()
            await takes.wait()
        finally:
            closed.set()

    async def send(message: Message) -> None:
        if message.get("body") == b"unread":
            there.set()
            await takes.wait()
        await wire.send(message)

    response = RunEventsResponse(frames(), StreamSettings(send_timeout=30, heartbeat=30), believed)
    answering = asyncio.ensure_future(response({"type": "http", "method": "GET", "state": {}}, wire.receive, send))
    async with asyncio.timeout(10):
        await there.wait()
        ends[0]()
        await answering
    assert wire.sent == ([b"frame", b"read", b""] if reading else [b"frame", b""])
    assert closed.is_set()
    assert not ends
