"""The policy around a provider, on attempts made by hand: no network, and no waiting except for the shortest of limits."""

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest

from app.application.ports import Completion
from app.domain.chat.errors import ModelError
from app.infrastructure.llm import streaming
from app.infrastructure.llm.failures import Endpoint
from app.infrastructure.llm.streaming import Pieces, Retries, Timeouts, stream_answer

ENDPOINT = Endpoint("Provider", "some-model", "http://example.org", "", "SOME_API_KEY", "SOME_BASE_URL")
DONE = Completion("stop", None)
FOREVER = object()
SHORT = Timeouts(connect=0.05, first_token=0.05, between_tokens=0.05)

Taken = tuple[list[str | Completion], ModelError | None]
Step = str | Completion | Exception | object


@dataclass(slots=True)
class Scripted:
    """An attempt a try: yields, raises or hangs as it is told. Counts how many are open."""

    tries: list[list[Step]]
    asked: int = 0
    open: int = 0
    naps: list[float] = field(default_factory=list)

    async def ask(self) -> AsyncGenerator[str | Completion, None]:
        steps = self.tries[min(self.asked, len(self.tries) - 1)]
        self.asked += 1
        self.open += 1
        try:
            for step in steps:
                if step is FOREVER:
                    await asyncio.Event().wait()
                elif isinstance(step, Exception):
                    raise step
                elif isinstance(step, str | Completion):
                    await asyncio.sleep(0)
                    yield step
        finally:
            self.open -= 1

    async def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)

    def stream(self, timeouts: Timeouts = SHORT, times: int = 3) -> Pieces:
        retries = Retries(times=times, sleep=self.sleep, jitter=lambda: 0.5)
        return stream_answer(self.ask, ENDPOINT, timeouts, retries)


def failure(code: str = "provider_overloaded", *, retryable: bool = True, retry_after: float | None = None) -> ModelError:
    return ModelError(code, "It failed.", retryable=retryable, retry_after=retry_after)


async def take(pieces: Pieces) -> Taken:
    taken: list[str | Completion] = []
    try:
        async for piece in pieces:
            taken.append(piece)  # noqa: PERF401 - what came before an error counts
    except ModelError as error:
        return taken, error
    return taken, None


@pytest.mark.parametrize(
    ("tries", "taken"),
    [
        ([["a", "b", DONE]], ["a", "b", DONE]),
        ([["", "a", "", "b", DONE]], ["a", "b", DONE]),
        ([[DONE]], [DONE]),
        ([["a", Completion("stop", None), Completion("length", None)]], ["a", Completion("length", None)]),
        ([["a", DONE, "b", DONE]], ["a", "b", DONE]),
        ([["a", DONE, failure()]], ["a", DONE]),
        ([[failure()], ["a", DONE]], ["a", DONE]),
        ([["", failure()], [], ["a", DONE]], ["a", DONE]),
        ([["a", Completion("refusal", None)]], ["a", Completion("refusal", None)]),
    ],
)
async def test_gives_text_then_the_last_completion(tries: list[list[Step]], taken: list[str | Completion]) -> None:
    scripted = Scripted(tries)
    assert await take(scripted.stream()) == (taken, None)
    assert scripted.open == 0


@pytest.mark.parametrize(
    ("steps", "text", "code", "asked"),
    [
        ([failure()], [], "provider_overloaded", 4),
        ([], [], "provider_interrupted", 4),
        ([FOREVER], [], "provider_timeout", 4),
        ([failure("provider_auth", retryable=False)], [], "provider_auth", 1),
        ([failure("provider_protocol")], [], "provider_protocol", 1),
        ([failure(retry_after=31)], [], "provider_overloaded", 1),
        (["a", failure()], ["a"], "provider_interrupted", 1),
        (["a", failure("provider_timeout")], ["a"], "provider_timeout", 1),
        (["a", failure("provider_protocol")], ["a"], "provider_protocol", 1),
        (["a"], ["a"], "provider_interrupted", 1),
        (["a", "", FOREVER], ["a"], "provider_timeout", 1),
        ([Completion("refusal", None)], [], "provider_refused", 1),
    ],
)
async def test_fails_with_the_right_code_after_the_right_number_of_tries(steps: list[Step], text: list[str], code: str, asked: int) -> None:
    scripted = Scripted([steps])
    taken, error = await take(scripted.stream())
    assert taken == text
    assert error is not None
    assert error.code == code
    assert (scripted.asked, scripted.open) == (asked, 0)


async def test_a_finished_answer_may_hang_without_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "SETTLE", 0.02)
    scripted = Scripted([["a", DONE, FOREVER]])
    assert await take(scripted.stream(Timeouts())) == (["a", DONE], None)
    assert scripted.open == 0


async def test_an_error_that_is_no_model_error_is_nobodys_to_hide() -> None:
    scripted = Scripted([[RuntimeError("a mistake of ours")]])
    with pytest.raises(RuntimeError):
        await take(scripted.stream())
    assert scripted.asked == 1


def test_waits_one_two_four_seconds_give_or_take_a_quarter() -> None:
    def waits(jitter: float) -> list[float]:
        return [Retries(jitter=lambda: jitter).wait(tries, None) for tries in (1, 2, 3)]

    assert waits(0.0) == [0.75, 1.5, 3.0]
    assert waits(0.5) == [1.0, 2.0, 4.0]
    assert waits(1.0) == [1.25, 2.5, 5.0]


@pytest.mark.parametrize("jitter", [0.0, 0.5, 1.0])
def test_never_waits_less_than_the_provider_asks(jitter: float) -> None:
    assert 9 <= Retries(jitter=lambda: jitter).wait(1, 9) <= 10


@pytest.mark.parametrize("steps", [[FOREVER], ["", FOREVER], ["a", FOREVER], ["a", DONE, FOREVER]])
async def test_cancelling_closes_the_attempt_before_it_returns(steps: list[Step]) -> None:
    scripted = Scripted([steps])
    reader = asyncio.ensure_future(take(scripted.stream(Timeouts())))
    await asyncio.sleep(0.01)
    assert scripted.open == 1
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    assert (scripted.open, scripted.asked) == (0, 1)


async def test_closing_closes_the_attempt_before_it_returns() -> None:
    scripted = Scripted([["a", "b", DONE]])
    pieces = scripted.stream()
    await anext(pieces)
    assert scripted.open == 1
    await pieces.aclose()
    assert scripted.open == 0


async def test_a_stream_that_is_never_begun_asks_nobody() -> None:
    scripted = Scripted([["a", DONE]])
    await scripted.stream().aclose()
    assert scripted.asked == 0


async def test_a_cancel_that_meets_the_time_limit_is_still_a_cancel() -> None:
    """Both in the same turn of the loop, in either order: the cancel must not get lost as a time-out that is then retried."""
    for cancel_first in (True, False):
        scripted = Scripted([[FOREVER]])
        reader = asyncio.ensure_future(take(scripted.stream(Timeouts(first_token=0.02))))
        await asyncio.sleep(0)
        if cancel_first:
            _in_the_turn_of_the_time_limit(reader)
        else:
            _after_expiry(reader)
        with pytest.raises(asyncio.CancelledError):
            await reader
        assert scripted.open == 0


def _in_the_turn_of_the_time_limit(reader: asyncio.Task[Taken]) -> None:
    """The loop is busy when both fall due, and finds them together: first the cancel, then the limit."""
    loop = asyncio.get_running_loop()
    now = loop.time()
    loop.call_at(now + 0.005, time.sleep, 0.03)
    loop.call_at(now + 0.01, reader.cancel)


def _after_expiry(reader: asyncio.Task[Taken]) -> None:
    """Cancel right after the watch has cancelled, before the task has run."""

    def watch() -> None:
        if reader.cancelling():
            reader.cancel()
        elif not reader.done():
            asyncio.get_running_loop().call_soon(watch)

    asyncio.get_running_loop().call_soon(watch)


async def test_time_the_reader_takes_does_not_count() -> None:
    pieces = Scripted([["a", "b", "c", DONE]]).stream()
    taken: list[str | Completion] = []
    async for piece in pieces:
        await asyncio.sleep(0.08)
        taken.append(piece)
    assert taken == ["a", "b", "c", DONE]


async def test_may_be_read_by_one_task_after_another() -> None:
    pieces = Scripted([["a", "b", FOREVER]]).stream()
    assert await asyncio.ensure_future(anext(pieces)) == "a"
    assert await asyncio.ensure_future(anext(pieces)) == "b"
    with pytest.raises(ModelError) as raised:
        await asyncio.ensure_future(anext(pieces))
    assert raised.value.code == "provider_timeout"
    assert asyncio.current_task().cancelling() == 0  # pyright: ignore[reportOptionalMemberAccess]


async def test_a_process_that_was_asleep_does_not_blame_the_provider() -> None:
    """Stopped past the time limit, it wakes up with the timer due and the provider's words waiting: they are read first."""
    loop = asyncio.get_running_loop()
    arrived = asyncio.Event()

    async def ask() -> AsyncGenerator[str | Completion, None]:
        yield "a"
        loop.call_later(0.1, arrived.set)  # seen only when the process wakes up, after the timer of the limit
        loop.call_soon(time.sleep, streaming.OVERSLEPT + 0.5)
        await arrived.wait()
        yield "b"
        yield DONE

    assert await take(stream_answer(ask, ENDPOINT, SHORT, Retries(times=0))) == (["a", "b", DONE], None)
