"""What is recorded of prompts and answers: nothing, unless somebody asked for it. And which settings turn traces on."""

import json
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app.application.telemetry import Exchange
from app.domain.chat.errors import ModelError
from app.infrastructure.observability.traces import Tracing
from app.settings import SettingsError, load_settings
from tests.unit.chat.world import END, ScriptedModel, World


async def spans_of(model: ScriptedModel, *, content: bool) -> dict[str, ReadableSpan]:
    """The spans of one run, by their first word."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    world = World()
    await world.executor(model, watch=Tracing(provider, content=content)).execute(await world.run())
    return {span.name.split()[0]: span for span in exporter.get_finished_spans()}


async def test_texts_are_recorded_if_asked_for() -> None:
    spans = await spans_of(ScriptedModel("Ada ", "does.", END), content=True)
    attributes = spans["chat"].attributes or {}
    assert json.loads(str(attributes["gen_ai.output.messages"])) == [
        {"role": "assistant", "parts": [{"type": "text", "content": "Ada does."}]}
    ]
    assert json.loads(str(attributes["gen_ai.input.messages"]))[-1] == {
        "role": "user",
        "parts": [{"type": "text", "content": "Who writes Go?"}],
    }
    assert "documents" in str(attributes["gen_ai.system_instructions"])


@pytest.mark.parametrize(
    "model", [ScriptedModel("Ada ", "does.", END), ScriptedModel("Ada", ModelError("provider_timeout", "Who writes Go?", retryable=True))]
)
async def test_texts_are_not_recorded_otherwise(model: ScriptedModel) -> None:
    for span in (await spans_of(model, content=False)).values():
        assert "Ada" not in span.to_json()
        assert "Go?" not in span.to_json()
        assert not span.events


def test_a_request_that_breaks_in_the_middle_fails_its_span() -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with pytest.raises(RuntimeError), Tracing(provider, content=False).answering(Exchange("GET", "r", route="/x", status=500)):
        raise RuntimeError("secret")
    [span] = exporter.get_finished_spans()
    assert (span.name, span.status.is_ok) == ("GET /x", False)
    assert "secret" not in span.to_json()


@pytest.mark.parametrize(
    ("tracing", "endpoint", "on"),
    [("", "", False), ("", "http://localhost:4318", True), ("off", "http://localhost:4318", False), ("otlp", "", True)],
)
def test_an_endpoint_turns_traces_on_and_off_turns_them_off(tracing: str, endpoint: str, on: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACING", tracing)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
    assert load_settings(None).traces is on


def test_missing_packages_stop_the_start_with_a_sentence_that_says_how_to_install_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("app.settings.find_spec", _finds_nothing)
    monkeypatch.setenv("TRACING", "otlp")
    with pytest.raises(SettingsError, match=r"^TRACING=otlp .* `uv pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http"):
        load_settings(tmp_path / "none")
    monkeypatch.setenv("TRACING", "off")
    load_settings(tmp_path / "none")


def _finds_nothing(name: str) -> None:
    raise ModuleNotFoundError(name)
