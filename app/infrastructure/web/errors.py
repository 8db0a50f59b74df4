"""Errors on the wire: the only place that knows HTTP statuses. Every error is `{"error": {"code", "message", "request_id", ...}}`.

`install` hangs the handlers into the application. What a route raises after its first byte cannot become a status any more; for runs it is an
event instead.
"""

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.routing import Match

from app.domain.chat.errors import (
    ChatError,
    Forbidden,
    IdempotencyMismatch,
    InvalidCursor,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    NothingNew,
    NothingToSignInTo,
    QueueFull,
    RateLimited,
    SignInFailed,
    ThreadBusy,
    Unavailable,
)
from app.infrastructure.web.request_id import HEADER, request_id
from app.infrastructure.web.schemas import ProblemOut, problem_example

STATUSES: Mapping[type[ChatError], int] = {
    NotFound: 404,
    InvalidCursor: 400,
    InvalidInput: 422,
    ThreadBusy: 409,
    QueueFull: 409,
    IdempotencyMismatch: 422,
    Unavailable: 503,
    NotAuthenticated: 401,
    Forbidden: 403,
    NothingToSignInTo: 409,
    SignInFailed: 403,
    RateLimited: 429,
}

THREAD_BUSY = (409, "thread_busy", "Run 019aa3f2-8a40-7b6e-8f0a-2f1f0c9b7d52 is still answering in this thread.")
QUEUE_FULL = (409, "queue_full", "10 messages already wait in this thread.")
KEY_REUSED = (422, "idempotency_key_reused", "This Idempotency-Key was already used in this thread with another body.")
SIGN_IN = (401, "authentication_required", "Say who you are: send Authorization: Bearer with an API key or a token.")
ADMIN_ONLY = (403, "admin_required", "Only an admin key may do this: chatbot keys create --admin.")
TOO_MANY_RUNS = (429, "too_many_runs", "This user has 20 unfinished answers, and may have 20. Wait for one, or cancel one.")
TOO_MANY_STREAMS = (429, "too_many_streams", "This user has 100 streams open here, and may have no more. Close one.")
BUDGET_SPENT = (429, "token_budget_spent", "This day's 2000000 tokens are spent. The next day begins at 00:00 UTC.")
"""Errors that several routes give: (status, code, message), for `answers`."""

_log = structlog.get_logger(__name__)

NO_JSON = "The body is not valid JSON in UTF-8."

_CODES = {
    400: "invalid_json",
    404: "not_found",
    405: "method_not_allowed",
    413: "body_too_large",
}


def install(app: FastAPI) -> None:
    """Answer every error in the one form."""
    app.add_exception_handler(ChatError, _chat_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)


def problem(status: int, code: str, message: str, headers: Mapping[str, str] | None = None, **more: object) -> JSONResponse:
    """An error response. Middleware uses it too, which stands outside the handlers."""
    name = request_id()
    return JSONResponse(
        {"error": {"code": code, "message": message, "request_id": name, **more}}, status, {HEADER: name, **(headers or {})}
    )


def answers(*examples: tuple[int, str, str]) -> dict[int | str, dict[str, Any]]:
    """The errors a route can give, for the reference: (status, code, message) each."""
    listed: dict[int | str, dict[str, Any]] = {}
    for status, code, message in examples:
        entry = listed.setdefault(
            status,
            {"model": ProblemOut, "description": HTTPStatus(status).phrase, "content": {"application/json": {"examples": {}}}},
        )
        entry["content"]["application/json"]["examples"][code] = {"value": problem_example(code, message)}
    return listed


async def _chat_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ChatError)
    if isinstance(error, NothingNew):
        return Response(status_code=204)
    status = next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 500)
    more = {"run_id": str(error.run_id)} if isinstance(error, ThreadBusy) else {}
    return problem(status, error.code, error.message, _headers(request, error), **more)


def _headers(request: Request, error: ChatError) -> Mapping[str, str]:
    match error:
        case RateLimited():
            if error.quota is not None:  # told with every answer: see security.py
                request.state.quotas = [*getattr(request.state, "quotas", ()), error.quota]
            return {"Retry-After": str(max(1, math.ceil(error.retry_after)))}
        case Unavailable():
            return {"Retry-After": str(max(1, round(error.retry_after)))}
        case NotAuthenticated():
            return {"WWW-Authenticate": "Bearer"}
        case _:
            return {}


async def _validation_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if any(isinstance(detail.get("input"), bytes) for detail in error.errors()):  # a body that FastAPI did not take for JSON
        return problem(415, "unsupported_media_type", "Send the body as JSON, with the header Content-Type: application/json.")
    fields = [{"field": _path(detail["loc"]), "message": detail["msg"].removeprefix("Value error, ")} for detail in error.errors()]
    if any(detail["type"] == "json_invalid" for detail in error.errors()):
        return problem(400, "invalid_json", NO_JSON)
    first = fields[0]
    return problem(422, "invalid_request", f"{first['field']}: {first['message']}", fields=fields)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    messages = {
        400: NO_JSON,  # what FastAPI makes of bytes that are no UTF-8, of too deep nesting, of endless numbers
        404: f"There is nothing at {request.scope['path'][:100]}. The API is described at /docs.",
        405: f"{request.method} is not possible here.",
    }
    code = _CODES.get(error.status_code, "error")
    headers = {"Allow": _allowed(request)} if error.status_code == 405 else error.headers
    return problem(error.status_code, code, messages.get(error.status_code, str(error.detail)), headers)


def _allowed(request: Request) -> str:
    """All methods of a path: the framework names only those of the first route that has it, and none of a folder of files."""

    def possible(method: str) -> bool:
        asked = "GET" if method == "HEAD" else method  # see head.py
        return any(route.matches({**request.scope, "method": asked})[0] is Match.FULL for route in request.app.routes)

    return ", ".join(filter(possible, ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"))) or "GET, HEAD"


async def _unexpected(_: Request, error: Exception) -> Response:
    _log.error("A request failed unexpectedly", exc_info=error)
    return problem(500, "internal_error", "Something went wrong here. It has been logged under this request_id.")


def _path(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location if part != "body") or "body"
