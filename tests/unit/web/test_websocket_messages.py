"""Events become messages without being parsed, and lose nothing; failures become the five codes."""

import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.domain.chat.entities import RunStatus
from app.domain.chat.errors import ChatError, InvalidCursor, NotFound, QueueFull, ThreadBusy, Unavailable
from app.domain.chat.events import Done, Error, Event, EventType, Final, Restarted, StoredEvent, Token, payload
from app.infrastructure.web.websocket import failures, messages
from app.infrastructure.web.websocket.failures import ErrorCode

RUN = UUID("019aa3f2-8a40-7b6e-8f0a-2f1f0c9b7d52")

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=60)
events = st.one_of(
    texts.map(Token), st.builds(Restarted, st.integers(2, 9), st.just("executor_lost"), st.integers(0, 99)), st.just(Done(RunStatus.DONE))
)


def _stored(written: list[Event], first: int = 1) -> list[StoredEvent]:
    return [StoredEvent(RUN, seq, event.type, payload(event)) for seq, event in enumerate(written, start=first)]


@given(st.lists(events, max_size=30), st.integers(1, 10**12))
def test_messages_say_what_the_events_said_in_their_order(written: list[Event], first: int) -> None:
    stored = _stored(written, first)
    said = [json.loads(message) for message in messages.of_events(stored)]
    for message in said:
        messages.SERVER_MESSAGE.validate_python(message)
    assert [message["seq"] for message in said] == sorted({message["seq"] for message in said})
    assert {message["run_id"] for message in said} <= {str(RUN)}
    assert _told(said) == [json.loads(event.data) | {"type": event.type.value} for event in _merged(stored)]
    if stored:
        assert said[-1]["seq"] == stored[-1].seq


def _told(said: list[dict[str, object]]) -> list[dict[str, object]]:
    told = [{name: value for name, value in message.items() if name not in ("run_id", "seq")} for message in said]
    return [{"text" if name == "token" else name: value for name, value in message.items()} for message in told]


def _merged(stored: list[StoredEvent]) -> list[StoredEvent]:
    """Neighbouring tokens as one, worked out in another way."""
    merged: list[StoredEvent] = []
    for event in stored:
        if merged and merged[-1].type is event.type is EventType.TOKEN:
            text = json.loads(merged[-1].data)["text"] + json.loads(event.data)["text"]
            merged[-1] = StoredEvent(RUN, event.seq, event.type, json.dumps({"text": text}))
        else:
            merged.append(event)
    return merged


def test_a_token_in_another_spelling_of_json_is_read_too() -> None:
    stored = StoredEvent(RUN, 1, EventType.TOKEN, '{ "text" : "a\\u00e9\\"b" }')
    assert json.loads(next(messages.of_events([stored])))["token"] == 'aé"b'


def test_waiting_tokens_become_messages_of_a_bounded_size() -> None:
    said = [json.loads(message) for message in messages.of_events(_stored([Token("x" * 5000)] * 20))]
    assert all(len(message["token"]) <= messages.MERGED_CHARACTERS for message in said)
    assert len(said) < 20
    assert "".join(message["token"] for message in said) == "x" * 100_000


def test_an_earlier_run_is_told_again_by_its_end_alone_and_without_a_place() -> None:
    stored = _stored([Token("a"), Final("a", (), None, "stop"), Done(RunStatus.DONE)])
    said = [json.loads(message) for message in messages.told_again(stored)]
    assert [message["type"] for message in said] == ["response", "done"]
    assert all("seq" not in message and message["run_id"] == str(RUN) for message in said)


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("provider_rate_limited", ErrorCode.RATE_LIMIT),
        ("provider_overloaded", ErrorCode.API_ERROR),
        ("provider_timeout", ErrorCode.API_ERROR),
        ("context_too_long", ErrorCode.VALIDATION_ERROR),
        ("document_unreadable", ErrorCode.INTERNAL_ERROR),
        ("index_building", ErrorCode.INTERNAL_ERROR),
        ("internal_error", ErrorCode.INTERNAL_ERROR),
    ],
)
def test_the_code_of_a_failed_run(reason: str, code: ErrorCode) -> None:
    stored = _stored([Error(reason, "No.", retryable=True)])
    message = json.loads(next(messages.of_events(stored)))
    assert (message["code"], message["reason"], message["error"], message["retryable"]) == (code.value, reason, "No.", True)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NotFound("thread", 1), ErrorCode.VALIDATION_ERROR),
        (InvalidCursor("No."), ErrorCode.VALIDATION_ERROR),
        (ThreadBusy(RUN), ErrorCode.VALIDATION_ERROR),
        (QueueFull("No."), ErrorCode.VALIDATION_ERROR),
        (Unavailable("database_busy", "No.", retry_after=2), ErrorCode.DATABASE_ERROR),
        (Unavailable("index_building", "No."), ErrorCode.INTERNAL_ERROR),
    ],
)
def test_the_code_of_a_refusal(error: ChatError, code: ErrorCode) -> None:
    wrong = failures.of_error(error)
    assert (wrong.code, wrong.reason, wrong.sentence) == (code, error.code, error.message)
    assert wrong.run_id == (RUN if isinstance(error, ThreadBusy) else None)
    assert wrong.retry_after == (error.retry_after if isinstance(error, Unavailable) else None)


@given(st.text(max_size=200))
def test_whatever_a_client_sends_is_a_message_or_a_sentence(text: str) -> None:
    try:
        messages.read(text)
    except ValidationError as error:
        wrong = failures.of_validation(error)
        assert wrong.code is ErrorCode.VALIDATION_ERROR
        assert wrong.sentence
