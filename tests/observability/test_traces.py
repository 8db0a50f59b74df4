"""One trace from a client's request to the provider call in another process, over the real OTLP wire; a link where an executor died."""

from hashlib import sha256
from uuid import UUID

from tests.observability.conftest import CALLER, QUESTION, SECRET, TRACE, Story
from tests.otlp import Collected

SERVER, CLIENT, INTERNAL, CONSUMER = 2, 3, 1, 5


def test_a_trace_goes_from_the_caller_s_span_to_the_provider_call_in_another_process(story: Story) -> None:
    [request] = [span for span in _of(story, "well") if span.name == "POST /api/threads/{thread_id}/messages"]
    [post] = [span for span in _of(story, "well") if span.name == "post"]
    [run] = [span for span in _of(story, "well") if span.name == "invoke_agent cvs"]
    [retrieval] = [span for span in _of(story, "well") if span.name == "retrieval cvs"]
    [call] = [span for span in _of(story, "well") if span.name == "chat fake"]
    assert {span.trace_id for span in (request, post, run, retrieval, call)} == {TRACE}
    assert request.parent_id == CALLER
    assert [span.parent_id for span in (post, run, retrieval, call)] == [request.span_id, post.span_id, run.span_id, run.span_id]
    assert [span.kind for span in (request, post, run, retrieval, call)] == [SERVER, INTERNAL, CONSUMER, INTERNAL, CLIENT]
    assert request.resource["service.instance.id"] != run.resource["service.instance.id"]
    assert {request.resource["service.name"], run.resource["service.name"]} == {"chatbot"}


def test_spans_say_what_the_conventions_for_generative_ai_ask_for(story: Story) -> None:
    asked = story.asked["well"]
    [run] = [span for span in _of(story, "well") if span.name == "invoke_agent cvs"]
    assert run.attributes["gen_ai.operation.name"] == "invoke_agent"
    assert run.attributes["gen_ai.conversation.id"] == asked.thread_id
    assert run.attributes["gen_ai.agent.name"] == "cvs"
    assert run.attributes["chatbot.run.id"] == asked.run_id
    assert run.attributes["chatbot.run.status"] == "done"
    assert run.attributes["chatbot.request.id"] == "asks-well"
    [call] = [span for span in _of(story, "well") if span.name == "chat fake"]
    assert call.attributes["gen_ai.operation.name"] == "chat"
    assert call.attributes["gen_ai.provider.name"] == "openai"
    assert call.attributes["gen_ai.request.model"] == "fake"
    assert call.attributes["gen_ai.usage.output_tokens"] == 40
    assert call.attributes["gen_ai.usage.input_tokens"] > 0
    assert call.attributes["gen_ai.response.finish_reasons"] == ["stop"]
    assert 0 < call.attributes["gen_ai.response.time_to_first_chunk"] < 30
    [request] = [span for span in _of(story, "well") if span.kind == SERVER and span.name.endswith("/messages")]
    assert request.attributes["http.route"] == "/api/threads/{thread_id}/messages"
    assert request.attributes["http.response.status_code"] == 201


def test_a_failed_call_fails_its_spans_by_its_code_alone(story: Story) -> None:
    for name in ("chat fake", "invoke_agent cvs"):
        [span] = [span for span in _of(story, "badly") if span.name == name]
        assert span.failed
        assert span.attributes["error.type"] == "provider_bad_request"
        assert span.events == 0


def test_what_is_no_traceparent_begins_a_trace_of_its_own(story: Story) -> None:
    [request] = [span for span in _of(story, "badly") if span.name.endswith("/messages")]
    assert request.parent_id == ""
    assert request.trace_id != TRACE


def test_a_cancelled_call_is_cancelled_and_has_not_failed(story: Story) -> None:
    [call] = [span for span in _of(story, "cancelled") if span.name == "chat fake"]
    assert call.attributes["chatbot.cancelled"] is True
    assert not call.failed


def test_who_takes_over_goes_on_in_the_trace_and_links_to_the_dead_executor_s_span(story: Story) -> None:
    asked = story.asked["taken-over"]
    [post] = [span for span in _of(story, "taken-over") if span.name == "post"]
    runs = [span for span in _of(story, "taken-over") if span.name == "invoke_agent cvs"]
    assert [run.attributes["chatbot.run.attempt"] for run in runs] == [2], "the first one died with its process"
    [run] = runs
    assert (run.trace_id, run.parent_id) == (post.trace_id, post.span_id)
    assert run.links == ((post.trace_id, _span_id(asked.run_id, 1)),)
    assert run.span_id == _span_id(asked.run_id, 2)


def test_nothing_that_somebody_wrote_is_in_a_trace(story: Story) -> None:
    sent = b"".join(story.collector.bodies)
    assert SECRET.encode() not in sent
    assert QUESTION.encode() not in sent


def _of(story: Story, name: str) -> list[Collected]:
    """The spans of one question: of its request, and of its run."""
    asked = story.asked[name]
    own = {span.trace_id for span in story.collector.spans if span.attributes.get("chatbot.run.id") == asked.run_id}
    return [span for span in story.collector.spans if span.trace_id in own]


def _span_id(run_id: str, attempt: int) -> str:
    return sha256(UUID(run_id).bytes + attempt.to_bytes(4, "big")).digest()[:8].hex()
