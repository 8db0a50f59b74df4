"""A request that the end of the process cuts off is told so: 503 and when to ask again, where uvicorn would say 500 and no more.

uvicorn gives requests a moment to end when it stops, then cancels them. A database that has gone silent makes a request outlast that moment. Whether what was asked for
has been stored nobody knows by then, as with any connection that breaks: a post with an `Idempotency-Key` may be sent again.

Plain ASGI, inside `RequestLogMiddleware`, which tells of the answer.
"""

import asyncio
from collections.abc import Awaitable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.infrastructure.web.errors import problem

CUT_OFF = (503, "shutting_down", "This process was stopped before it could answer. Ask again: another one answers.")
RETRY_AFTER = {"Retry-After": "1"}


class CutOffMiddleware:
    """See the module. Streams that have begun end as they are."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer in place of a request that is cancelled before its answer has begun. Raises `asyncio.CancelledError` if it had."""
        begun = scope["type"] != "http"

        def send_noticed(message: Message) -> Awaitable[None]:  # no coroutine of its own: every frame of every stream passes here
            nonlocal begun
            begun = True
            return send(message)

        try:
            await self._app(scope, receive, send_noticed)
        except asyncio.CancelledError:
            if begun:
                raise
            await problem(*CUT_OFF, RETRY_AFTER)(scope, receive, send)
