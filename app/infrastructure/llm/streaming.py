"""The patience and persistence around every provider: time-outs, retries, and closing at once.

An adapter turns one request into one attempt (`Attempt`); `stream_answer` makes a `LanguageModel.stream` of it. What it promises:

* Before the first token, failures that another try can mend are tried again, after 1, 2 and 4 s (with jitter), or when the provider's
  `retry-after` says; a wish longer than `Retries.longest_wait` is not waited for but told to the caller.
* After the first token nothing is tried again: `provider_interrupted` or `provider_timeout`.
* Connecting, the first token, and each next token have their own limit. Time in which nobody waits, because the reader is slow, does not count.
* Cancelling the task that waits, or closing the generator, closes the attempt, and with it the provider's connection, at that moment.

    state        on text          on Completion        on failure                          on silence
    opening      answering        finishing            wait, then opening; or raise        as a failure
    answering    answering        finishing            raise                               raise
    finishing    answering        finishing            end with what is known              end with what is known
"""

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import cast

import tenacity

from app.application.ports import Completion
from app.domain.chat.errors import ModelError
from app.infrastructure.llm.failures import TRANSIENT, Endpoint, interrupted, refused, too_slow

log = logging.getLogger(__name__)

Pieces = AsyncGenerator[str | Completion, None]

Attempt = Callable[[], Pieces]
"""Asks the provider once. Yields text as it comes, `""` for work without text (thinking: the provider is alive), and a `Completion` as soon
as the end is known, again if more becomes known; then ends. Raises `ModelError`. Closing it closes the connection."""

SETTLE = 2.0
"""Seconds in which a finished answer may still get its token counts, and the connection become free for the next."""

_INTERRUPTIONS = frozenset(("provider_rate_limited", "provider_overloaded", "provider_unavailable"))


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait, in seconds."""

    connect: float = 5.0
    first_token: float = 60.0
    between_tokens: float = 30.0


@dataclass(frozen=True, slots=True)
class Retries:
    """How often to try again, and how the waits are made: `base` seconds, doubled each time, give or take a quarter."""

    times: int = 3
    base: float = 1.0
    longest_wait: float = 30.0
    jitter: Callable[[], float] = random.random
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    def wait(self, tries: int, retry_after: float | None) -> float:
        """Seconds to wait after the `tries`-th failure. Never less than the provider asked for."""
        if retry_after is not None:
            return retry_after * (1 + 0.1 * self.jitter())
        return self.base * 2 ** (tries - 1) * (0.75 + 0.5 * self.jitter())

    def worthwhile(self, error: BaseException) -> bool:
        """Whether another try may help, soon enough."""
        if not isinstance(error, ModelError):
            return False
        return error.retryable and error.code in TRANSIENT and (error.retry_after or 0.0) <= self.longest_wait


async def stream_answer(attempt: Attempt, endpoint: Endpoint, timeouts: Timeouts, retries: Retries) -> Pieces:
    """One answer: non-empty text, then one `Completion`. See the module."""
    opened: tuple[Pieces, str | Completion] = await _retrying(endpoint, retries)(_open, attempt, endpoint, timeouts)
    pieces, piece = opened[0], cast("str | Completion | None", opened[1])
    watch = _Watch(timeouts.between_tokens)
    completion: Completion | None = None
    said = False
    try:
        while piece is not None:
            if isinstance(piece, Completion):
                completion = piece
                watch.allow(SETTLE)
            elif piece:
                if completion is not None:
                    completion = None
                    watch.allow(timeouts.between_tokens)
                said = True
                yield piece
            piece = await _next(pieces, watch, completion, endpoint)
    finally:
        watch.stop()
        await pieces.aclose()
    if completion is None:
        raise interrupted(endpoint)
    if completion.finish_reason == "refusal" and not said:
        raise refused(endpoint)
    yield completion


async def _open(attempt: Attempt, endpoint: Endpoint, timeouts: Timeouts) -> tuple[Pieces, str | Completion]:
    """Ask, and wait for the first piece that says something."""
    pieces = attempt()
    watch = _Watch(timeouts.first_token)
    try:
        piece = await watch.next(pieces)
        while piece == "":
            piece = await watch.next(pieces)
    except StopAsyncIteration:
        raise interrupted(endpoint) from None
    except TimeoutError:
        raise too_slow(endpoint, timeouts.first_token, began=False) from None
    else:
        return pieces, piece
    finally:
        watch.stop()


async def _next(pieces: Pieces, watch: "_Watch", completion: Completion | None, endpoint: Endpoint) -> str | Completion | None:
    """The next piece, or None at the end. Once the answer is complete, whatever goes wrong is an end too."""
    try:
        return await watch.next(pieces)
    except StopAsyncIteration:
        return None
    except TimeoutError:
        if completion is None:
            raise too_slow(endpoint, watch.limit, began=True) from None
    except ModelError as error:
        if completion is None:
            raise _broken_off(error) from None
    return None


def _broken_off(error: ModelError) -> ModelError:
    """A failure after the first token. What might have been tried again before is an interruption now."""
    if error.code in _INTERRUPTIONS:
        return ModelError(
            "provider_interrupted", f"The answer was broken off. {error.message}", retryable=True, retry_after=error.retry_after
        )
    return error


def _retrying(endpoint: Endpoint, retries: Retries) -> tenacity.AsyncRetrying:
    def wait(state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        return retries.wait(state.attempt_number, error.retry_after if isinstance(error, ModelError) else None)

    def tell(state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        reason = error.code if isinstance(error, ModelError) else None
        fields = {"provider": endpoint.provider, "model": endpoint.model, "reason": reason, "tries": state.attempt_number}
        log.warning("Asking the provider again after a failure", extra=fields | {"wait": round(state.upcoming_sleep, 2)})

    return tenacity.AsyncRetrying(
        stop=tenacity.stop_after_attempt(1 + retries.times),
        wait=wait,
        retry=tenacity.retry_if_exception(retries.worthwhile),
        sleep=retries.sleep,
        before_sleep=tell,
        reraise=True,
    )


OVERSLEPT = 1.0
"""A timer that fires later than this was held up with its whole process: stopped, starved, swapped out. What the provider sent meanwhile waits in the
socket, and gets as long again to be read."""


class _Watch:
    """Interrupts a wait that lasts longer than `limit` with `TimeoutError`.

    For waits that come by the thousand and nearly always end in time: a wait costs a clock reading and no timer. One timer at most runs, wakes
    about once per `limit`, and cancels the waiting task, as `asyncio.timeout` does; unlike that, it never fires between two waits.
    """

    __slots__ = ("_deadline", "_expired", "_loop", "_task", "_timer", "limit")

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[object] | None = None
        self._deadline = 0.0
        self._expired = False

    def allow(self, limit: float) -> None:
        """Set the limit of the waits that follow."""
        self.limit = limit
        self.stop()

    def stop(self) -> None:
        """Leave no timer behind."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def next(self, pieces: Pieces) -> str | Completion:
        """The next piece. Raises `TimeoutError` after the limit, and whatever `pieces` raises."""
        task = self._task = asyncio.current_task()
        assert task is not None
        cancels = task.cancelling()
        self._deadline = self._loop.time() + self.limit
        if self._timer is None:
            self._timer = self._loop.call_at(self._deadline, self._look)
        try:
            return await pieces.__anext__()
        except asyncio.CancelledError:
            # Not ours alone if the task was cancelled from outside as well: then that goes first.
            if self._expired and task.uncancel() <= cancels:
                raise TimeoutError from None
            raise
        finally:
            self._task = None

    def _look(self) -> None:
        self._timer = None
        if self._task is None:
            return
        now = self._loop.time()
        if now > self._deadline + OVERSLEPT:
            self._deadline = now + OVERSLEPT
        if now < self._deadline:
            self._timer = self._loop.call_at(self._deadline, self._look)
            return
        self._expired = True
        self._task.cancel()
