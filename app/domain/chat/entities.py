"""What a conversation is made of: users, threads, messages, runs and the small values they carry.

Frozen values, standard library only. Nothing here loads or saves itself: repositories return these, use cases
pass them on, the web layer renders them. A change makes a new value.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Assistant(StrEnum):
    """Who answers in a thread."""

    CVS = "cvs"
    RESUME = "resume"


class Role(StrEnum):
    """Who wrote a message."""

    USER = "user"
    ASSISTANT = "assistant"


class RunStatus(StrEnum):
    """Where a run stands: `queued -> running -> done | failed | cancelled`, or `queued -> cancelled`. Never backwards."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """True once the run has written its `done` event."""
        return self not in (RunStatus.QUEUED, RunStatus.RUNNING)


class MessageStatus(StrEnum):
    """How the writing of a message ended. User messages are always `done`."""

    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class OnBusy(StrEnum):
    """What to do with a new message while its thread has an unfinished run."""

    REJECT = "reject"
    ENQUEUE = "enqueue"
    INTERRUPT = "interrupt"


@dataclass(frozen=True, slots=True)
class Source:
    """A passage an answer rests on. `n` is the number the answer cites as `[n]`; `score` is comparable within one run only."""

    n: int
    cv_id: str
    candidate: str
    page: int
    section: str
    snippet: str
    score: float
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the provider counted them; None where it did not say.

    `input_tokens` is all of the input. Of it `cached_input_tokens` came out of the provider's prompt cache (cheaper), and `cache_written_tokens` were put
    into it (at some providers dearer).
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_input_tokens: int | None = None
    cache_written_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class PromptRecord:
    """What was sent to the model, and what was left out because it did not fit into `window_tokens`.

    `estimated_tokens` is our measure of the prompt; `counted_tokens` the provider's own count, if it was asked, which is near the limit only (of
    the prompt before it was cut by that count). Turns are the earlier messages of the conversation. `refused_once`: the model found a longer one too long.
    """

    window_tokens: int
    estimated_tokens: int
    turns_sent: int = 0
    turns_left_out: int = 0
    passages_sent: int = 0
    passages_left_out: int = 0
    counted_tokens: int | None = None
    refused_once: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run failed, for people and programs: a stable code, a sentence, and whether trying again can help."""

    code: str
    message: str
    retryable: bool


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """A whole answer that was given before, with the sources that its markers are bound to."""

    text: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class User:
    """Whoever owns threads. `name` is for people, and need not be unique."""

    user_id: int
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation of one user with one assistant.

    `title` is None if none was given and nothing was said yet. `updated_at` is when something was last posted: the order of the user's list.
    """

    thread_id: UUID
    user_id: int
    assistant: Assistant
    title: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a thread's tree.

    `ordinal` orders the messages of a thread as they were stored. `parent_id` is the message this one answers or follows;
    it may name an answer that is still being written. `run_id` is the run that wrote it (None for user messages).
    """

    message_id: UUID
    thread_id: UUID
    ordinal: int
    role: Role
    content: str
    status: MessageStatus
    parent_id: UUID | None
    run_id: UUID | None
    sources: tuple[Source, ...]
    error: Failure | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Branch:
    """What led to a message, and that message last: what is to be answered, and by which assistant. Never empty."""

    assistant: Assistant
    messages: Sequence[Message]


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A user's message about to be stored."""

    message_id: UUID
    thread_id: UUID
    content: str
    parent_id: UUID | None


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A client's name for one attempt to post, and a digest of what it posted: the same name must mean the same body."""

    key: str
    digest: str


@dataclass(frozen=True, slots=True)
class Origin:
    """The request that asked for something, so that what is done for it elsewhere, and later, can be joined to it.

    `traceparent` is its place in a trace, as W3C Trace Context spells it (https://www.w3.org/TR/trace-context/); None if there is none.
    """

    request_id: str
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One answer in the making, or made.

    `message_id` is the user message answered, `answer_id` the id the assistant message gets when the run closes.
    `attempt` counts executors: 0 while queued, 1 for the first, one more for each takeover and for a cancel from outside. It
    is the fence: whoever holds an older number may not write. `last_seq` is the number of the newest committed event;
    `first_token_seconds` the time from the (last) executor's start to the model's first token. `generation` names the index that the context
    came from; `cached` says that the answer was given before; `fresh` that whoever posted wants one that was not. `prompt` is
    what the model was sent, known when the executor has ended the run.
    """

    run_id: UUID
    thread_id: UUID
    message_id: UUID
    answer_id: UUID
    ordinal: int
    status: RunStatus
    attempt: int
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    first_token_seconds: float | None = None
    provider: str | None = None
    model: str | None = None
    usage: Usage | None = None
    finish_reason: str | None = None
    error: Failure | None = None
    generation: str | None = None
    cached: bool = False
    fresh: bool = False
    prompt: PromptRecord | None = None
    last_seq: int = 0
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Executor:
    """A process that runs models: its id in the leases, and the model it will answer with."""

    executor_id: UUID
    provider: str
    model: str


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run about to be stored: already claimed by `owner`, or queued (None)."""

    run_id: UUID
    thread_id: UUID
    message_id: UUID
    answer_id: UUID
    owner: Executor | None
    idempotency: IdempotencyKey | None = None
    fresh: bool = False
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to write one run: valid while the stored attempt is this attempt. See `Run.attempt`. `origin` is who asked for the run."""

    run_id: UUID
    thread_id: UUID
    message_id: UUID
    answer_id: UUID
    attempt: int
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits and what is being done, over all processes.

    `claimable` runs could start at once if an executor had a free slot, the oldest of them for `oldest_seconds` (0 if there are none); `behind` wait for
    an older run of their thread. Both count no further than some ten thousand. `executors` are the processes with a live lease.
    """

    claimable: int
    behind: int
    oldest_seconds: float
    running: int
    executors: int
