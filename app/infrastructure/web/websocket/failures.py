"""What went wrong, in the five codes that WebSocket clients know; the finer code of the REST API goes beside it as `reason`.

| code | what |
|---|---|
| `VALIDATION_ERROR` | the client's message, parameters or moment are wrong |
| `RATE_LIMIT` | too much was asked, of this service or by it of the provider |
| `API_ERROR` | the language model, or the way to it, failed |
| `DATABASE_ERROR` | the database is away or busy |
| `INTERNAL_ERROR` | anything else that is ours |
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from pydantic import ValidationError

from app.domain.chat.errors import ChatError, RateLimited, ThreadBusy, Unavailable


class ErrorCode(StrEnum):
    """What kind of failure it is; `reason` beside it is finer."""

    VALIDATION_ERROR = "VALIDATION_ERROR"
    RATE_LIMIT = "RATE_LIMIT"
    API_ERROR = "API_ERROR"
    DATABASE_ERROR = "DATABASE_ERROR"
    INTERNAL_ERROR = "INTERNAL_ERROR"


class Close:
    """Codes a connection is closed with (RFC 6455 §7.4, and IANA's registry). After RESTART and LATER the client comes back."""

    REFUSED = 1008
    WRONG = 1011
    RESTART = 1012
    LATER = 1013


@dataclass(frozen=True, slots=True)
class Wrong:
    """A failure, ready to be told."""

    code: ErrorCode
    reason: str
    sentence: str
    retryable: bool = False
    retry_after: float | None = None
    run_id: UUID | None = None


INTERNAL = Wrong(ErrorCode.INTERNAL_ERROR, "internal_error", "An unexpected error occurred. It has been logged; try again.", retryable=True)
BINARY = Wrong(ErrorCode.VALIDATION_ERROR, "binary", "Messages are JSON in text frames; this one was binary.")


def code_of_failure(reason: str) -> ErrorCode:
    """The code for a run that failed for that reason."""
    if reason == "provider_rate_limited":
        return ErrorCode.RATE_LIMIT
    if reason.startswith("provider_"):
        return ErrorCode.API_ERROR
    if reason.startswith("database_"):
        return ErrorCode.DATABASE_ERROR
    return ErrorCode.VALIDATION_ERROR if reason == "context_too_long" else ErrorCode.INTERNAL_ERROR


def of_error(error: ChatError) -> Wrong:
    """The client asked for something that cannot be, or not now."""
    if isinstance(error, Unavailable):
        code = ErrorCode.DATABASE_ERROR if error.code.startswith("database_") else ErrorCode.INTERNAL_ERROR
        return Wrong(code, error.code, error.message, retryable=True, retry_after=error.retry_after)
    if isinstance(error, RateLimited):
        return Wrong(ErrorCode.RATE_LIMIT, error.code, error.message, retryable=True, retry_after=error.retry_after)
    run_id = error.run_id if isinstance(error, ThreadBusy) else None
    return Wrong(ErrorCode.VALIDATION_ERROR, error.code, error.message, run_id=run_id)


def close_code(error: ChatError) -> int:
    """Whether the client should come back as it is, after a connection that could not begin or go on."""
    return Close.LATER if isinstance(error, Unavailable | RateLimited) else Close.REFUSED


def of_validation(error: ValidationError) -> Wrong:
    """The first thing that is wrong with a message."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    message = first["msg"].removeprefix("Value error, ")
    match first["type"]:
        case "json_invalid":
            return Wrong(
                ErrorCode.VALIDATION_ERROR, "invalid_json", f"The message is not valid JSON: {message.removeprefix('Invalid JSON: ')}."
            )
        case "union_tag_invalid" | "union_tag_not_found" | "model_attributes_type" | "model_type":
            return Wrong(ErrorCode.VALIDATION_ERROR, "invalid_type", 'A message is an object whose type is "question", "cancel" or "ping".')
        case _:
            # The first place is the message's type, which the client knows.
            field = ".".join(str(step) for step in first["loc"][1:]) or "message"
            return Wrong(ErrorCode.VALIDATION_ERROR, "invalid_request", f"{field}: {message}")
