"""Any server that speaks OpenAI's chat completions: OpenAI, vLLM, Ollama, llama.cpp, LM Studio; and OpenRouter, which is a base URL and a few ways.

`openai_compatible_model` and `openrouter_model` make the adapters for `bootstrap`; nothing is sent before the first `stream`. Forgiving where
servers differ: with or without a key, a usage chunk or none, `[DONE]` or not, token counts on every chunk, errors as an object, a string or
inside a choice. Unforgiving about an answer that stops without a finish reason: that is an interruption.
"""

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

import httpx
from httpx_sse import EventSource

from app.application.ports import Completion, Prompt
from app.domain.chat.entities import Usage
from app.domain.chat.errors import ModelError
from app.infrastructure.llm import failures
from app.infrastructure.llm.failures import Endpoint
from app.infrastructure.llm.handshake import hang_up_when_cancelled
from app.infrastructure.llm.json_values import Json, count, error_sentence, items, mapping, parsed, string
from app.infrastructure.llm.streaming import Retries, Timeouts, stream_answer

OPENROUTER_URL = "https://openrouter.ai/api/v1"

_FINISH_REASONS = {"content_filter": "refusal", "max_tokens": "length", "eos": "stop", "end_turn": "stop"}
_LONGEST_ERROR_BODY = 65536
_CONNECTIONS = httpx.Limits(max_connections=1000, max_keepalive_connections=100, keepalive_expiry=30.0)


class OpenAICompatibleModel:
    """A `LanguageModel` over chat completions."""

    continues_exactly = False

    def __init__(
        self, provider: str, endpoint: Endpoint, max_output_tokens: int, timeouts: Timeouts, retries: Retries, client: httpx.AsyncClient
    ) -> None:
        self.provider = provider
        self.model = endpoint.model
        self._endpoint = endpoint
        self._max_output_tokens = max_output_tokens
        self._timeouts = timeouts
        self._retries = retries
        self._client = client

    def stream(self, prompt: Prompt) -> AsyncGenerator[str | Completion, None]:
        """See `LanguageModel.stream`."""
        body = self._body(prompt)
        return stream_answer(lambda: self._ask(body), self._endpoint, self._timeouts, self._retries)

    async def close(self) -> None:
        """Give back connections."""
        await self._client.aclose()

    def _body(self, prompt: Prompt) -> bytes:
        messages = [{"role": "system", "content": prompt.system}] if prompt.system else []
        messages += [{"role": turn.role.value, "content": turn.content} for turn in prompt.turns if turn.content]
        # OpenAI itself has given the limit a new name; everybody else keeps the old one.
        limit = "max_completion_tokens" if self._endpoint.host == "api.openai.com" else "max_tokens"
        options = {"stream": True, "stream_options": {"include_usage": True}, limit: self._max_output_tokens}
        return json.dumps({"model": self.model, "messages": messages, **options}, ensure_ascii=False).encode()

    async def _ask(self, body: bytes) -> AsyncGenerator[str | Completion, None]:
        url = f"{self._endpoint.base_url.rstrip('/')}/chat/completions"
        reader = ChunkReader(self._endpoint)
        try:
            async with self._client.stream("POST", url, content=body) as response:
                await self._check(response, reader)
                async with aclosing(EventSource(response).aiter_sse()) as events:
                    async for event in events:
                        for piece in reader.read(event.data):
                            yield piece
        except httpx.ConnectTimeout:
            raise failures.unconnected(self._endpoint) from None
        except (httpx.ConnectError, httpx.PoolTimeout) as error:
            raise failures.unreachable(self._endpoint, str(error)) from None
        except httpx.HTTPError as error:
            raise failures.interrupted(self._endpoint, str(error)) from None

    async def _check(self, response: httpx.Response, reader: "ChunkReader") -> None:
        """Raise unless an event stream follows."""
        content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if response.status_code == 200 and content_type == "text/event-stream":
            return
        beginning = await _beginning(response)
        if response.status_code != 200:
            raise reader.refusal(response.status_code, beginning, response.headers)
        body = mapping(parsed(beginning))
        if "error" in body:
            raise reader.error(body)
        raise failures.no_stream(self._endpoint, content_type, beginning)


class ChunkReader:
    """Reads the events of one answer; does no I/O."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._finish: str | None = None
        self._usage: Usage | None = None

    def read(self, data: str) -> list[str | Completion]:
        """The pieces in one event's data. Raises `ModelError`."""
        if not data:
            return []
        if data == "[DONE]":
            return [Completion(self._finish, self._usage)]
        chunk = self._chunk(data)
        choices = items(chunk.get("choices"))
        choice = mapping(choices[0]) if choices else {}
        pieces: list[str | Completion] = [_text(choice)] if "delta" in choice else []
        self._finish = self._finish_of(choice) or self._finish
        self._usage = _usage(mapping(chunk.get("usage"))) or self._usage
        if self._finish is not None:
            pieces.append(Completion(self._finish, self._usage))
        return pieces

    def refusal(self, status: int, text: str, headers: Mapping[str, str]) -> ModelError:
        """What an error status, with its body, means."""
        body = mapping(parsed(text))
        error = mapping(body.get("error"))
        detail = error_sentence(body) or text
        if status == 429 and "insufficient_quota" in (error.get("type"), error.get("code")):
            return failures.out_of_quota(self._endpoint, detail)
        if status == 403 and "flagged_input" in mapping(error.get("metadata")):  # OpenRouter's moderation
            return failures.refused(self._endpoint, detail)
        return failures.answered(self._endpoint, status, detail, headers)

    def error(self, chunk: Json) -> ModelError:
        """What an error inside a stream means. Its code is a status, or says nothing useful: then it is the server's problem."""
        code = mapping(chunk.get("error")).get("code", chunk.get("code"))
        status = int(code) if isinstance(code, int | str) and str(code).isdigit() else 500
        return self.refusal(status if 400 <= status < 600 else 500, json.dumps(chunk), {})

    def _chunk(self, data: str) -> Json:
        chunk = mapping(parsed(data))
        if not chunk:
            raise failures.unintelligible(self._endpoint, data)
        if chunk.get("error") or chunk.get("object") == "error":
            raise self.error(chunk)
        return chunk

    def _finish_of(self, choice: Json) -> str | None:
        reason = string(choice.get("finish_reason"))
        if reason == "error":
            raise failures.interrupted(self._endpoint)
        return _FINISH_REASONS.get(reason, reason) or None


async def _beginning(response: httpx.Response) -> str:
    """The body of an answer that is no stream, as far as anybody needs it."""
    body = bytearray()
    async for part in response.aiter_bytes():
        body += part
        if len(body) >= _LONGEST_ERROR_BODY:
            break
    return body.decode(errors="replace")


def _text(choice: Json) -> str:
    """The text of a choice's delta; empty if the model only thinks, or has only said its role."""
    delta = mapping(choice.get("delta"))
    return string(delta.get("content")) or string(delta.get("refusal"))


def _usage(usage: Json) -> Usage | None:
    if not usage:
        return None
    cached = mapping(usage.get("prompt_tokens_details")).get("cached_tokens")
    return Usage(count(usage.get("prompt_tokens")), count(usage.get("completion_tokens")), count(cached))


def openai_compatible_model(
    *,
    model: str,
    base_url: str,
    api_key: str = "",
    max_output_tokens: int = 4096,
    timeouts: Timeouts | None = None,
    retries: Retries | None = None,
) -> OpenAICompatibleModel:
    """A model behind any OpenAI-compatible server; `base_url` ends before `/chat/completions`, an empty key means that none is sent."""
    endpoint = Endpoint("The model server", model, base_url, api_key, "LLM_API_KEY", "LLM_BASE_URL")
    return _model("openai_compatible", endpoint, max_output_tokens, timeouts, retries, {})


def openrouter_model(
    *,
    model: str,
    api_key: str,
    base_url: str = OPENROUTER_URL,
    title: str = "",
    max_output_tokens: int = 4096,
    timeouts: Timeouts | None = None,
    retries: Retries | None = None,
) -> OpenAICompatibleModel:
    """A model at OpenRouter. `title` is the name under which the application appears in OpenRouter's own statistics."""
    endpoint = Endpoint("OpenRouter", model, base_url, api_key, "OPENROUTER_API_KEY", "OPENROUTER_BASE_URL")
    return _model("openrouter", endpoint, max_output_tokens, timeouts, retries, {"X-Title": title} if title else {})


def _model(
    provider: str, endpoint: Endpoint, max_output_tokens: int, timeouts: Timeouts | None, retries: Retries | None, headers: dict[str, str]
) -> OpenAICompatibleModel:
    timeouts = timeouts or Timeouts()
    # Compression would hold tokens back; reading has no limit here because `streaming.py` watches over it.
    headers |= {"Accept": "text/event-stream", "Accept-Encoding": "identity", "Content-Type": "application/json"}
    if endpoint.api_key:
        headers["Authorization"] = f"Bearer {endpoint.api_key}"
    limits = httpx.Timeout(connect=timeouts.connect, pool=timeouts.connect, write=timeouts.first_token, read=None)
    hooks = {"request": [hang_up_when_cancelled]}
    client = httpx.AsyncClient(headers=headers, timeout=limits, limits=_CONNECTIONS, event_hooks=hooks)
    return OpenAICompatibleModel(provider, endpoint, max_output_tokens, timeouts, retries or Retries(), client)
