"""What the use cases ask of the outside world, as narrow Protocols. The docstrings are the contracts that every adapter keeps.

Storage Protocols stand with the domain (`app/domain/chat/repositories`); `UnitOfWork` bundles them. Adapters are chosen in `bootstrap`.
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol, runtime_checkable
from uuid import UUID

from app.application.principal import Principal
from app.domain.access.rate import Quota
from app.domain.access.repositories import ApiKeyRepository, OwnerRepository, RateWindowRepository, SignInRepository, SpendingRepository
from app.domain.chat.ending import Ending
from app.domain.chat.entities import Assistant, Claim, Executor, Message, Role, Source, Usage
from app.domain.chat.events import Event, StoredEvent
from app.domain.chat.repositories.answers import AnswerRepository
from app.domain.chat.repositories.leases import LeaseRepository
from app.domain.chat.repositories.messages import MessageRepository
from app.domain.chat.repositories.retention import RetentionRepository
from app.domain.chat.repositories.run_events import RunEventRepository
from app.domain.chat.repositories.runs import RunRepository
from app.domain.chat.repositories.threads import ThreadRepository
from app.domain.chat.repositories.users import UserRepository

NewId = Callable[[], UUID]
"""Makes a UUIDv7: ids made later sort later."""

MonotonicClock = Callable[[], float]
"""Seconds on a clock that never goes back."""


class UnitOfWork(Protocol):
    """One transaction and the repositories inside it. Leaving without `commit` rolls back."""

    @property
    def users(self) -> UserRepository:
        """Whoever owns threads."""
        ...

    @property
    def threads(self) -> ThreadRepository:
        """Conversations; touching one is the lock that posting goes through."""
        ...

    @property
    def messages(self) -> MessageRepository:
        """What was said, for reading: messages are written with their runs."""
        ...

    @property
    def runs(self) -> RunRepository:
        """The queue of work, its claims and its endings."""
        ...

    @property
    def run_events(self) -> RunEventRepository:
        """The log, for reading."""
        ...

    @property
    def leases(self) -> LeaseRepository:
        """Which executors count as alive."""
        ...

    @property
    def answers(self) -> AnswerRepository:
        """Answers that may be given again."""
        ...

    @property
    def api_keys(self) -> ApiKeyRepository:
        """Keys, and the digests of their secrets."""
        ...

    @property
    def sign_ins(self) -> SignInRepository:
        """Cookies and stream tickets."""
        ...

    @property
    def rate_windows(self) -> RateWindowRepository:
        """Counted requests; for a `reading` unit only."""
        ...

    @property
    def spending(self) -> SpendingRepository:
        """What users have in hand, and the lock that holds it still."""
        ...

    @property
    def owners(self) -> OwnerRepository:
        """Which user a thread, a run or a foreign identity belongs to."""
        ...

    @property
    def retention(self) -> RetentionRepository:
        """What is old enough to be merged or removed, and whose duty that is."""
        ...

    async def commit(self) -> None:
        """Make everything done so far last. Raises `Unavailable` if the database cannot say that it did."""
        ...


class Transactions(Protocol):
    """Begins units of work. Every storage failure that is nobody's fault surfaces as `Unavailable`, also a storage that does not answer in time."""

    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """A transaction in which each statement sees what was committed before it."""
        ...

    def reading(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """For reading only: every statement by itself, as of its own moment. The cheapest way to ask one question."""
        ...

    def at_once(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """For one question that also writes: what it did lasts when it has answered, without `commit`."""
        ...

    def snapshot(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """A read-only transaction in which all statements see one moment."""
        ...


class EventLog(Protocol):
    """Where a run's executor writes. Everything is fenced by the claim's attempt: an old claim writes nothing.

    Events of one run become visible in the order of the calls, numbered without gaps. Whatever a reader has seen is committed.
    """

    async def open(self, claim: Claim, last_seq: int) -> None:
        """Begin writing after event `last_seq`. Must come first, once a claim."""
        ...

    async def append(self, claim: Claim, event: Event) -> None:
        """Hand over an event. Returns at once while the log keeps up, else waits: that is the backpressure on the model.

        Raises `LeaseLost` once the log knows that the claim is void.
        """
        ...

    async def close(self, claim: Claim, ending: Ending) -> None:
        """Write what is still waiting, the closing events, the assistant message and the run's status in one commit; return after it.

        Raises `LeaseLost` if somebody else has the run; nothing of the ending is stored then.
        """
        ...

    async def abandon(self, claim: Claim) -> None:
        """Write what is waiting, if it still may be, and forget the claim. For a run that is handed over or was taken away."""
        ...


class RunFeed(Protocol):
    """Where readers read: one iterator for SSE, WebSocket and whatever comes later."""

    def follow(self, run_id: UUID, after: int) -> AsyncGenerator[Sequence[StoredEvent], None]:
        """The run's events after number `after`: those stored, then those to come, in order, no gap and no repeat.

        Yields them in batches, never empty, and ends after `done`. Ends earlier, between two events, when the service shuts down or the run
        is removed; the reader may then come back with its cursor. Holds no database connection while it waits.
        """
        ...

    def runs_of(self, thread_id: UUID) -> AbstractAsyncContextManager["ThreadBell"]:
        """Hear of runs added to a thread."""
        ...


class ThreadBell(Protocol):
    """Rings when a run may have been added to a thread."""

    async def rung(self, seen: UUID | None, within: float | None = None) -> bool:
        """Wait until it may be worth looking again, at most so many seconds; False when the service shuts down. `seen` is the thread's last run that the
        caller has found, None if it has found none."""
        ...


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a prompt."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of context the answer may rest on. `n` is the number the answer cites as `[n]`."""

    n: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Context:
    """What was found for a question: passages for the model, and the sources a client sees, with the same numbers.

    `generation` names the index they came from. `fingerprint` stands for everything the answer depends on, beside the model and the prompt's
    wording: equal fingerprints, equal answers. None means that the answer must not be given again. `remark` is a sentence of the retrieval about what it
    found, for the model. `chosen` says that the passages were picked because they answer the question, and are not simply all there is.
    """

    passages: tuple[Passage, ...] = ()
    sources: tuple[Source, ...] = ()
    generation: str | None = None
    fingerprint: str | None = None
    remark: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is asked.

    A provider needs `system` and `turns`: they say everything, the last turn is the user's. `passages` (already part of `system`), `question`
    and `partial` (already part of `turns`) are the same facts unrendered, for a model that works on them directly; `chosen` is the context's. `partial` is the
    beginning of the answer, written by an executor that died: the model is to go on from there.
    """

    system: str
    turns: tuple[Turn, ...]
    question: str
    passages: tuple[Passage, ...] = ()
    partial: str = ""
    chosen: bool = False

    @property
    def steady(self) -> bool:
        """True if `system` is the same for every question: worth a place in the provider's prompt cache."""
        return bool(self.passages) and not self.chosen


@dataclass(frozen=True, slots=True)
class Completion:
    """The end of a model's answer. `finish_reason` is `stop`, `length`, `refusal` or the provider's own word."""

    finish_reason: str | None
    usage: Usage | None


class LanguageModel(Protocol):
    """A model that answers in pieces."""

    @property
    def provider(self) -> str:
        """The name in `LLM_PROVIDER`."""
        ...

    @property
    def model(self) -> str:
        """The name as the provider spells it; it is stored with the runs that it answers."""
        ...

    @property
    def continues_exactly(self) -> bool:
        """True if, given `Prompt.partial`, the model's first character is certainly the one that follows it."""
        ...

    def stream(self, prompt: Prompt) -> AsyncGenerator[str | Completion, None]:
        """The answer: non-empty pieces of text, then exactly one `Completion`.

        Raises `ModelError`, before or between the pieces. Closing the generator closes the provider's connection at once. Time-outs and retries
        are inside: what is raised is final.
        """
        ...

    async def close(self) -> None:
        """Give back connections. The model is not used afterwards."""
        ...


@runtime_checkable
class TokenCounter(Protocol):
    """A provider that counts tokens itself."""

    async def count_tokens(self, prompt: Prompt) -> int | None:
        """Tokens of the prompt as the provider would bill them; None if it does not say so in time. Never raises but for cancellation."""
        ...


class ContextProvider(Protocol):
    """Finds what an answer may rest on."""

    async def find(self, question: str, history: Sequence[Message], assistant: Assistant) -> Context:
        """The context for a question in a conversation (`history` is oldest first and ends before the question)."""
        ...


class RunStarter(Protocol):
    """The executors of this process, as the use case that stores a run sees them."""

    def reserve(self) -> "Reservation | None":
        """A free executor slot, held until used or released; None if there is none, or none may be used now."""
        ...


class Reservation(Protocol):
    """One free slot. Use it at most once; release it if it was not used (releasing twice is harmless)."""

    @property
    def executor(self) -> Executor:
        """The executor that the run is stored under."""
        ...

    def start(self, claim: Claim) -> None:
        """Start the claimed run in this slot. Returns at once."""
        ...

    def release(self) -> None:
        """Give the slot back unused."""
        ...


class Authenticator(Protocol):
    """Believes, or does not believe, what a request shows as `Authorization: Bearer …`."""

    async def authenticate(self, token: str) -> Principal:
        """Whom the token stands for. Raises `NotAuthenticated`, always with the same words, and `Unavailable`."""
        ...


class RateLimiter(Protocol):
    """Counts requests of an address and of a user, each for itself.

    HTTP is counted by `web/door.py` on every request. The WebSocket must do it by hand, since one connection carries many questions: `Door.enter` once
    when it opens (that counts the opening and says who it is), then for each question, before it is posted,
    `await limiter.hit(address=client_address(websocket), user_id=principal.user_id)`. `RateLimited` becomes the error `RATE_LIMIT`
    with `retry_after`; posting raises it, too, when a user has too many runs or has spent the day's tokens.
    """

    async def hit(self, *, address: str | None = None, user_id: int | None = None) -> Sequence[Quota]:
        """Count one request; answers the limits that apply, none if none does.

        Raises `RateLimited`. A limiter that cannot count lets the request pass: an outage must not lock everybody out.
        """
        ...
