"""The three wire formats, as bytes: what Anthropic, Gemini and OpenAI-compatible servers (OpenRouter among them) really send.

A `Wire` reads a request's conversation and renders every moment of an answer: opening, tokens, closing, and each way of going wrong. Nothing
here waits or counts; `server.py` plays the frames.
"""

import json
from collections.abc import Mapping
from typing import Any, Protocol

from tests.providers.script import Script, Turn

Json = dict[str, Any]

ANTHROPIC_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}
ANTHROPIC_STOPS = {"stop": "end_turn", "length": "max_tokens", "refusal": "refusal"}
GEMINI_STATUSES = {
    400: "INVALID_ARGUMENT",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
GEMINI_STOPS = {"stop": "STOP", "length": "MAX_TOKENS", "refusal": "SAFETY"}
OPENAI_STOPS = {"stop": "stop", "length": "length", "refusal": "content_filter"}

OVERLOADED = "Overloaded: the fake provider was told to say so."


def dumps(value: object) -> bytes:
    """JSON as the providers write it: compact, and not escaped to ASCII."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def sse(data: bytes, event: str | None = None) -> bytes:
    """One SSE frame."""
    name = f"event: {event}\n".encode() if event else b""
    return name + b"data: " + data + b"\n\n"


class BadRequest(Exception):
    """A request that the real provider would answer with 400."""


class Wire(Protocol):
    """One provider's format."""

    name: str

    def key(self, headers: Mapping[str, str]) -> str | None:
        """The API key that came with the request; None if this provider needs none and there was none."""
        ...

    def model(self, path: str, body: Json) -> str: ...

    def turns(self, body: Json) -> list[Turn]:
        """The conversation. Raises `BadRequest`."""
        ...

    def opening(self, model: str, script: Script, input_tokens: int) -> list[bytes]: ...
    def thinking(self) -> bytes: ...
    def heartbeat(self) -> bytes: ...
    def token(self, model: str, text: str) -> bytes: ...
    def closing(self, model: str, script: Script, finish: str, usage: tuple[int, int]) -> list[bytes]:
        """The last frames. `finish` is `stop`, `length` or `refusal`; `usage` input and output tokens."""
        ...

    def garbage(self) -> bytes: ...
    def error_event(self, model: str) -> list[bytes]: ...
    def status_error(self, status: int, message: str, retry_after: str) -> tuple[dict[str, str], bytes]: ...
    def whole(self, model: str, text: str) -> bytes:
        """The answer as one JSON document, as if no stream had been asked for."""
        ...

    def too_long(self, tokens: int, limit: int) -> str:
        """What the provider says of a prompt that does not fit."""
        ...


class AnthropicWire:
    """`POST /v1/messages` with `stream: true`."""

    name = "anthropic"

    def key(self, headers: Mapping[str, str]) -> str | None:
        # Older clients name the key in a header of its own.
        return headers.get("x-api-key") or headers.get("authorization", "").removeprefix("Bearer ")

    def model(self, path: str, body: Json) -> str:
        return str(body.get("model", ""))

    def turns(self, body: Json) -> list[Turn]:
        messages: list[Json] = body.get("messages") or []
        if "max_tokens" not in body:
            raise BadRequest("max_tokens: Field required")
        if not messages or messages[0]["role"] != "user":
            raise BadRequest("messages: first message must use the user role")
        if messages[-1]["role"] != "user":
            raise BadRequest("This model does not support assistant message prefill. The conversation must end with a user message.")
        turns = [Turn(message["role"], _anthropic_text(message["content"])) for message in messages]
        if any(not turn.text.strip() for turn in turns):
            raise BadRequest("messages: text content blocks must contain non-whitespace text")
        return turns

    def too_long(self, tokens: int, limit: int) -> str:
        return f"prompt is too long: {tokens} tokens > {limit} maximum"

    def opening(self, model: str, script: Script, input_tokens: int) -> list[bytes]:
        fresh = max(0, input_tokens - script.cached - script.cache_written)
        usage = {"input_tokens": fresh, "cache_creation_input_tokens": script.cache_written, "cache_read_input_tokens": script.cached,
                 "output_tokens": 1, "service_tier": "standard"}  # fmt: skip
        message: Json = {"id": "msg_01Fake", "type": "message", "role": "assistant", "model": model, "content": [], "stop_reason": None,
                         "stop_sequence": None}  # fmt: skip
        if script.usage != "none":
            message["usage"] = usage
        frames = [self._event({"type": "message_start", "message": message}), self.heartbeat()]
        if script.thinking:
            block = {"type": "thinking", "thinking": "", "signature": ""}
            frames += [self._event({"type": "content_block_start", "index": 0, "content_block": block})]
            frames += [self.thinking()] * script.thinking
            frames += [self._event({"type": "content_block_stop", "index": 0})]
        return [*frames, self._event({"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}})]

    def thinking(self) -> bytes:
        return self._event({"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "hm "}})

    def heartbeat(self) -> bytes:
        return self._event({"type": "ping"})

    def token(self, model: str, text: str) -> bytes:
        return self._event({"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": text}})

    def closing(self, model: str, script: Script, finish: str, usage: tuple[int, int]) -> list[bytes]:
        delta: Json = {"type": "message_delta", "delta": {"stop_reason": ANTHROPIC_STOPS[finish], "stop_sequence": None}}
        if script.usage != "none":
            delta["usage"] = {"output_tokens": usage[1]}
        return [self._event({"type": "content_block_stop", "index": 1}), self._event(delta), self._event({"type": "message_stop"})]

    def garbage(self) -> bytes:
        return sse(b'{"type":"content_block_delta","index":1,"delta":{"type":"te', "content_block_delta")

    def error_event(self, model: str) -> list[bytes]:
        error = {"type": "overloaded_error", "message": OVERLOADED}
        return [self._event({"type": "error", "error": error, "request_id": "req_011Fake"})]

    def status_error(self, status: int, message: str, retry_after: str) -> tuple[dict[str, str], bytes]:
        headers = {"request-id": "req_011Fake"} | ({"retry-after": retry_after} if retry_after else {})
        error = {"type": ANTHROPIC_TYPES.get(status, "api_error"), "message": message}
        return headers, dumps({"type": "error", "error": error, "request_id": "req_011Fake"})

    def whole(self, model: str, text: str) -> bytes:
        return dumps({"id": "msg_01Fake", "type": "message", "role": "assistant", "model": model, "content": [{"type": "text", "text": text}],
                      "stop_reason": "end_turn", "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1}})  # fmt: skip

    def _event(self, data: Json) -> bytes:
        return sse(dumps(data), data["type"])


class GeminiWire:
    """`POST /v1beta/models/{model}:streamGenerateContent?alt=sse`."""

    name = "google"

    def key(self, headers: Mapping[str, str]) -> str | None:
        return headers.get("x-goog-api-key", "")

    def model(self, path: str, body: Json) -> str:
        return path.rpartition("/")[2].partition(":")[0]

    def turns(self, body: Json) -> list[Turn]:
        contents: list[Json] = body.get("contents") or []
        if not contents:
            raise BadRequest("* GenerateContentRequest.contents: contents is not specified")
        return [Turn(content.get("role", "user"), _gemini_text(content["parts"])) for content in contents]

    def too_long(self, tokens: int, limit: int) -> str:
        return f"The input token count ({tokens}) exceeds the maximum number of tokens allowed ({limit})."

    def opening(self, model: str, script: Script, input_tokens: int) -> list[bytes]:
        return [self.thinking()] * script.thinking

    def thinking(self) -> bytes:
        part = {"text": "hm ", "thought": True}
        return sse(dumps({"candidates": [{"content": {"parts": [part], "role": "model"}, "index": 0}]}))

    def heartbeat(self) -> bytes:
        return b""

    def token(self, model: str, text: str) -> bytes:
        candidate = {"content": {"parts": [{"text": text}], "role": "model"}, "index": 0}
        return sse(dumps({"candidates": [candidate], "modelVersion": model, "responseId": "fakeResponse"}))

    def closing(self, model: str, script: Script, finish: str, usage: tuple[int, int]) -> list[bytes]:
        blocked_at_once = finish == "refusal" and usage[1] == 0
        chunk: Json = {"promptFeedback": {"blockReason": "SAFETY"}} if blocked_at_once else {}
        if not blocked_at_once:
            chunk["candidates"] = [
                {"content": {"parts": [{"text": ""}], "role": "model"}, "finishReason": GEMINI_STOPS[finish], "index": 0}
            ]
        if script.usage != "none":
            counts = {"promptTokenCount": usage[0], "candidatesTokenCount": usage[1], "totalTokenCount": sum(usage)}
            chunk["usageMetadata"] = counts | ({"cachedContentTokenCount": script.cached} if script.cached else {})
        return [sse(dumps(chunk | {"modelVersion": model, "responseId": "fakeResponse"}))]

    def garbage(self) -> bytes:
        return sse(b'{"candidates": [{"content": {"parts": [{"te')

    def error_event(self, model: str) -> list[bytes]:
        return [sse(dumps({"error": {"code": 503, "message": OVERLOADED, "status": "UNAVAILABLE"}}))]

    def status_error(self, status: int, message: str, retry_after: str) -> tuple[dict[str, str], bytes]:
        error: Json = {"code": status, "message": message, "status": GEMINI_STATUSES.get(status, "INTERNAL")}
        if status == 401:  # Gemini answers 400 to a wrong key
            info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"}
            error = {
                "code": 400,
                "message": "API key not valid. Please pass a valid API key.",
                "status": "INVALID_ARGUMENT",
                "details": [info],
            }
        elif retry_after:
            error["details"] = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{retry_after}s"}]
        return {}, dumps({"error": error})

    def whole(self, model: str, text: str) -> bytes:
        return dumps({"candidates": [{"content": {"parts": [{"text": text}], "role": "model"}, "finishReason": "STOP", "index": 0}]})


class OpenAIWire:
    """`POST /v1/chat/completions` with `stream: true`, as vLLM, llama.cpp and OpenAI do it."""

    name = "openai"

    def key(self, headers: Mapping[str, str]) -> str | None:
        authorization = headers.get("authorization")
        return authorization.removeprefix("Bearer ") if authorization is not None else None

    def model(self, path: str, body: Json) -> str:
        return str(body.get("model", ""))

    def turns(self, body: Json) -> list[Turn]:
        messages: list[Json] = body.get("messages") or []
        if not messages:
            raise BadRequest("messages: at least one message is required")
        return [Turn(message["role"], str(message["content"])) for message in messages]

    def too_long(self, tokens: int, limit: int) -> str:
        return f"This model's maximum context length is {limit} tokens. However, your messages resulted in {tokens} tokens."

    def opening(self, model: str, script: Script, input_tokens: int) -> list[bytes]:
        return [self._chunk(model, {"role": "assistant", "content": ""}), *[self.thinking()] * script.thinking]

    def thinking(self) -> bytes:
        return self._chunk("", {"reasoning_content": "hm "})

    def heartbeat(self) -> bytes:
        return b": ping\n\n"

    def token(self, model: str, text: str) -> bytes:
        return self._chunk(model, {"content": text})

    def closing(self, model: str, script: Script, finish: str, usage: tuple[int, int]) -> list[bytes]:
        frames = [self._chunk(model, {}, OPENAI_STOPS[finish])]
        if script.usage != "none":
            counts = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage),
                      "prompt_tokens_details": {"cached_tokens": script.cached}}  # fmt: skip
            frames.append(
                sse(dumps({"id": "chatcmpl-fake", "object": "chat.completion.chunk", "model": model, "choices": [], "usage": counts}))
            )
        return frames if script.done == "missing" else [*frames, b"data: [DONE]\n\n"]

    def garbage(self) -> bytes:
        return sse(b'{"id":"chatcmpl-fake","choices":[{"index":0,"delta":{"con')

    def error_event(self, model: str) -> list[bytes]:
        error = {"message": OVERLOADED, "type": "server_error", "param": None, "code": 503}
        return [sse(dumps({"error": error})), b"data: [DONE]\n\n"]

    def status_error(self, status: int, message: str, retry_after: str) -> tuple[dict[str, str], bytes]:
        headers = {"x-request-id": "req_fake"} | ({"retry-after": retry_after} if retry_after else {})
        return headers, dumps({"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None}})

    def whole(self, model: str, text: str) -> bytes:
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return dumps({"id": "chatcmpl-fake", "object": "chat.completion", "model": model, "choices": [choice]})

    def _chunk(self, model: str, delta: Json, finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return sse(
            dumps({"id": "chatcmpl-fake", "object": "chat.completion.chunk", "created": 1750000000, "model": model, "choices": [choice]})
        )


class OpenRouterWire(OpenAIWire):
    """The same under `/api/v1`, with OpenRouter's ways: a key is needed, comments while it waits, errors inside a choice."""

    name = "openrouter"

    def key(self, headers: Mapping[str, str]) -> str | None:
        return super().key(headers) or ""

    def opening(self, model: str, script: Script, input_tokens: int) -> list[bytes]:
        return [self.heartbeat(), *super().opening(model, script, input_tokens)]

    def heartbeat(self) -> bytes:
        return b": OPENROUTER PROCESSING\n\n"

    def error_event(self, model: str) -> list[bytes]:
        choice = {"index": 0, "delta": {"content": ""}, "finish_reason": "error"}
        error = {"code": 502, "message": OVERLOADED, "metadata": {"provider_name": "Fake"}}
        return [sse(dumps({"id": "gen-fake", "object": "chat.completion.chunk", "provider": "Fake", "error": error, "choices": [choice]}))]

    def status_error(self, status: int, message: str, retry_after: str) -> tuple[dict[str, str], bytes]:
        headers = {"retry-after": retry_after} if retry_after else {}
        return headers, dumps({"error": {"message": message, "code": status}, "user_id": "user_fake"})


def _anthropic_text(content: str | list[Json]) -> str:
    if isinstance(content, str):
        return content
    return "".join(str(block.get("text", "")) for block in content)


def _gemini_text(parts: list[Json]) -> str:
    return "".join(str(part.get("text", "")) for part in parts)


def counted(path: str, tokens: int) -> bytes | None:
    """The answer of a provider's own counter; None at any other path."""
    if path.endswith("/messages/count_tokens"):
        return dumps({"input_tokens": tokens})
    return dumps({"totalTokens": tokens}) if path.endswith(":countTokens") else None


def wire_of(path: str) -> Wire | None:
    """The format spoken at a path."""
    if path.endswith("/messages"):
        return AnthropicWire()
    if path.endswith(":streamGenerateContent"):
        return GeminiWire()
    if path.endswith("/chat/completions"):
        return OpenRouterWire() if "/api/v1/" in path else OpenAIWire()
    return None
