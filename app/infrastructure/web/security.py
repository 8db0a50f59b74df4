"""What every answer carries and what no request gets past, for the sake of browsers: hosts, origins, headers, a content security policy.

* A `Host` that is not ours is refused: a page elsewhere could point its own name at this machine (DNS rebinding) and read everything. Without one it is no browser: load
  balancers ask so.
* A page elsewhere cannot make a browser change anything here: see `origins.py`.
* Answers say what a browser may do with them. A route's own headers win: the PDFs and the reference pages have policies of their own.
* The limits that the door has counted are told as `RateLimit` and `RateLimit-Policy`
  (https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/).

Plain ASGI: it must not stand between a stream and its reader. Made by `application.py`.
"""

import math
from collections.abc import Awaitable, Mapping, Sequence

import structlog
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.domain.access.rate import Quota
from app.infrastructure.web.door import UNSAFE
from app.infrastructure.web.errors import problem
from app.infrastructure.web.origins import OriginPolicy

PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
"""What the front runs under. Styles may be inline, since the libraries that draw code and formulas set them; scripts may not."""

HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PRIVATE = {"Cache-Control": "no-store"}
"""Of everything under /api that does not say otherwise."""

TLS = {"Strict-Transport-Security": "max-age=31536000"}

Raw = tuple[tuple[bytes, bytes], ...]

_log = structlog.get_logger(__name__)


class SecurityMiddleware:
    """`hosts`: names this server answers to, without ports; empty for any."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str], origins: OriginPolicy) -> None:
        self._app = app
        self._hosts = hosts
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse with 421 or 403 what must not come in, and give every answer its headers, a refusal's, too."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return

        def send_secured(message: Message) -> Awaitable[None]:  # no coroutine of its own: every frame of every stream passes here
            if message["type"] == "http.response.start":
                _secure(message["headers"], scope)
            return send(message)

        connection = HTTPConnection(scope)
        refused = self._refusal(connection)
        if refused is None:
            await self._app(scope, receive, send_secured)
            return
        code, sentence = refused
        _log.info("A request was turned away", code=code, host=_short(connection, "host"), origin=_short(connection, "origin"))
        # A WebSocket is refused in the same words: as the answer to its handshake.
        await problem(403 if code == "origin_refused" else 421, code, sentence)(scope, receive, send_secured)

    def _refusal(self, connection: HTTPConnection) -> tuple[str, str] | None:
        if self._hosts and "host" in connection.headers and _host(connection) not in self._hosts:
            return "host_refused", "This server does not answer to that name. Its operator can add it to ALLOWED_HOSTS."
        changes = connection.scope["type"] == "websocket" or connection.scope["method"] in UNSAFE
        if changes and not self._origins.allows(connection):
            return "origin_refused", "This page may not do that here. The operator of this server can add its origin to CORS_ORIGINS."
        return None


def _raw(headers: Mapping[str, str]) -> Raw:
    """As they go over the wire: every answer gets them, so they are spelled once."""
    return tuple((name.lower().encode(), value.encode()) for name, value in headers.items())


_EVERYWHERE, _API, _TLS = _raw(HEADERS), _raw(PRIVATE), _raw(TLS)


def _secure(headers: list[tuple[bytes, bytes]], scope: Scope) -> None:
    """Add what the answer does not say by itself."""
    said = {name for name, _ in headers}
    headers.extend(header for header in _EVERYWHERE if header[0] not in said)
    if scope["path"].startswith("/api"):
        headers.extend(header for header in _API if header[0] not in said)
    if scope["scheme"] == "https":
        headers.extend(_TLS)
    quotas: Sequence[Quota] = scope.get("state", {}).get("quotas", ())
    if quotas:
        policy = ", ".join(f'"{quota.name}";q={quota.limit};w={quota.window}' for quota in quotas)
        left = ", ".join(f'"{quota.name}";r={quota.remaining};t={math.ceil(quota.reset)}' for quota in quotas)
        headers.extend(_raw({"RateLimit-Policy": policy, "RateLimit": left}))


def _host(connection: HTTPConnection) -> str:
    """The name asked for, without the port; an IPv6 address in its brackets."""
    host = connection.headers.get("host", "").lower()
    name, colon, port = host.rpartition(":")
    return name if colon and (port.isdigit() or not port) else host


def _short(connection: HTTPConnection, header: str) -> str:
    return connection.headers.get(header, "")[:200]
