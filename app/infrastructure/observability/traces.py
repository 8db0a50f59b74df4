"""OpenTelemetry traces: request -> post -> run -> retrieval and model call, one trace however many processes work on it.

A watcher (`app/application/telemetry.py`). Imported only when TRACING is on: the SDK takes a quarter of a second. `make_tracing` builds it around the OTLP/HTTP
exporter; OTEL_ variables (sampler, headers, service name, batch sizes) are read by the SDK itself.

* A run's span is the child of the post that asked for it, by the `traceparent` stored with the run, also in another process, after any time.
* Span ids of runs are derived from run and attempt. So an executor that takes over links to the try before it, of which nothing else is left.
* Names follow the semantic conventions for HTTP and for generative AI (https://github.com/open-telemetry/semantic-conventions-genai, in development there).
* Prompts and answers are recorded only if `content` says so. Exceptions are recorded by their code: their messages may quote either.
"""

import asyncio
import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from hashlib import sha256
from uuid import UUID

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import (
    Link,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    get_current_span,
    use_span,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from app.application.ports import Prompt
from app.application.service import ServiceInfo
from app.application.telemetry import Exchange, Execution, ModelCall, Unwatched, current_origin
from app.domain.chat.entities import Assistant, Claim, Origin, Run
from app.domain.chat.errors import ChatError

PROVIDERS: Mapping[str, str] = {"google": "gcp.gemini", "openai_compatible": "openai"}
"""Our names of providers where the conventions have another."""

SHUTDOWN_SECONDS = 3.0
"""How long the last spans may take to be sent when the process stops."""

_w3c = TraceContextTextMapPropagator()
_wanted: ContextVar[tuple[int, int] | None] = ContextVar("wanted_span", default=None)


class _Ids(RandomIdGenerator):
    """Random ids, but those that are wanted."""

    def generate_span_id(self) -> int:
        """See `IdGenerator`."""
        wanted = _wanted.get()
        return wanted[1] if wanted else super().generate_span_id()

    def generate_trace_id(self) -> int:
        """See `IdGenerator`."""
        wanted = _wanted.get()
        return wanted[0] if wanted else super().generate_trace_id()


class Tracing(Unwatched):
    """Makes the spans, with one provider."""

    def __init__(self, provider: TracerProvider, *, content: bool) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("chatbot")
        self._content = content

    @contextmanager
    def answering(self, exchange: Exchange) -> Generator[None]:
        """See `RequestWatch.answering`."""
        before = current_origin.get()
        attributes = {"http.request.method": exchange.method, "chatbot.request.id": exchange.request_id}
        with self._span(exchange.method, SpanKind.SERVER, attributes, parent=_context(exchange.traceparent)) as span:
            current_origin.set(Origin(exchange.request_id, _traceparent() or exchange.traceparent))
            try:
                yield
            finally:
                current_origin.set(before)
                span.update_name(f"{exchange.method} {exchange.route}")
                span.set_attribute("http.route", exchange.route)
                span.set_attribute("http.response.status_code", exchange.status)
                if exchange.status >= 500:
                    _failed(span, str(exchange.status))

    @contextmanager
    def posting(self) -> Generator[None]:
        """See `RunWatch.posting`."""
        before = current_origin.get()
        with self._span("post", SpanKind.INTERNAL, {}):
            if before is not None:
                current_origin.set(replace(before, traceparent=_traceparent() or before.traceparent))
            try:
                yield
            finally:
                current_origin.set(before)

    def posted(self, run: Run, *, replayed: bool) -> None:  # noqa: ARG002
        """See `RunWatch.posted`."""
        get_current_span().set_attributes({"chatbot.run.id": str(run.run_id), "gen_ai.conversation.id": str(run.thread_id)})

    @contextmanager
    def executing(self, execution: Execution) -> Generator[None]:
        """See `RunWatch.executing`."""
        claim = execution.claim
        parent = _context(claim.origin.traceparent if claim.origin else None)
        attributes: dict[str, str | int] = {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.conversation.id": str(claim.thread_id),
            "chatbot.run.id": str(claim.run_id),
            "chatbot.run.attempt": claim.attempt,
        }
        if claim.origin is not None:
            attributes["chatbot.request.id"] = claim.origin.request_id
        links = [Link(_try(claim, parent, claim.attempt - 1), {"chatbot.link": "taken_over"})] if claim.attempt > 1 else []
        token = _wanted.set((claim.run_id.int, _span_id(claim.run_id, claim.attempt)))
        span = self._tracer.start_span("run", context=parent, kind=SpanKind.CONSUMER, attributes=attributes, links=links)
        _wanted.reset(token)
        with self._around(span):
            try:
                yield
            finally:
                ending = execution.ending
                span.set_attribute("chatbot.run.status", ending.status.value if ending else "left")
                if ending and ending.error:
                    _failed(span, ending.error.code)

    @contextmanager
    def retrieving(self, assistant: Assistant) -> Generator[None]:
        """See `RunWatch.retrieving`."""
        run = get_current_span()
        run.set_attribute("gen_ai.agent.name", assistant.value)
        run.update_name(f"invoke_agent {assistant.value}")
        attributes = {"gen_ai.operation.name": "retrieval", "gen_ai.data_source.id": assistant.value}
        with self._span(f"retrieval {assistant.value}", SpanKind.INTERNAL, attributes):
            yield

    @contextmanager
    def asking(self, call: ModelCall) -> Generator[None]:
        """See `RunWatch.asking`."""
        attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": PROVIDERS.get(call.provider, call.provider),
            "gen_ai.request.model": call.model,
            "gen_ai.output.type": "text",
        }
        kind = SpanKind.INTERNAL if call.provider == "offline" else SpanKind.CLIENT
        with self._span(f"chat {call.model}", kind, attributes) as span:
            try:
                yield
            finally:
                span.set_attributes(_answered(call))
                if self._content:
                    span.set_attributes(_said(call))

    async def close(self) -> None:
        """Send what is waiting, within reason."""
        try:
            async with asyncio.timeout(SHUTDOWN_SECONDS + 1):
                await asyncio.to_thread(self._provider.force_flush, int(SHUTDOWN_SECONDS * 1000))
                await asyncio.to_thread(self._provider.shutdown)
        except TimeoutError:
            return  # nobody takes them

    @contextmanager
    def _span(self, name: str, kind: SpanKind, attributes: Mapping[str, str], parent: Context | None = None) -> Generator[Span]:
        span = self._tracer.start_span(name, context=parent, kind=kind, attributes=attributes)
        with self._around(span):
            yield span

    @contextmanager
    def _around(self, span: Span) -> Generator[None]:
        with use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
            try:
                yield
            except asyncio.CancelledError:
                span.set_attribute("chatbot.cancelled", value=True)
                raise
            except Exception as error:
                _failed(span, error.code if isinstance(error, ChatError) else type(error).__name__)
                raise


def make_tracing(endpoint: str | None, info: ServiceInfo, instance: str, *, content: bool) -> Tracing:
    """Traces to an OTLP/HTTP collector; `endpoint` is its base URL, None leaves it to the OTEL_ variables."""
    known = {"service.name": "chatbot", "service.version": info.version, "service.instance.id": instance}
    named = Resource.create()  # what OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say wins, but not the SDK's `unknown_service`
    own = Resource(
        known
        if str(named.attributes.get("service.name", "")).startswith("unknown_service")
        else {**known, "service.name": named.attributes["service.name"]}
    )
    provider = TracerProvider(resource=named.merge(own), id_generator=_Ids())
    exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces") if endpoint else OTLPSpanExporter()
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return Tracing(provider, content=content)


def _context(traceparent: str | None) -> Context:
    """What a `traceparent` names; an empty context, so a trace of its own, if there is none."""
    return _w3c.extract({"traceparent": traceparent}, Context()) if traceparent else Context()


def _traceparent() -> str | None:
    carrier: dict[str, str] = {}
    _w3c.inject(carrier)
    return carrier.get("traceparent")


def _span_id(run_id: UUID, attempt: int) -> int:
    return int.from_bytes(sha256(run_id.bytes + attempt.to_bytes(4)).digest()[:8]) or 1


def _try(claim: Claim, parent: Context, attempt: int) -> SpanContext:
    """The span of another try at the same run."""
    trace = get_current_span(parent).get_span_context()
    trace_id, flags = (trace.trace_id, trace.trace_flags) if trace.is_valid else (claim.run_id.int, TraceFlags(TraceFlags.SAMPLED))
    return SpanContext(trace_id, _span_id(claim.run_id, attempt), is_remote=True, trace_flags=flags)


def _failed(span: Span, code: str) -> None:
    span.set_attribute("error.type", code)
    span.set_status(StatusCode.ERROR, code)


def _answered(call: ModelCall) -> dict[str, str | int | float | list[str]]:
    known: dict[str, str | int | float | list[str] | None] = {
        "gen_ai.response.finish_reasons": [call.completion.finish_reason] if call.completion.finish_reason else None,
        "gen_ai.response.time_to_first_chunk": call.first_token_seconds,
    }
    if usage := call.completion.usage:
        known |= {
            "gen_ai.usage.input_tokens": usage.input_tokens,
            "gen_ai.usage.output_tokens": usage.output_tokens,
            "gen_ai.usage.cache_read.input_tokens": usage.cached_input_tokens,
        }
    return {name: value for name, value in known.items() if value is not None}


def _said(call: ModelCall) -> dict[str, str]:
    return {
        "gen_ai.system_instructions": json.dumps([{"type": "text", "content": call.prompt.system}], ensure_ascii=False),
        "gen_ai.input.messages": json.dumps(_turns(call.prompt), ensure_ascii=False),
        "gen_ai.output.messages": json.dumps([_message("assistant", call.text)], ensure_ascii=False),
    }


def _turns(prompt: Prompt) -> list[dict[str, object]]:
    return [_message(turn.role.value, turn.content) for turn in prompt.turns]


def _message(role: str, text: str) -> dict[str, object]:
    return {"role": role, "parts": [{"type": "text", "content": text}]}
