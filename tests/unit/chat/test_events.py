"""Events: merging, payloads, and the transcript they fold to."""

import itertools
import json
from collections.abc import Sequence
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.chat.ending import Ending
from app.domain.chat.entities import Failure, MessageStatus, RunStatus, Source, Usage
from app.domain.chat.events import Done, Error, Event, Final, Restarted, Sources, Started, StoredEvent, Token, merged, payload
from app.domain.chat.transcript import Transcript, fold

SOURCE = Source(n=1, cv_id="ada", candidate="Ada", page=2, section="Skills", snippet="¡Olé!", score=0.5)

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
marks = st.sampled_from([Sources(()), Restarted(2, "executor_lost", 3), Done(RunStatus.DONE)])
events = st.lists(st.one_of(texts.map(Token), marks), max_size=12)


def stored(happened: Sequence[Event]) -> list[StoredEvent]:
    run_id = uuid4()
    return [StoredEvent(run_id, seq, event.type, payload(event)) for seq, event in enumerate(happened, start=1)]


@given(events)
def test_merging_changes_no_text_and_leaves_no_neighbouring_tokens(happened: list[Event]) -> None:
    joined = merged(happened)
    assert fold(stored(joined)).text == fold(stored(happened)).text
    assert [event for event in joined if not isinstance(event, Token)] == [event for event in happened if not isinstance(event, Token)]
    assert not any(isinstance(one, Token) and isinstance(other, Token) for one, other in itertools.pairwise(joined))


@given(texts)
def test_a_token_s_payload_carries_the_text_exactly(text: str) -> None:
    assert json.loads(payload(Token(text))) == {"text": text}


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (Started(1, "fake", "m", "id"), '{"attempt":1,"provider":"fake","model":"m","message_id":"id"}'),
        (Token("é\n"), '{"text":"é\\n"}'),
        (Restarted(2, "executor_lost", 7), '{"attempt":2,"reason":"executor_lost","keep":7}'),
        (Final("a", (), Usage(1, None, None), "stop"), None),
        (Error("c", "m", retryable=True), '{"code":"c","message":"m","retryable":true}'),
        (Done(RunStatus.CANCELLED), '{"status":"cancelled"}'),
        (Sources((SOURCE,)), None),
    ],
)
def test_a_payload_is_the_fields_in_their_order_as_compact_json(event: Event, text: str | None) -> None:
    spelled = payload(event)
    assert ", " not in spelled
    assert "\\u" not in spelled
    assert text is None or spelled == text


def test_a_transcript_says_what_a_reader_has_seen() -> None:
    happened: list[Event] = [
        Started(1, "fake", "m", "id"),
        Sources((SOURCE,)),
        Token("Ada 😀 writes Java"),
        Restarted(2, "executor_lost", 13),
        Token("Go."),
        Final("Ada 😀 writes Go.", (SOURCE,), None, "stop"),
        Done(RunStatus.DONE),
    ]
    assert fold(stored(happened)) == Transcript(7, started=True, text="Ada 😀 writes Go.", sources=(SOURCE,), status=RunStatus.DONE)
    assert fold([]) == Transcript()


@pytest.mark.parametrize(
    ("ending", "kinds", "status"),
    [
        (Ending.done("a", (SOURCE,), Usage(1, 2, 3), "stop"), [Final, Done], MessageStatus.DONE),
        (Ending.failed(Failure("code", "Words.", retryable=False), "so far"), [Error, Done], MessageStatus.FAILED),
        (Ending.cancelled("so far"), [Done], MessageStatus.CANCELLED),
    ],
)
def test_every_ending_ends_in_one_done_that_names_its_status(ending: Ending, kinds: list[type[Event]], status: MessageStatus) -> None:
    assert [type(event) for event in ending.events] == kinds
    assert ending.events[-1] == Done(ending.status)
    assert ending.message_status is status
    assert ending.status.is_final
