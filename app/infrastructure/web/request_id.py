"""A name for every request: in its answer (`X-Request-ID`), in its errors, on its log lines.

A caller may bring its own; anything that is not a short plain word is replaced, so that nobody writes into our logs.
"""

import re
import secrets
from collections.abc import Awaitable
from contextvars import ContextVar

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Request-ID"
_PLAIN = re.compile(r"[A-Za-z0-9._-]{1,64}")
_current: ContextVar[str] = ContextVar("request_id", default="-")


def request_id() -> str:
    """The name of the request being answered; `-` outside of one."""
    return _current.get()


class RequestIdMiddleware:
    """Plain ASGI: it must not stand between a stream and its reader."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give the request its name for as long as it is answered: `request_id()`, every log line, the answer's header."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        brought = Headers(scope=scope).get(HEADER, "")
        name = brought if _PLAIN.fullmatch(brought) else secrets.token_hex(8)
        _current.set(name)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=name)

        def send_named(message: Message) -> Awaitable[None]:  # no coroutine of its own: every frame of every stream passes here
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = name
            return send(message)

        await self._app(scope, receive, send_named)
