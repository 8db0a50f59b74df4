"""The messages of a WebSocket, both ways: their JSON, their limits, and how a run's events become some of them. Pure.

`session.py` reads and writes them; the OpenAPI document describes them. A token is the message sent a thousand times: it is put together from
the event's stored JSON, without parsing it.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, TypeAdapter

from app.domain.chat.entities import Assistant, OnBusy, RunStatus
from app.domain.chat.events import EventType, StoredEvent
from app.infrastructure.web.schemas import Body, KeyText, SourceOut, Spoken, UsageOut
from app.infrastructure.web.websocket.failures import ErrorCode, code_of_failure

MERGED_CHARACTERS = 16_384
"""Tokens that wait together become one message of about this many characters at most."""

MessageId = KeyText

_RUN = Field(description="The run it belongs to.")
_SEQ = Field(description="Its number within the run: with `run_id` the place to come back to, as `after=run_id:seq`.")
RunId = Annotated[UUID, _RUN]
Seq = Annotated[int, _SEQ]
SeqUnlessToldAgain = Annotated[
    int | None, Field(description="As in a token; left out when an earlier answer is told again, because it is no place to come back to.")
]


# -- from the client -------------------------------------------------------------------------------------------------------------------


class QuestionMessage(Body):
    """Ask. Answered by `accepted`, then by the run's messages."""

    type: Literal["question"]
    question: Spoken = Field(description="What the user says.")
    id: MessageId | None = Field(
        None,
        description="Your name for this question: sent again in the same session, from any connection, it is the same run. An Idempotency-Key.",
    )
    on_busy: OnBusy = Field(OnBusy.REJECT, description="While an answer is unfinished: refuse, wait for it, or stop it.")


class CancelMessage(Body):
    """Stop an answer; the text so far is kept. Answered by `cancelled`."""

    type: Literal["cancel"]
    run_id: UUID | None = Field(None, description="Left out: the oldest unfinished answer of the session.")


class PingMessage(Body):
    """Are you there? Answered by `pong`."""

    type: Literal["ping"]
    id: MessageId | None = Field(None, description="Comes back in the answer.")


ClientMessage = Annotated[QuestionMessage | CancelMessage | PingMessage, Field(discriminator="type")]

CLIENT_MESSAGE: TypeAdapter[QuestionMessage | CancelMessage | PingMessage] = TypeAdapter(ClientMessage)


def read(text: str) -> QuestionMessage | CancelMessage | PingMessage:
    """A client's message. Raises pydantic's `ValidationError`."""
    return CLIENT_MESSAGE.validate_json(text)


# -- from the server -------------------------------------------------------------------------------------------------------------------


class ActiveRun(BaseModel):
    """The answer that is being written."""

    run_id: UUID
    last_seq: int


class SessionMessage(BaseModel):
    """The first message. `session_id` is a thread: the REST calls for threads take it too."""

    type: Literal["session"] = "session"
    session_id: UUID
    user_id: int
    assistant: Assistant
    resumed: bool = Field(description="False for a session that begins now.")
    active_run: ActiveRun | None = Field(description="The session's oldest unfinished run.")


class AcceptedMessage(BaseModel):
    """The question is stored, and so is the run that will answer it: it cannot get lost any more. Comes before the run's first message."""

    type: Literal["accepted"] = "accepted"
    id: str | None = Field(description="The question's, if it had one.")
    run_id: UUID
    message_id: UUID = Field(description="The question, as a message of the thread.")
    answer_id: UUID = Field(description="The id that the answer will have.")
    replayed: bool = Field(description="True if the question was known by its id.")


class StartedMessage(BaseModel):
    """An executor has the run."""

    type: Literal["started"] = "started"
    run_id: RunId
    seq: Seq
    attempt: int
    provider: str
    model: str
    message_id: UUID = Field(description="The id that the answer will have.")


class SourcesMessage(BaseModel):
    """What the answer will rest on; before the first token."""

    type: Literal["sources"] = "sources"
    run_id: RunId
    seq: Seq
    sources: list[SourceOut]


class TokenMessage(BaseModel):
    """Text to append."""

    type: Literal["token"] = "token"
    token: str
    seq: Seq
    run_id: RunId


class RestartedMessage(BaseModel):
    """Another executor took over: the first `keep` characters (Unicode code points) of the text so far stand, drop the rest."""

    type: Literal["restarted"] = "restarted"
    run_id: RunId
    seq: Seq
    attempt: int
    reason: str
    keep: int


class ResponseMessage(BaseModel):
    """The whole answer, equal to the tokens put together."""

    type: Literal["response"] = "response"
    response: str
    run_id: RunId
    seq: SeqUnlessToldAgain = None
    sources: list[SourceOut]
    usage: UsageOut | None
    finish_reason: str | None


class ErrorMessage(BaseModel):
    """Something went wrong: with a message of the client, with a run (then it has `run_id` and `seq`, and `done` follows), or with the session."""

    type: Literal["error"] = "error"
    error: str = Field(description="What is wrong and what to do, for people.")
    code: ErrorCode
    reason: str = Field(description="The finer code, as in the REST API and in runs.")
    retryable: bool = Field(description="Whether the same may succeed later.")
    retry_after: float | None = Field(None, description="Seconds to wait first.")
    id: str | None = Field(None, description="Of the question or ping that it is about.")
    run_id: UUID | None = Field(None, description="The run that failed; with reason `thread_busy` the one that is in the way.")
    seq: SeqUnlessToldAgain = None


class DoneMessage(BaseModel):
    """The last message of every run, whatever became of it."""

    type: Literal["done"] = "done"
    run_id: RunId
    seq: SeqUnlessToldAgain = None
    status: RunStatus


class CancelledMessage(BaseModel):
    """The answer to `cancel`. The run's own `done` comes as well."""

    type: Literal["cancelled"] = "cancelled"
    run_id: UUID | None = Field(description="What was stopped; null if nothing was running.")


class PongMessage(BaseModel):
    """The answer to `ping`, with the `id` that came with it."""

    type: Literal["pong"] = "pong"
    id: str | None


ServerMessage = Annotated[
    SessionMessage
    | AcceptedMessage
    | StartedMessage
    | SourcesMessage
    | TokenMessage
    | RestartedMessage
    | ResponseMessage
    | ErrorMessage
    | DoneMessage
    | CancelledMessage
    | PongMessage,
    Field(discriminator="type"),
]

SERVER_MESSAGE: TypeAdapter[Any] = TypeAdapter(ServerMessage)


def of_events(events: Sequence[StoredEvent]) -> Iterator[str]:
    """The messages for events of one run, in order; neighbouring tokens become one, under the last one's number."""
    texts: list[str] = []
    size = 0
    for place, event in enumerate(events):
        if event.type is not EventType.TOKEN:
            yield _message(event, {"run_id": str(event.run_id), "seq": event.seq})
            continue
        inner = _inner_text(event.data)
        texts.append(inner)
        size += len(inner)
        following = events[place + 1] if place + 1 < len(events) else None
        if following is None or following.type is not EventType.TOKEN or size + len(following.data) > MERGED_CHARACTERS:
            yield f'{{"type":"token","token":"{"".join(texts)}","seq":{event.seq},"run_id":"{event.run_id}"}}'
            texts, size = [], 0


def told_again(events: Sequence[StoredEvent]) -> Iterator[str]:
    """How an earlier run ended: its closing events as messages that are no place to come back to."""
    for event in events:
        if event.type in (EventType.FINAL, EventType.ERROR, EventType.DONE):
            yield _message(event, {"run_id": str(event.run_id)})


def _inner_text(data: str) -> str:
    """What stands between the quotes in `{"text":"..."}`. Texts so written can be put together as they are: nothing in them is cut."""
    if data.startswith('{"text":"') and data.endswith('"}'):
        return data[9:-2]
    return json.dumps(json.loads(data)["text"], ensure_ascii=False)[1:-1]


def _message(event: StoredEvent, place: dict[str, Any]) -> str:
    data: dict[str, Any] = json.loads(event.data)
    match event.type:
        case EventType.FINAL:
            return _json({"type": "response", "response": data.pop("text"), **place, **data})
        case EventType.ERROR:
            code = code_of_failure(data["code"]).value
            wrong = {"error": data["message"], "code": code, "reason": data["code"], "retryable": data["retryable"]}
            return _json({"type": "error", **wrong, **place})
        case _:
            return _json({"type": event.type.value, **place, **data})


def _json(message: dict[str, Any]) -> str:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))
