"""What can go wrong with a provider, as `ModelError`s: one sentence for people that says what to do, a code for programs.

Every adapter, and the policy in `streaming.py`, words its failures here, so that the same mishap reads the same whoever caused it. The API
key never gets into a message, even if the provider repeats it.
"""

import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from app.domain.chat.errors import ModelError

LONGEST_DETAIL = 300

# As Anthropic, OpenAI and vLLM, OpenRouter, Google, and llama.cpp put it.
_TOO_LONG = re.compile(
    r"prompt is too long|context_length_exceeded|maximum context length|input token count .* exceeds|exceeds the (?:available|maximum) context|"
    r"context window|exceed_context_size",
    re.IGNORECASE,
)

TRANSIENT = frozenset(("provider_rate_limited", "provider_overloaded", "provider_unavailable", "provider_timeout", "provider_interrupted"))
"""Codes of failures that another try can mend."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Who is asked, as people know it: names for messages, and the key so that it can be kept out of them."""

    provider: str
    model: str
    base_url: str = field(repr=False)
    api_key: str = field(repr=False)
    key_setting: str
    url_setting: str

    @property
    def host(self) -> str:
        """The host and port, without the user and password that a URL may carry."""
        return urlsplit(self.base_url).netloc.rpartition("@")[2]


def answered(endpoint: Endpoint, status: int, detail: str, headers: Mapping[str, str]) -> ModelError:
    """The provider answered with an error status."""
    if status == 413 or (status in (400, 422) and _TOO_LONG.search(detail)):
        return too_long(endpoint, detail)
    code, advice, retryable = _status_meaning(endpoint, status)
    retryable = retryable and headers.get("x-should-retry") != "false"
    request_id = headers.get("request-id") or headers.get("x-request-id") or headers.get("x-generation-id")
    trace = f" (request {request_id})" if request_id else ""
    return ModelError(code, f"{advice}{quoted(endpoint, detail)}{trace}", retryable=retryable, retry_after=retry_after(headers))


def _status_meaning(endpoint: Endpoint, status: int) -> tuple[str, str, bool]:
    who = endpoint.provider
    match status:
        case 401:
            return "provider_auth", f"The {endpoint.key_setting} was refused by {who}. Check the key.", False
        case 402:
            return "provider_auth", f"The {who} account has no credit left. Add credit, or choose another LLM_MODEL.", False
        case 403:
            return "provider_auth", f"{who} does not let this {endpoint.key_setting} use the model '{endpoint.model}'.", False
        case 404:
            return "provider_bad_request", f"{who} knows no model '{endpoint.model}'. Check LLM_MODEL and {endpoint.url_setting}.", False
        case 408 | 504:
            return "provider_timeout", f"{who} took too long. Try again.", True
        case 429:
            return "provider_rate_limited", f"{who} limits how often it may be asked. Try again in a while.", True
        case 503 | 529:
            return "provider_overloaded", f"{who} is overloaded. Try again in a while.", True
        case _ if status == 409 or status >= 500:
            return "provider_unavailable", f"{who} has a problem (status {status}). Try again in a while.", True
        case _ if status < 400:
            return "provider_protocol", f"{who} answered with status {status}. Check {endpoint.url_setting} ({endpoint.host}).", False
        case _:
            return "provider_bad_request", f"{who} did not accept the request (status {status}).", False


def too_long(endpoint: Endpoint, detail: str) -> ModelError:
    """The prompt does not fit into the model's window, whatever we had reckoned."""
    advice = f"The conversation is too long for {endpoint.model}. If this comes again, set LLM_CONTEXT_TOKENS to what the model takes."
    return ModelError("context_too_long", advice + quoted(endpoint, detail), retryable=False)


def out_of_quota(endpoint: Endpoint, detail: str) -> ModelError:
    """A 429 that waiting does not mend."""
    advice = f"The {endpoint.provider} account has used up its quota. Check its plan and billing."
    return ModelError("provider_rate_limited", advice + quoted(endpoint, detail), retryable=False)


def unreachable(endpoint: Endpoint, detail: str) -> ModelError:
    """There is no connection."""
    advice = f"{endpoint.provider} could not be reached at {endpoint.host}. Check the network and {endpoint.url_setting}."
    return ModelError("provider_unavailable", advice + quoted(endpoint, detail), retryable=True)


def unconnected(endpoint: Endpoint) -> ModelError:
    """Connecting took too long."""
    advice = f"{endpoint.provider} did not take the connection in time at {endpoint.host}. Check the network and {endpoint.url_setting}."
    return ModelError("provider_timeout", advice, retryable=True)


def too_slow(endpoint: Endpoint, seconds: float, *, began: bool) -> ModelError:
    """The first token, or the next one, did not come in time."""
    what = "stopped in the middle of the answer: nothing more came" if began else "did not begin to answer"
    return ModelError("provider_timeout", f"{endpoint.provider} {what} within {seconds:g} s. Try again.", retryable=True)


def interrupted(endpoint: Endpoint, detail: str = "") -> ModelError:
    """The answer ended before it was complete."""
    advice = f"{endpoint.provider} broke off before the answer was complete. Try again."
    return ModelError("provider_interrupted", advice + quoted(endpoint, detail), retryable=True)


def unintelligible(endpoint: Endpoint, detail: str, *, retryable: bool = True) -> ModelError:
    """What came is not what the protocol says."""
    advice = f"{endpoint.provider} sent something that cannot be understood. Check {endpoint.url_setting} ({endpoint.host})."
    return ModelError("provider_protocol", advice + quoted(endpoint, detail), retryable=retryable)


def no_stream(endpoint: Endpoint, content_type: str, beginning: str) -> ModelError:
    """Status 200, but a document instead of a stream: a sign-in page, another program, a server that cannot stream."""
    detail = f"{content_type or 'no content type'}: {beginning}"
    return unintelligible(endpoint, f"instead of a stream, {detail}", retryable=False)


def refused(endpoint: Endpoint, detail: str = "") -> ModelError:
    """The model, or a filter around it, will not answer this."""
    advice = f"{endpoint.provider} declined to answer this. Ask in another way."
    return ModelError("provider_refused", advice + quoted(endpoint, detail), retryable=False)


def quoted(endpoint: Endpoint, detail: str) -> str:
    """What the provider said itself, short, on one line and without the key."""
    said = " ".join(detail.split())
    if endpoint.api_key:
        said = said.replace(endpoint.api_key, "…")
    if len(said) > LONGEST_DETAIL:
        said = said[:LONGEST_DETAIL] + "…"
    return f" It said: {said}" if said else ""


def retry_after(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """How many seconds the provider asks to wait: `retry-after-ms`, or `retry-after` in seconds or as an HTTP date."""
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after", "").strip()
    seconds = _number(value)
    if seconds is not None or not value:
        return seconds
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - (time.time() if now is None else now))
    except ValueError:
        return None


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return max(0.0, value) if math.isfinite(value) else None
