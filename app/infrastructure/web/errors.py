"""Errors on the wire: the only place that knows HTTP statuses. Every error is `{"error": {"code", "message", "request_id", ...}}`.

`install` hangs the handlers into the application. What a route raises after its first byte cannot become a status any more; for runs it is an
event instead.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from app.domain.chat.errors import (
    ChatError,
    IdempotencyMismatch,
    InvalidInput,
    NotFound,
    NothingNew,
    QueueFull,
    ThreadBusy,
    Unavailable,
)
from app.infrastructure.web.request_id import request_id
from app.infrastructure.web.schemas import ProblemOut, problem_example

STATUSES: Mapping[type[ChatError], int] = {
    NotFound: 404,
    InvalidInput: 422,
    ThreadBusy: 409,
    QueueFull: 409,
    IdempotencyMismatch: 422,
    Unavailable: 503,
}

_log = structlog.get_logger(__name__)

_CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "body_too_large",
    415: "unsupported_media_type",
    503: "unavailable",
}


class BadCursor(ChatError):
    """A cursor that is none."""

    code = "invalid_cursor"


def install(app: FastAPI) -> None:
    """Answer every error in the one form."""
    app.add_exception_handler(ChatError, _chat_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)


def problem(status: int, code: str, message: str, headers: Mapping[str, str] | None = None, **more: object) -> JSONResponse:
    """An error response. For middleware, which stands outside the handlers."""
    return JSONResponse({"error": {"code": code, "message": message, "request_id": request_id(), **more}}, status, dict(headers or {}))


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


async def _chat_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, ChatError)
    if isinstance(error, NothingNew):
        return Response(status_code=204)
    if isinstance(error, BadCursor):
        return problem(400, error.code, error.message)
    status = next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 500)
    headers = {"Retry-After": str(max(1, round(error.retry_after)))} if isinstance(error, Unavailable) else None
    more = {"run_id": str(error.run_id)} if isinstance(error, ThreadBusy) else {}
    return problem(status, error.code, error.message, headers, **more)


async def _validation_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fields = [{"field": _path(detail["loc"]), "message": detail["msg"].removeprefix("Value error, ")} for detail in error.errors()]
    if any(detail["type"] == "json_invalid" for detail in error.errors()):
        return problem(400, "invalid_json", "The body is not valid JSON.", fields=fields)
    first = fields[0]
    return problem(422, "invalid_request", f"{first['field']}: {first['message']}", fields=fields)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    messages = {
        404: f"There is nothing at {request.url.path}. The API is described at /docs.",
        405: f"{request.method} is not possible here.",
        413: "The request body is too large.",
    }
    code = _CODES.get(error.status_code, "error")
    return problem(error.status_code, code, messages.get(error.status_code, str(error.detail)), error.headers)


async def _unexpected(_: Request, error: Exception) -> Response:
    _log.error("A request failed unexpectedly", exc_info=error)
    return problem(500, "internal_error", "Something went wrong here. It has been logged under this request_id.")


def _path(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location if part != "body") or "body"
