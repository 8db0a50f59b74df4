"""The JSON of the REST API, both ways: what is accepted, within which limits, and what is answered, with examples for the reference at `/docs`.

Used by the routers only. `docs/protocol.md` says the same in words.
"""

import re
from datetime import datetime
from typing import Annotated, Any, Self
from urllib.parse import quote
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from app.application.chat.read_thread import ActiveRun
from app.application.cvs.library import CvCard
from app.domain.access.entities import Scope
from app.domain.chat.entities import Assistant, Failure, Message, MessageStatus, OnBusy, Role, Run, RunStatus, Source, Thread, User

ID_MAX = 2**53 - 1
"""The largest integer that every reader of JSON holds exactly."""


def _storable(text: str) -> str:
    """Postgres keeps no NUL, and UTF-8 no lone surrogate."""
    if "\0" in text:
        raise ValueError("must not contain the character U+0000")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("must not contain half of a surrogate pair") from None
    return text


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be blank")
    return text


def _key(text: str) -> str:
    if not re.fullmatch(rf"[\x21-\x7e]{{1,{KEY_LIMIT}}}", text):
        raise ValueError(f"must be 1 to {KEY_LIMIT} characters of ASCII, without spaces")
    return text


def _number(value: object) -> object:
    if isinstance(value, str | bool):
        raise PydanticCustomError("number_type", "must be a number")
    return value


Text = Annotated[str, AfterValidator(_storable)]
Spoken = Annotated[Text, AfterValidator(_not_blank), Field(min_length=1, json_schema_extra={"pattern": r"\S"})]
"""Text with something in it."""

Title = Annotated[  # the length first: what comes behind a validator of our own speaks of "items"
    str,
    Field(max_length=200),
    AfterValidator(_storable),
    AfterValidator(_not_blank),
    Field(min_length=1, json_schema_extra={"pattern": r"\S"}),
]
KEY_LIMIT = 255
KeyText = Annotated[
    str,
    AfterValidator(_key),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": KEY_LIMIT, "pattern": r"^[\x21-\x7e]+$"}),
]
"""A client's own name for what it asks, such as a UUID."""

UserId = Annotated[int, Field(ge=1, le=ID_MAX), BeforeValidator(_number)]


class Body(BaseModel):
    """A request body: unknown fields are refused, so that a misspelled one is noticed."""

    model_config = ConfigDict(extra="forbid")


def _example(**fields: JsonValue) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [fields]})


_TIME = "2026-11-20T21:00:00.123456Z"
_THREAD = "019aa3f2-7c1e-7d33-9f52-6a1c0f6f2b11"
_RUN = "019aa3f2-8a40-7b6e-8f0a-2f1f0c9b7d52"
_QUESTION = "019aa3f2-8a3f-7e02-b7a4-55d1c4a0e9c3"
_ANSWER = "019aa3f2-8a41-7c11-a0d8-0d4f7f3c6b20"
_SOURCE: dict[str, JsonValue] = {
    "n": 1,
    "cv_id": "ada-example",
    "candidate": "Ada Example",
    "page": 1,
    "section": "CV",
    "snippet": "Platform engineer who has run Kubernetes since 2017.",
    "score": 1.0,
    "url": "/api/cvs/ada-example/pdf#page=1",
}


class CreateUserBody(Body):
    """Somebody new."""

    model_config = _example(name="smoke-user")

    name: Spoken = Field(max_length=200, description="A name for people; need not be unique.")


class UserOut(BaseModel):
    """Whoever owns threads; `user_id` is what they are made with."""

    model_config = _example(user_id=1, name="smoke-user")

    user_id: int
    name: str

    @classmethod
    def of(cls, user: User) -> Self:
        """A stored user, without the date."""
        return cls(user_id=user.user_id, name=user.name)


class CreateThreadBody(Body):
    """Whose conversation it is, and with whom."""

    model_config = _example(user_id=1, assistant="cvs")

    user_id: UserId
    assistant: Assistant = Field(Assistant.CVS, description="`cvs` answers from the CVs, `resume` from one resume.")
    title: Title | None = Field(None, description="Left out: the beginning of the first message.")


class RenameThreadBody(Body):
    """What the thread is to be called."""

    model_config = _example(title="Platform engineers")

    title: Title


class ThreadOut(BaseModel):
    """A conversation of one user with one assistant."""

    model_config = _example(
        thread_id=_THREAD, user_id=1, assistant="cvs", title="Who knows Kubernetes?", created_at=_TIME, updated_at=_TIME
    )

    thread_id: UUID
    user_id: int
    assistant: Assistant
    title: str | None
    created_at: datetime
    updated_at: datetime = Field(description="When the newest message was posted.")

    @classmethod
    def of(cls, thread: Thread) -> Self:
        """A stored thread, field by field."""
        return cls(
            thread_id=thread.thread_id,
            user_id=thread.user_id,
            assistant=thread.assistant,
            title=thread.title,
            created_at=thread.created_at,
            updated_at=thread.updated_at,
        )


class ThreadPage(BaseModel):
    """A part of a user's threads: the one used last comes first."""

    threads: list[ThreadOut]
    answering: list[UUID] = Field(description="Those of them that have an unfinished run.")
    next_cursor: str | None = Field(description="Pass as `cursor` for the next page; null on the last one.")


class SessionOut(BaseModel):
    """Who is signed in, and what they have left."""

    model_config = _example(
        auth="jwt",
        scope="user",
        user_id=1,
        name="Ada",
        expires_at=_TIME,
        tokens_today=51_200,
        tokens_per_day=2_000_000,
        sign_out_url="/api/sign-in/out",
    )

    auth: str = Field(description="AUTH_MODE: `off`, `api_key` or `jwt`.")
    scope: Scope | None = Field(description="Null with `off`.")
    user_id: int | None = Field(description="Whose threads these are; null with `off` and for an admin.")
    name: str | None = Field(description="That user's name; null without a user.")
    expires_at: datetime | None = Field(description="When to sign in again; null if never.")
    tokens_today: int | None = Field(description="Tokens charged since 00:00 UTC; null without a user.")
    tokens_per_day: int | None = Field(description="What a day has; null is no limit.")
    sign_out_url: str | None = Field(
        description="Where a browser goes after `DELETE /api/session` to sign out of the identity provider, too; null if there is none."
    )


class ProviderOut(BaseModel):
    """An identity provider to sign in with."""

    model_config = _example(name="Example Corp", start_url="/api/sign-in/start")

    name: str = Field(description="What people call it.")
    start_url: str = Field(description="Where the browser goes to sign in; with `?return_to=` and a path it comes back there.")


class SignInOut(BaseModel):
    """How one can sign in on the page, besides a key or token."""

    model_config = _example(provider={"name": "Example Corp", "start_url": "/api/sign-in/start"})

    provider: ProviderOut | None = Field(description="Null if none is set up for it.")


class TicketBody(Body):
    """One of them, or neither for a WebSocket session that is new."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"thread_id": _THREAD}], "not": {"required": ["thread_id", "run_id"]}}
    )

    thread_id: UUID | None = Field(None, description="Its events, or its WebSocket session.")
    run_id: UUID | None = Field(None, description="Its events.")

    @model_validator(mode="after")
    def _one_stream(self) -> Self:
        if self.thread_id is not None and self.run_id is not None:
            raise ValueError("a ticket is for one stream: give thread_id or run_id")
        return self


class TicketOut(BaseModel):
    """What opens the stream, and until when; a stream that is open by then stays open."""

    model_config = _example(ticket="Xb0Yk3n5o7Wc1Qz8Rr2Tt4Vv6Uu9Ss0Pp1Oo2Nn3Mm4", expires_at=_TIME)

    ticket: str = Field(description="Put it into the stream's address as `?ticket=`.")
    expires_at: datetime


class SourceOut(BaseModel):
    """A passage that an answer rests on."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SOURCE]})

    n: int = Field(description="The number the answer cites as `[n]`.")
    cv_id: str
    candidate: str
    page: int
    section: str
    snippet: str
    score: float = Field(description="Comparable within one run only.")
    url: str | None

    @classmethod
    def of(cls, source: Source) -> Self:
        """A stored source, field by field."""
        return cls.model_validate(source, from_attributes=True)


class CvSkillOut(BaseModel):
    """A skill as the CV names it."""

    name: str
    years: int | None = Field(description="Where the CV says how many.")


class CvOut(BaseModel):
    """What the index has read from one CV."""

    model_config = _example(
        cv_id="ada-example",
        candidate="Ada Example",
        headline="Platform engineer",
        file="ada-example.pdf",
        pages=2,
        language="en",
        skills=[{"name": "Kubernetes", "years": 6}, {"name": "Go", "years": 4}],
        spoken=["english", "spanish"],
        employers=["Example Networks"],
        roles=["Platform engineer"],
        schools=["University of Example"],
        degrees=["MSc Computer Science"],
        pdf_url="/api/cvs/ada-example/pdf",
    )

    cv_id: str
    candidate: str
    headline: str = Field(description="The profession as the CV puts it; empty if none was found.")
    file: str = Field(description="The PDF's path in the folder that was indexed.")
    pages: int
    language: str = Field(description="The CV's own language, as ISO 639-1.")
    skills: list[CvSkillOut]
    spoken: list[str] = Field(description="Languages, by their English names.")
    employers: list[str]
    roles: list[str]
    schools: list[str]
    degrees: list[str]
    pdf_url: str = Field(description="Add `#page=2` to open it there.")

    @classmethod
    def of(cls, card: CvCard) -> Self:
        """A card of the library, and where its PDF can be had."""
        return cls(
            cv_id=card.cv_id,
            candidate=card.candidate,
            headline=card.headline,
            file=card.file,
            pages=card.pages,
            language=card.language,
            skills=[CvSkillOut(name=skill.name, years=skill.years) for skill in card.skills],
            spoken=list(card.spoken),
            employers=list(card.employers),
            roles=list(card.roles),
            schools=list(card.schools),
            degrees=list(card.degrees),
            pdf_url=f"/api/cvs/{quote(card.cv_id, safe='')}/pdf",
        )


class CvListOut(BaseModel):
    """A part of the CVs, in the order of their ids."""

    cvs: list[CvOut]
    next_cursor: str | None = Field(description="Pass as `cursor` for the next page; null on the last one.")
    generation: str | None = Field(description="The index that was read; null if there are no CVs.")


class FailureOut(BaseModel):
    """Why a run failed: a stable code, a sentence for people, and whether trying again can help."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"code": "provider_overloaded", "message": "The model is overloaded.", "retryable": True}]}
    )

    code: str
    message: str
    retryable: bool

    @classmethod
    def of(cls, failure: Failure | None) -> Self | None:
        """A stored failure, or None where nothing failed."""
        return cls(code=failure.code, message=failure.message, retryable=failure.retryable) if failure else None


class MessageOut(BaseModel):
    """One message of a thread's tree."""

    message_id: UUID
    role: Role
    content: str
    status: MessageStatus = Field(description="How its writing ended; always `done` for a user's message.")
    error: FailureOut | None
    sources: list[SourceOut]
    run_id: UUID | None = Field(description="The run that wrote it; null for a user's message.")
    parent_id: UUID | None = Field(description="The message it answers or follows; siblings are alternatives.")
    created_at: datetime

    @classmethod
    def of(cls, message: Message) -> Self:
        """A stored message, without its thread, which was asked for, and its ordinal, which the order shows."""
        return cls(
            message_id=message.message_id,
            role=message.role,
            content=message.content,
            status=message.status,
            error=FailureOut.of(message.error),
            sources=[SourceOut.of(source) for source in message.sources],
            run_id=message.run_id,
            parent_id=message.parent_id,
            created_at=message.created_at,
        )


class ActiveRunOut(BaseModel):
    """The thread's oldest unfinished run, with what its events up to `last_seq` amount to: follow it after `last_seq`."""

    run_id: UUID
    last_seq: int
    status: RunStatus
    message_id: UUID = Field(description="The user's message that is being answered.")
    answer_id: UUID = Field(description="The id that the answer will have.")
    text: str = Field(description="The answer so far.")
    sources: list[SourceOut]

    @classmethod
    def of(cls, active: ActiveRun) -> Self:
        """A run and its transcript in one; both are of one moment."""
        return cls(
            run_id=active.run.run_id,
            last_seq=active.transcript.last_seq,
            status=active.run.status,
            message_id=active.run.message_id,
            answer_id=active.run.answer_id,
            text=active.transcript.text,
            sources=[SourceOut.of(source) for source in active.transcript.sources],
        )


class WaitingRunOut(BaseModel):
    """A run that waits for its turn in the thread: it can be cancelled by itself."""

    run_id: UUID
    message_id: UUID = Field(description="The user's message that it will answer.")
    answer_id: UUID = Field(description="The id that the answer will have.")

    @classmethod
    def of(cls, run: Run) -> Self:
        """What a client is told of a run that waits."""
        return cls(run_id=run.run_id, message_id=run.message_id, answer_id=run.answer_id)


class MessagePage(BaseModel):
    """A part of a thread's messages, and where its runs stand at the same moment."""

    messages: list[MessageOut] = Field(description="Newest first.")
    next_cursor: str | None = Field(description="Pass as `cursor` for older messages; null on the last page.")
    active_run: ActiveRunOut | None
    waiting_runs: list[WaitingRunOut] = Field(description="The unfinished runs after it, in the order in which they will be answered.")
    events_cursor: str = Field(description="Pass as `after` to the thread's events: they then begin where this answer ends.")


class PostMessageBody(Body):
    """What is said, where it belongs, and what to do if the thread is busy."""

    model_config = _example(content="Who knows Kubernetes?")

    content: Spoken = Field(description="What the user says.")
    on_busy: OnBusy = Field(OnBusy.REJECT, description="While an answer is unfinished: refuse (409), wait for it, or stop it.")
    parent_id: UUID | None = Field(
        None,
        description="The answer that this message follows. Left out: the newest. To edit a message, post with the parent_id of the edited one "
        "(null if it was the first).",
    )


class RegenerateBody(Body):
    """What to do if the thread is busy."""

    model_config = _example(on_busy="enqueue")

    on_busy: OnBusy = Field(default=OnBusy.REJECT, description="While an answer is unfinished: refuse (409), wait for it, or stop it.")


class PostedOut(BaseModel):
    """The run that answers the message, and where to follow it."""

    model_config = _example(
        run_id=_RUN, message_id=_QUESTION, thread_id=_THREAD, answer_id=_ANSWER, status="running", events_url=f"/api/runs/{_RUN}/events"
    )

    run_id: UUID
    message_id: UUID = Field(description="The user's message.")
    thread_id: UUID
    answer_id: UUID = Field(description="The id that the answer will have.")
    status: RunStatus
    events_url: str

    @classmethod
    def of(cls, run: Run) -> Self:
        """A run that was stored now, or before under the same idempotency key."""
        return cls(
            run_id=run.run_id,
            message_id=run.message_id,
            thread_id=run.thread_id,
            answer_id=run.answer_id,
            status=run.status,
            events_url=f"/api/runs/{run.run_id}/events",
        )


class UsageOut(BaseModel):
    """Tokens as the provider counted them; null where it did not say."""

    input_tokens: int | None
    output_tokens: int | None
    cached_input_tokens: int | None = Field(description="Of the input: read from the provider's prompt cache.")
    cache_written_tokens: int | None = Field(None, description="Of the input: put into that cache.")


class PromptOut(BaseModel):
    """What the model was sent, and what did not fit into its window."""

    window_tokens: int = Field(description="What the model takes, prompt and answer together.")
    estimated_tokens: int = Field(description="The prompt, by our measure.")
    counted_tokens: int | None = Field(description="By the provider's own counter, if it was asked: near the limit only.")
    turns_sent: int = Field(description="Earlier messages of the conversation.")
    turns_left_out: int
    passages_sent: int
    passages_left_out: int
    refused_once: bool = Field(description="The model found a longer prompt too long.")


class TimingsOut(BaseModel):
    """Seconds; null while not known."""

    queued: float | None = Field(description="From the post to the (last) executor's start.")
    first_token: float | None = Field(description="From that start to the model's first token.")
    total: float | None = Field(description="From the post to the end.")


class RunOut(BaseModel):
    """One answer in the making, or made."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "run_id": _RUN,
                    "thread_id": _THREAD,
                    "message_id": _QUESTION,
                    "answer_id": _ANSWER,
                    "status": "done",
                    "attempt": 1,
                    "provider": "offline",
                    "model": "offline-quotes",
                    "usage": {"input_tokens": None, "output_tokens": 42, "cached_input_tokens": None, "cache_written_tokens": None},
                    "prompt": {
                        "window_tokens": 200000,
                        "estimated_tokens": 2100,
                        "counted_tokens": None,
                        "turns_sent": 4,
                        "turns_left_out": 0,
                        "passages_sent": 6,
                        "passages_left_out": 0,
                        "refused_once": False,
                    },
                    "finish_reason": "stop",
                    "cached": False,
                    "generation": None,
                    "error": None,
                    "last_seq": 17,
                    "timings": {"queued": 0.001, "first_token": 0.154, "total": 1.02},
                    "created_at": _TIME,
                    "started_at": _TIME,
                    "finished_at": _TIME,
                }
            ]
        }
    )

    run_id: UUID
    thread_id: UUID
    message_id: UUID
    answer_id: UUID
    status: RunStatus
    attempt: int = Field(
        description="How many executors have had it; whoever cancels it counts as one, as they take it from the one before."
    )
    provider: str | None
    model: str | None
    usage: UsageOut | None
    prompt: PromptOut | None = Field(description="Null until the run has ended, and if the model was not asked.")
    finish_reason: str | None
    cached: bool = Field(description="Whether the answer was given before, to an equivalent question.")
    generation: str | None = Field(description="The index that its sources came from, if there is one.")
    error: FailureOut | None
    last_seq: int = Field(description="Number of the newest event.")
    timings: TimingsOut
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, run: Run) -> Self:
        """A stored run, with its dates also as seconds."""
        return cls(
            run_id=run.run_id,
            thread_id=run.thread_id,
            message_id=run.message_id,
            answer_id=run.answer_id,
            status=run.status,
            attempt=run.attempt,
            provider=run.provider,
            model=run.model,
            usage=UsageOut.model_validate(run.usage, from_attributes=True) if run.usage else None,
            prompt=PromptOut.model_validate(run.prompt, from_attributes=True) if run.prompt else None,
            finish_reason=run.finish_reason,
            cached=run.cached,
            generation=run.generation,
            error=FailureOut.of(run.error),
            last_seq=run.last_seq,
            timings=TimingsOut(
                queued=_seconds(run.created_at, run.started_at),
                first_token=run.first_token_seconds,
                total=_seconds(run.created_at, run.finished_at),
            ),
            created_at=run.created_at,
            started_at=run.started_at,
            finished_at=run.finished_at,
        )


class InvalidField(BaseModel):
    """One thing that is wrong with a request."""

    field: str = Field(description="Where: `name`, `query.limit`, `header.Idempotency-Key`.")
    message: str


class Problem(BaseModel):
    """What every error looks like."""

    code: str = Field(description="Stable; `docs/protocol.md` lists them all.")
    message: str = Field(description="What is wrong and what to do, for people.")
    request_id: str = Field(description="Also the header X-Request-ID, and on every log line of the request.")
    run_id: UUID | None = Field(None, description="With `thread_busy`: the run that is in the way.")
    fields: list[InvalidField] | None = Field(None, description="With `invalid_request`: everything that is wrong.")


class ProblemOut(BaseModel):
    """The body of every error."""

    error: Problem


def problem_example(code: str, message: str, **more: Any) -> dict[str, Any]:
    """An error as it would come, for the reference."""
    return {"error": {"code": code, "message": message, "request_id": "b7c8e0a52f1d4c6e", **more}}


def _seconds(start: datetime, end: datetime | None) -> float | None:
    return max(0.0, (end - start).total_seconds()) if end else None
