"""Gemini, through Google's SDK.

`google_model` makes the adapter for `bootstrap`; nothing is sent before the first `stream`. The SDK is given this adapter's own HTTP client:
so that it cannot retry, keeps to our limits, and its response is closed the moment the stream is: closing the SDK's own generators leaves that
to the garbage collector.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from contextvars import ContextVar
from typing import Any, cast

import httpx
from google import genai
from google.genai import errors, types

from app.application.ports import Completion, Prompt
from app.domain.chat.entities import Role, Usage
from app.domain.chat.errors import ModelError
from app.infrastructure.llm import failures
from app.infrastructure.llm.failures import Endpoint
from app.infrastructure.llm.handshake import hang_up_when_cancelled
from app.infrastructure.llm.json_values import items, mapping, string
from app.infrastructure.llm.streaming import Retries, Timeouts, stream_answer

GEMINI_URL = "https://generativelanguage.googleapis.com"

_FINISH_REASONS = {"STOP": "stop", "MAX_TOKENS": "length"}
_REFUSALS = frozenset(("SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR", "ESCALATION", "LANGUAGE"))
_CONNECTIONS = httpx.Limits(max_connections=1000, max_keepalive_connections=100, keepalive_expiry=30.0)

_opened: ContextVar[list[httpx.Response]] = ContextVar("opened")
"""Where the HTTP client puts the response of the request that is being made in this context."""


class GoogleModel:
    """A `LanguageModel` over `streamGenerateContent`."""

    provider = "google"
    continues_exactly = False

    def __init__(
        self,
        client: genai.Client,
        http: httpx.AsyncClient,
        endpoint: Endpoint,
        max_output_tokens: int,
        timeouts: Timeouts,
        retries: Retries,
    ) -> None:
        self.model = endpoint.model
        self._client = client
        self._http = http
        self._endpoint = endpoint
        self._max_output_tokens = max_output_tokens
        self._timeouts = timeouts
        self._retries = retries

    def stream(self, prompt: Prompt) -> AsyncGenerator[str | Completion, None]:
        """See `LanguageModel.stream`."""
        return stream_answer(lambda: self._ask(prompt), self._endpoint, self._timeouts, self._retries)

    async def close(self) -> None:
        """Give back connections."""
        await self._http.aclose()

    async def _ask(self, prompt: Prompt) -> AsyncGenerator[str | Completion, None]:
        reader = ResponseReader(self._endpoint)
        opened: list[httpx.Response] = []
        try:
            async with aclosing(self._responses(prompt, opened)) as responses:
                async for response in responses:
                    for piece in reader.read(response):
                        yield piece
        except errors.APIError as error:
            raise self._refusal(error) from None
        except httpx.ConnectTimeout:
            raise failures.unconnected(self._endpoint) from None
        except (httpx.ConnectError, httpx.PoolTimeout) as error:
            raise failures.unreachable(self._endpoint, str(error)) from None
        except httpx.HTTPError as error:
            raise failures.interrupted(self._endpoint, str(error)) from None
        except (ValueError, TypeError, AttributeError, LookupError) as error:
            # What the SDK trips over when a chunk is no JSON, or other JSON than it expects.
            raise failures.unintelligible(self._endpoint, str(error)) from None
        finally:
            for response in opened:
                await response.aclose()

    async def _responses(self, prompt: Prompt, opened: list[httpx.Response]) -> AsyncGenerator[types.GenerateContentResponse]:
        config = types.GenerateContentConfig(
            system_instruction=prompt.system or None,
            max_output_tokens=self._max_output_tokens,
            automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        )
        models: Any = self._client.aio.models  # its annotations name libraries that need not be there
        chunks: AsyncGenerator[types.GenerateContentResponse] = await models.generate_content_stream(
            model=self.model, contents=_contents(prompt), config=config
        )
        while True:
            token = _opened.set(opened)
            try:
                chunk = await anext(chunks, None)
            finally:
                _opened.reset(token)
            if chunk is None:
                return
            yield chunk

    def _refusal(self, error: errors.APIError) -> ModelError:
        body = mapping(cast("object", error.details))  # pyright: ignore[reportUnknownMemberType]
        details = [mapping(detail) for detail in items(mapping(body.get("error")).get("details"))]
        status = 401 if any(detail.get("reason") == "API_KEY_INVALID" for detail in details) else error.code
        headers = {"retry-after": delay} if (delay := _retry_delay(details)) else {}
        return failures.answered(self._endpoint, status, error.message or "", headers)


class ResponseReader:
    """Reads the chunks of one answer; does no I/O."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._finish: str | None = None
        self._usage: Usage | None = None

    def read(self, response: types.GenerateContentResponse) -> list[str | Completion]:
        """The pieces in one chunk. Raises `ModelError`."""
        feedback = response.prompt_feedback
        if feedback is not None and feedback.block_reason is not None:
            raise failures.refused(self._endpoint, feedback.block_reason_message or feedback.block_reason.value)
        if response.usage_metadata is not None:
            self._usage = _usage(response.usage_metadata)
        candidate = response.candidates[0] if response.candidates else None
        pieces: list[str | Completion] = [_text(candidate)] if candidate is not None else []
        if candidate is not None and candidate.finish_reason is not None:
            self._finish = _finish(candidate.finish_reason.value)
        if self._finish is not None:
            pieces.append(Completion(self._finish, self._usage))
        return pieces


def _contents(prompt: Prompt) -> list[types.Content]:
    roles = {Role.USER: "user", Role.ASSISTANT: "model"}
    return [types.Content(role=roles[turn.role], parts=[types.Part(text=turn.content)]) for turn in prompt.turns if turn.content]


def _text(candidate: types.Candidate) -> str:
    """The candidate's text without its thoughts."""
    parts = (candidate.content.parts if candidate.content else None) or []
    return "".join(part.text for part in parts if part.text and not part.thought)


def _finish(reason: str) -> str:
    return "refusal" if reason in _REFUSALS else _FINISH_REASONS.get(reason, reason.lower())


def _usage(usage: types.GenerateContentResponseUsageMetadata) -> Usage:
    """Thoughts are billed as output."""
    written = [number for number in (usage.candidates_token_count, usage.thoughts_token_count) if number is not None]
    return Usage(usage.prompt_token_count, sum(written) if written else None, usage.cached_content_token_count)


def _retry_delay(details: list[dict[str, Any]]) -> str:
    """Google asks for patience in the body, as `"retryDelay": "18s"`."""
    return next((string(detail.get("retryDelay")).removesuffix("s") for detail in details if "retryDelay" in detail), "")


def google_model(
    *,
    model: str,
    api_key: str,
    base_url: str = GEMINI_URL,
    max_output_tokens: int = 4096,
    timeouts: Timeouts | None = None,
    retries: Retries | None = None,
) -> GoogleModel:
    """A Gemini model, at the Gemini API (not Vertex AI)."""
    timeouts = timeouts or Timeouts()
    endpoint = Endpoint("Google", model, base_url, api_key, "GEMINI_API_KEY", "GEMINI_BASE_URL")
    limits = httpx.Timeout(connect=timeouts.connect, pool=timeouts.connect, write=timeouts.first_token, read=None)

    async def limit(request: httpx.Request) -> None:
        # The SDK switches the client's own limits off for every request.
        request.extensions["timeout"] = limits.as_dict()

    async def check(response: httpx.Response) -> None:
        opened = _opened.get(None)
        if opened is not None:
            opened.append(response)
        # The SDK takes any document with status 200 for a stream.
        content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if response.status_code == 200 and content_type != "text/event-stream":
            raise failures.no_stream(endpoint, content_type, (await response.aread()).decode(errors="replace"))

    hooks = {"request": [limit, hang_up_when_cancelled], "response": [check]}
    http = httpx.AsyncClient(limits=_CONNECTIONS, event_hooks=hooks)
    options = types.HttpOptions(base_url=base_url, httpx_async_client=http)
    client = genai.Client(api_key=api_key, vertexai=False, http_options=options)
    return GoogleModel(client, http, endpoint, max_output_tokens, timeouts, retries or Retries())
