"""Claude, through Anthropic's SDK.

`anthropic_model` makes the adapter for `bootstrap`; nothing is sent before the first `stream`. Takes the SDK's raw events instead of its
typed ones: half the cost a token. The system prompt, which carries the context, is marked for Anthropic's prompt cache. Thinking is not passed on.
The SDK's own retries and read time-outs are off, because `streaming.py` has better ones.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import cast

import httpx2  # the SDK's own HTTP library: its errors come through in mid-stream
from anthropic import APIConnectionError, APIStatusError, APITimeoutError, AsyncAnthropic, AsyncStream, DefaultAsyncHttpxClient
from anthropic.types import MessageParam, TextBlockParam

from app.application.ports import Completion, Prompt
from app.domain.chat.entities import Role, Usage
from app.domain.chat.errors import ModelError
from app.infrastructure.llm import failures
from app.infrastructure.llm.failures import Endpoint
from app.infrastructure.llm.handshake import hang_up_when_cancelled
from app.infrastructure.llm.json_values import Json, count, error_sentence, mapping, parsed, string
from app.infrastructure.llm.streaming import Retries, Timeouts, stream_answer

ANTHROPIC_URL = "https://api.anthropic.com"

_FINISH_REASONS = {"end_turn": "stop", "stop_sequence": "stop", "max_tokens": "length", "model_context_window_exceeded": "length"}
_STATUS_OF_ERROR = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "timeout_error": 504,
    "overloaded_error": 529,
}


class AnthropicModel:
    """A `LanguageModel` over the Messages API."""

    provider = "anthropic"
    # An answer that was begun is continued on request, not by prefill, which current models refuse: see `Prompt.partial`.
    continues_exactly = False

    def __init__(self, client: AsyncAnthropic, endpoint: Endpoint, max_output_tokens: int, timeouts: Timeouts, retries: Retries) -> None:
        self.model = endpoint.model
        self._client = client
        self._endpoint = endpoint
        self._max_output_tokens = max_output_tokens
        self._timeouts = timeouts
        self._retries = retries

    def stream(self, prompt: Prompt) -> AsyncGenerator[str | Completion, None]:
        """See `LanguageModel.stream`."""
        return stream_answer(lambda: self._ask(prompt), self._endpoint, self._timeouts, self._retries)

    async def close(self) -> None:
        """Give back connections."""
        await self._client.close()

    async def _ask(self, prompt: Prompt) -> AsyncGenerator[str | Completion, None]:
        reader = EventReader(self._endpoint)
        try:
            async with self._client.messages.with_streaming_response.create(
                model=self.model,
                max_tokens=self._max_output_tokens,
                system=_system(prompt),
                messages=_messages(prompt),
                stream=True,
            ) as answer:
                response = answer.http_response
                await self._check(response)
                async with aclosing(cast("AsyncGenerator[httpx2.ServerSentEvent]", AsyncStream.raw_events(response))) as events:
                    async for event in events:
                        for piece in reader.read(event.event or "", event.data):
                            yield piece
        except APIStatusError as error:
            raise self._refusal(error) from None
        except APITimeoutError:
            raise failures.unconnected(self._endpoint) from None
        except APIConnectionError as error:
            raise failures.unreachable(self._endpoint, str(error.__cause__ or "")) from None
        except httpx2.HTTPError as error:
            raise failures.interrupted(self._endpoint, str(error)) from None
        except UnicodeDecodeError as error:
            raise failures.unintelligible(self._endpoint, str(error)) from None

    async def _check(self, response: httpx2.Response) -> None:
        """Raise unless an event stream follows."""
        content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if content_type != "text/event-stream":
            raise failures.no_stream(self._endpoint, content_type, (await response.aread()).decode(errors="replace"))

    def _refusal(self, error: APIStatusError) -> ModelError:
        detail = error_sentence(error.body) or error.response.text
        if error.error_code == "enforced_spend_limit_reached":
            return failures.out_of_quota(self._endpoint, detail)
        return failures.answered(self._endpoint, error.status_code, detail, error.response.headers)


class EventReader:
    """Reads the events of one answer; does no I/O."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._finish: str | None = None
        self._usage: Json = {}

    def read(self, event: str, data: str) -> list[str | Completion]:
        """The pieces in one event. Raises `ModelError`. Events it does not know, among them `ping`, hold none."""
        match event:
            case "content_block_delta":
                return [string(mapping(self._body(data).get("delta")).get("text"))]
            case "message_start":
                self._count(mapping(self._body(data).get("message")))
            case "message_delta":
                body = self._body(data)
                self._count(body)
                reason = string(mapping(body.get("delta")).get("stop_reason"))
                self._finish = _FINISH_REASONS.get(reason, reason) or None
                return [self._completion()]
            case "message_stop":
                return [self._completion()]
            case "error":
                raise self._error(data)
            case _:
                pass
        return []

    def _body(self, data: str) -> Json:
        body = mapping(parsed(data))
        if not body:
            raise failures.unintelligible(self._endpoint, data)
        return body

    def _count(self, body: Json) -> None:
        """Later counts replace earlier ones: they are running totals."""
        self._usage |= {name: value for name, value in mapping(body.get("usage")).items() if value is not None}

    def _completion(self) -> Completion:
        return Completion(self._finish, _usage(self._usage) if self._usage else None)

    def _error(self, data: str) -> ModelError:
        body = mapping(parsed(data))
        status = _STATUS_OF_ERROR.get(string(mapping(body.get("error")).get("type")), 500)
        return failures.answered(self._endpoint, status, error_sentence(body) or data, {"request-id": string(body.get("request_id"))})


def _system(prompt: Prompt) -> list[TextBlockParam]:
    return [{"type": "text", "text": prompt.system, "cache_control": {"type": "ephemeral"}}] if prompt.system else []


def _messages(prompt: Prompt) -> list[MessageParam]:
    return [
        {"role": "user", "content": turn.content} if turn.role is Role.USER else {"role": "assistant", "content": turn.content}
        for turn in prompt.turns
        if turn.content
    ]


def _usage(counts: Json) -> Usage:
    """Anthropic counts cached input apart; `Usage` counts all input, as the other providers do."""
    read = count(counts.get("cache_read_input_tokens"))
    parts = [count(counts.get("input_tokens")), count(counts.get("cache_creation_input_tokens")), read]
    known = [part for part in parts if part is not None]
    return Usage(sum(known) if known else None, count(counts.get("output_tokens")), read)


def anthropic_model(
    *,
    model: str,
    api_key: str,
    base_url: str = ANTHROPIC_URL,
    max_output_tokens: int = 4096,
    timeouts: Timeouts | None = None,
    retries: Retries | None = None,
) -> AnthropicModel:
    """A Claude model."""
    timeouts = timeouts or Timeouts()
    endpoint = Endpoint("Anthropic", model, base_url, api_key, "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")
    limits = httpx2.Timeout(connect=timeouts.connect, pool=timeouts.connect, write=timeouts.first_token, read=None)
    http = DefaultAsyncHttpxClient(event_hooks={"request": [hang_up_when_cancelled]})
    client = AsyncAnthropic(api_key=api_key, base_url=base_url, max_retries=0, timeout=limits, http_client=http, open_telemetry=False)
    return AnthropicModel(client, endpoint, max_output_tokens, timeouts, retries or Retries())
