"""A request body has an end: more than the limit is refused, before it is read if the request says how long it is, else as soon as it is too long."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.infrastructure.web.errors import problem


class BodyLimitMiddleware:
    """Plain ASGI: it must not stand between a stream and its reader."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413 to a body of too many bytes. WebSockets pass: their messages have limits of their own."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if not (announced.isascii() and announced.isdigit()) or int(announced[:20]) > self._limit:
            await problem(413, "body_too_large", self._sentence())(scope, receive, send)
            return
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                raise HTTPException(413, self._sentence())
            return message

        await self._app(scope, receive_counted, send)

    def _sentence(self) -> str:
        return f"The request body is larger than {self._limit} bytes."
