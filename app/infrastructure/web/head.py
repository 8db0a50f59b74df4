"""HEAD wherever there is GET: the same status and headers, without the body (RFC 9110, section 9.3.2).

FastAPI's routes know the methods that they are declared with, and load balancers and monitors ask `/health` with HEAD. Inside, the request is a GET, so
that whoever may read may ask, and nobody else; a stream ends once its headers are told.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class _Told(Exception):
    """The headers have gone out, and whoever asked with HEAD hears no more: ends what would go on sending."""


class HeadMiddleware:
    """Plain ASGI, the innermost: what stands around it, the log among it, still sees HEAD."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a HEAD as the GET that it is, up to the body."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            if message["type"] != "http.response.body":
                await send(message)
                return
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            if message.get("more_body", False):
                raise _Told

        try:
            await self._app({**scope, "method": "GET"}, receive, send_head)
        except* _Told:
            pass
