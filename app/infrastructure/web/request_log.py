"""Every request, told once: a log line, and whoever else watches (metrics, traces).

Plain ASGI, right inside `RequestIdMiddleware`: it sees what all others refuse, and does not stand between a stream and its reader. The line names the route's
template, never the path or the query: those may carry keys and tickets. The ids of run and thread are carried if they are ids.
"""

import re
import time
from collections.abc import Awaitable
from uuid import UUID

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars

from app.application.telemetry import Exchange, RequestWatch, current_origin
from app.domain.chat.entities import Origin
from app.infrastructure.web.request_id import request_id

NO_ROUTE = "(none)"
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
QUIET = frozenset(("/health", "/ready", "/metrics"))
"""Asked every few seconds by machines: told at DEBUG."""

_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")

_log = structlog.get_logger("app.requests")


class RequestLogMiddleware:
    """See the module."""

    def __init__(self, app: ASGIApp, watch: RequestWatch) -> None:
        self._app = app
        self._watch = watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell of the request when it is over, however it ended; a stream or a WebSocket is over when it is closed."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        exchange = _begun(scope)
        started = time.monotonic()

        def send_watched(message: Message) -> Awaitable[None]:  # no coroutine of its own: every frame of every stream passes here
            _note(exchange, message, started)
            return send(message)

        current_origin.set(Origin(exchange.request_id, exchange.traceparent))
        with self._watch.answering(exchange):
            try:
                await self._app(scope, receive, send_watched)
            finally:
                exchange.seconds = time.monotonic() - started
                exchange.route = _route(scope)
                _tell(exchange, scope)


def _begun(scope: Scope) -> Exchange:
    method = "WEBSOCKET" if scope["type"] == "websocket" else scope["method"]
    brought = Headers(scope=scope).get("traceparent", "")
    traceparent = brought if _TRACEPARENT.fullmatch(brought) else None
    return Exchange(method if method in METHODS or method == "WEBSOCKET" else "OTHER", request_id(), traceparent)


def _note(exchange: Exchange, message: Message, started: float) -> None:
    """Learn from what is sent first."""
    if exchange.status:
        return
    match message["type"]:
        case "http.response.start":
            exchange.status = message["status"]
            exchange.streamed = Headers(raw=message["headers"]).get("content-type", "").startswith("text/event-stream")
        case "websocket.accept":
            exchange.status, exchange.streamed = 101, True
        case "websocket.http.response.start":
            exchange.status = message["status"]
        case "websocket.close":
            exchange.status = 403  # refused before it was accepted
        case _:
            return
    exchange.first_byte_seconds = time.monotonic() - started


def _route(scope: Scope) -> str:
    return getattr(scope.get("route"), "path", NO_ROUTE)


def _tell(exchange: Exchange, scope: Scope) -> None:
    for name in ("run_id", "thread_id"):
        if (value := _id(scope.get("path_params", {}).get(name))) is not None:
            bind_contextvars(**{name: value})
    tell = _log.debug if exchange.route in QUIET else _log.info
    tell("A request was answered", method=exchange.method, route=exchange.route, status=exchange.status, seconds=round(exchange.seconds, 4))


def _id(value: object) -> str | None:
    try:
        return str(UUID(str(value)))
    except ValueError:
        return None
