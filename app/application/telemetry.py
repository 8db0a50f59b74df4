"""What happens to requests and runs, told to whoever watches: log lines, metrics, traces. Standard library only; the watchers are adapters.

Called by the web layer (`answering`), the posting use cases (`posting`) and the executor (`executing` and what is inside it). Each moment is a block: a
watcher enters it before and leaves it after, and reads from the record that it was given what became known meanwhile. All of them are quick and never raise
anything of their own. Nothing is told per token: gaps between tokens are counted here, and told once a model call.
"""

from bisect import bisect_left
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol

from app.application.ports import Completion, Prompt
from app.domain.chat.ending import Ending
from app.domain.chat.entities import Assistant, Claim, Origin, Run

current_origin: ContextVar[Origin | None] = ContextVar("current_origin", default=None)
"""The request on whose behalf the running task works. Set where requests arrive and where runs are executed; stored with the runs that are posted."""

GAP_BOUNDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds, in seconds, of the classes that gaps between tokens are counted in."""


@dataclass(slots=True)
class Exchange:
    """A request from outside and how it was answered. `route` is the template, never the path; `status` 0 means that no answer began.

    `first_byte_seconds` is the time until the answer began, `seconds` until it ended. `streamed` answers last as long as their readers stay.
    """

    method: str
    request_id: str
    traceparent: str | None = None
    route: str = ""
    status: int = 0
    streamed: bool = False
    first_byte_seconds: float | None = None
    seconds: float = 0.0


@dataclass(slots=True)
class Gaps:
    """Times between pieces of text: how many in each class of `GAP_BOUNDS` (the last class is everything longer), and all of them together, in seconds."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(GAP_BOUNDS) + 1))
    total: float = 0.0

    def passed(self, seconds: float) -> None:
        """One more."""
        self.counts[bisect_left(GAP_BOUNDS, seconds)] += 1
        self.total += seconds


@dataclass(slots=True)
class ModelCall:
    """One call of a language model. `text` is what it said; prompt and text are for watchers that were told to record them."""

    provider: str
    model: str
    prompt: Prompt
    first_token_seconds: float | None = None
    gaps: Gaps = field(default_factory=Gaps)
    completion: Completion = field(default_factory=lambda: Completion(None, None))
    text: str = ""


@dataclass(slots=True)
class Execution:
    """One executor's try at one run. Without an `ending` the run went to somebody else, or was ended from outside."""

    claim: Claim
    provider: str
    model: str
    ending: Ending | None = None


class RequestWatch(Protocol):
    """Watches requests."""

    def answering(self, exchange: Exchange) -> AbstractContextManager[None]:
        """Around the answer to one request; the record is complete when the block is left."""
        ...


class RunWatch(Protocol):
    """Watches runs. Every block is left in the task that entered it; an exception that leaves it says how it ended."""

    def posting(self) -> AbstractContextManager[None]:
        """Around storing a message and its run."""
        ...

    def posted(self, run: Run, *, replayed: bool) -> None:
        """The run is stored, by an earlier request under the same key if `replayed`; inside `posting`."""
        ...

    def executing(self, execution: Execution) -> AbstractContextManager[None]:
        """Around one executor's work on a run, in a task that does nothing else."""
        ...

    def retrieving(self, assistant: Assistant) -> AbstractContextManager[None]:
        """Around the search for what the answer may rest on; inside `executing`."""
        ...

    def asking(self, call: ModelCall) -> AbstractContextManager[None]:
        """Around one call of the model; inside `executing`. A `ModelError` that leaves the block is final."""
        ...


class Unwatched:
    """Nobody watches. Also the base of watchers that watch some of it."""

    def answering(self, exchange: Exchange) -> AbstractContextManager[None]:  # noqa: ARG002
        """See `RequestWatch.answering`."""
        return nullcontext()

    def posting(self) -> AbstractContextManager[None]:
        """See `RunWatch.posting`."""
        return nullcontext()

    def posted(self, run: Run, *, replayed: bool) -> None:
        """See `RunWatch.posted`."""

    def executing(self, execution: Execution) -> AbstractContextManager[None]:  # noqa: ARG002
        """See `RunWatch.executing`."""
        return nullcontext()

    def retrieving(self, assistant: Assistant) -> AbstractContextManager[None]:  # noqa: ARG002
        """See `RunWatch.retrieving`."""
        return nullcontext()

    def asking(self, call: ModelCall) -> AbstractContextManager[None]:  # noqa: ARG002
        """See `RunWatch.asking`."""
        return nullcontext()


class Watchers(Unwatched):
    """Several watchers as one. Blocks are entered in their order and left in reverse."""

    def __init__(self, *watchers: Unwatched) -> None:
        self._watchers = watchers

    def answering(self, exchange: Exchange) -> AbstractContextManager[None]:
        """See `RequestWatch.answering`."""
        return self._inside(lambda watcher: watcher.answering(exchange))

    def posting(self) -> AbstractContextManager[None]:
        """See `RunWatch.posting`."""
        return self._inside(lambda watcher: watcher.posting())

    def posted(self, run: Run, *, replayed: bool) -> None:
        """See `RunWatch.posted`."""
        for watcher in self._watchers:
            watcher.posted(run, replayed=replayed)

    def executing(self, execution: Execution) -> AbstractContextManager[None]:
        """See `RunWatch.executing`."""
        return self._inside(lambda watcher: watcher.executing(execution))

    def retrieving(self, assistant: Assistant) -> AbstractContextManager[None]:
        """See `RunWatch.retrieving`."""
        return self._inside(lambda watcher: watcher.retrieving(assistant))

    def asking(self, call: ModelCall) -> AbstractContextManager[None]:
        """See `RunWatch.asking`."""
        return self._inside(lambda watcher: watcher.asking(call))

    @contextmanager
    def _inside(self, enter: Callable[[Unwatched], AbstractContextManager[None]]) -> Generator[None]:
        with ExitStack() as stack:
            for watcher in self._watchers:
                stack.enter_context(enter(watcher))
            yield


def claim_fields(claim: Claim) -> dict[str, str | int]:
    """What every log line about a claimed run carries."""
    names: dict[str, str | int] = {"run_id": str(claim.run_id), "thread_id": str(claim.thread_id), "attempt": claim.attempt}
    if claim.origin is not None:
        names["request_id"] = claim.origin.request_id
    return names
