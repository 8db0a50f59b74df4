"""The door: every request that is not for everybody comes through here, whichever way it comes in.

In this order: the address is counted; whoever asks says who they are, by a bearer token, a stream ticket or a cookie; the user is counted; and every
id in the path must be theirs. A stranger's id is answered as one that does not exist. `guarded_route.py` asks the door before a request's body is
even read; the WebSocket asks it by hand (`enter`, then `check_access` for its session). With AUTH_MODE=off and no limits nothing is asked of the
database.
"""

import time
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

import structlog
from fastapi import Depends
from pydantic import TypeAdapter, ValidationError
from starlette.requests import HTTPConnection, Request

from app.application.access.check_access import CheckAccess, Resource
from app.application.access.open_streams import Believed, OpenStreams
from app.application.access.sign_ins import ReadSignIn
from app.application.ports import Authenticator, RateLimiter
from app.application.principal import EVERYBODY, Principal
from app.domain.access.entities import Scope
from app.domain.access.rate import Quota
from app.domain.chat.errors import Forbidden, NotAuthenticated, NotFound
from app.infrastructure.web.dependencies import UserIdPath
from app.infrastructure.web.origins import OriginPolicy

STREAMS = ("follow_run", "follow_thread")
"""Routes that take a ticket. Their requests come from `EventSource`, which sends no headers."""

TICKET = "ticket"
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")

_ID: TypeAdapter[UUID] = TypeAdapter(UUID)
_NUMBER: TypeAdapter[int] = TypeAdapter(UserIdPath)
_OWNED: dict[str, tuple[Literal["user", "thread", "run"], TypeAdapter[Any]]] = {
    "user_id": ("user", _NUMBER),
    "thread_id": ("thread", _ID),
    "run_id": ("run", _ID),
}
SHARED = ("cv_id",)
"""Ids of what everybody with access may read."""

KNOWN_IDS = (*_OWNED, *SHARED)
"""Every id that a guarded path may carry: `guarded_route.check_routes` refuses to start with another."""

_log = structlog.get_logger(__name__)


class Door:
    """One for the process. `mode` is AUTH_MODE. Without an authenticator (`off`) everybody comes in, and is counted all the same."""

    def __init__(
        self,
        mode: str,
        authenticator: Authenticator | None,
        read_sign_in: ReadSignIn,
        check_access: CheckAccess,
        limiter: RateLimiter,
        origins: OriginPolicy,
        open_streams: OpenStreams,
    ) -> None:
        self.mode = mode
        self._authenticator = authenticator
        self._read_sign_in = read_sign_in
        self._check_access = check_access
        self._limiter = limiter
        self._origins = origins
        self.open_streams = open_streams

    async def admit(self, request: Request) -> Principal:
        """Let a request of a guarded route in, ids and all. Raises `NotAuthenticated`, `Forbidden`, `NotFound`, `RateLimited`, `Unavailable`."""
        if self._authenticator is None:
            return await self.enter(request)
        wanted = _resources(request)
        ticket_for = wanted[0] if wanted and request.method == "GET" and request.scope["route"].name in STREAMS else None
        principal = await self.enter(request, str(ticket_for) if ticket_for else None)
        for resource in wanted:
            await self._check(principal, resource)
        if request.scope["route"].name in STREAMS:
            self.open_streams.make_room(principal)
        return principal

    async def enter(self, connection: HTTPConnection, ticket_for: str | None = None) -> Principal:
        """Count, and find out who it is. `ticket_for` names the stream that is asked for, if a ticket would do: see `sign_ins.py`.

        A WebSocket passes `thread:<id>` of its session, or `websocket` if it has none yet. Raises as `admit` does, but for `NotFound`.
        """
        await self.knock(connection)
        try:
            principal = await self._who(connection, ticket_for)
        except (NotAuthenticated, Forbidden) as refused:
            _log.info("Somebody was not let in", code=refused.code, address=client_address(connection), path=_path(connection))
            raise
        if principal.user_id is not None:
            structlog.contextvars.bind_contextvars(user_id=principal.user_id)
            self._note(connection, await self._limiter.hit(user_id=principal.user_id))
        connection.state.principal = principal
        return principal

    async def knock(self, connection: HTTPConnection) -> None:
        """Count a request of somebody who has not said who they are, or is about to. Raises `RateLimited`."""
        self._note(connection, await self._limiter.hit(address=client_address(connection)))

    async def count(self, connection: HTTPConnection) -> None:
        """One more request over a connection that came in before: a question over a WebSocket. Raises `RateLimited`, and `NotAuthenticated` once what
        was shown at the beginning has come to its end."""
        principal: Principal = connection.state.principal
        if principal.is_over(time.time()):
            raise NotAuthenticated("What was shown is not valid any more. Sign in again, and connect again.", code="invalid_credentials")
        await self._limiter.hit(address=client_address(connection), user_id=principal.user_id)

    def believed(self, connection: HTTPConnection) -> Believed:
        """For the stream of somebody who has come in: ends it when what was shown for it does."""
        return partial(self.open_streams.believed, connection.state.principal)

    async def _who(self, connection: HTTPConnection, ticket_for: str | None) -> Principal:
        if self._authenticator is None:
            return EVERYBODY
        if authorization := connection.headers.get("authorization"):
            return await self._authenticator.authenticate(_bearer(authorization))
        if ticket_for is not None and (ticket := connection.query_params.get(TICKET)):
            return await self._read_sign_in.execute(ticket, ticket_for)
        if cookie := connection.cookies.get(cookie_name(connection)):
            if _changes(connection) and not self._origins.proves_own_page(connection):
                raise Forbidden(
                    "A request with a cookie must come from this server's own page, or from one of CORS_ORIGINS.", code="origin_refused"
                )
            return await self._read_sign_in.execute(cookie)
        raise NotAuthenticated("Say who you are: send Authorization: Bearer with an API key or a token, or sign in at POST /api/session.")

    async def _check(self, principal: Principal, resource: Resource) -> None:
        try:
            await self._check_access.execute(principal, resource)
        except NotFound:
            _log.info("Somebody asked for what is not theirs, or not there", resource=str(resource))
            raise

    @staticmethod
    def _note(connection: HTTPConnection, quotas: Sequence[Quota]) -> None:
        if quotas:
            connection.state.quotas = [*getattr(connection.state, "quotas", ()), *quotas]


def client_address(connection: HTTPConnection) -> str:
    """Where a request comes from: the peer, or what the proxies in TRUSTED_PROXIES say. A forged header changes nothing."""
    return connection.client.host if connection.client else "unknown"


def cookie_name(connection: HTTPConnection) -> str:
    """The name of the cookie. Over TLS browsers keep the prefix for this very host: no neighbouring subdomain can plant one."""
    return "__Host-chatbot" if connection.url.scheme in ("https", "wss") else "chatbot"


def attempt_cookie_name(connection: HTTPConnection) -> str:
    """The name of the cookie that stands for an attempt to sign in with the identity provider."""
    return f"{cookie_name(connection)}-sign-in"


async def _guarded_principal(request: Request) -> Principal:
    principal = request.state.principal
    assert isinstance(principal, Principal)
    return principal


Who = Annotated[Principal, Depends(_guarded_principal)]
"""Whom the door has let in, for a guarded route."""


async def _believed(request: Request) -> Believed:
    return request.app.state.door.believed(request)


WhileBelieved = Annotated[Believed, Depends(_believed)]
"""What a guarded route's stream enters, to end with what was shown for it."""


async def admin_only(who: Who) -> None:
    """For a guarded route's `dependencies`. Raises `Forbidden`; with AUTH_MODE=off everybody may."""
    if who.scope not in (None, Scope.ADMIN):
        raise Forbidden("Only an admin key may do this: chatbot keys create --admin.", code="admin_required")


def _bearer(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotAuthenticated("Send the key or token as Authorization: Bearer …", code="invalid_credentials")
    return token.strip()


def _changes(connection: HTTPConnection) -> bool:
    return connection.scope["type"] == "websocket" or connection.scope["method"] in UNSAFE


def _path(connection: HTTPConnection) -> str:
    """Without the query, which may hold a ticket."""
    return str(connection.scope["path"])[:200]


def _resources(request: Request) -> list[Resource]:
    """What the path names. What is no id at all the route itself refuses, by the same types."""
    found: list[Resource] = []
    for name, (kind, adapter) in _OWNED.items():
        if name in request.path_params:
            try:
                found.append(Resource(kind, adapter.validate_python(request.path_params[name])))
            except ValidationError:
                continue
    return found
