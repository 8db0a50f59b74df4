"""`/api/session` and `/api/tickets`: signing in and out in a browser, and opening streams whose requests can carry no header."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from app.application.access.check_access import Resource
from app.application.access.sign_ins import WEBSOCKET, Issued
from app.infrastructure.web.dependencies import Cases
from app.infrastructure.web.door import Door, Who, cookie_name
from app.infrastructure.web.errors import answers
from app.infrastructure.web.guarded_route import GuardedRoute
from app.infrastructure.web.schemas import SessionOut, TicketBody, TicketOut

router = APIRouter(tags=["session"], route_class=GuardedRoute)

AUTH_OFF = (409, "auth_off", "AUTH_MODE is off: there is nothing to sign in to.")


@router.get("/api/session", summary="Who am I?")
async def read_session(request: Request, cases: Cases, who: Who) -> SessionOut:
    """401 says that signing in is needed; `auth: off` that it is not."""
    return await _session(request, cases, who.expires_at)


@router.post("/api/session", status_code=201, summary="Sign in with a cookie", responses=answers(AUTH_OFF))
async def open_session(request: Request, response: Response, cases: Cases, who: Who) -> SessionOut:
    """For pages: shows the key or token once, in `Authorization: Bearer`, and gets a cookie for it that scripts cannot read."""
    issued = await cases.issue_sign_in.cookie(who)
    set_session_cookie(request, response, issued)
    return await _session(request, cases, issued.expires_at.timestamp())


@router.delete("/api/session", status_code=204, summary="Sign out")
async def close_session(request: Request, response: Response, cases: Cases) -> None:
    """The cookie is worthless from now on, wherever it was copied to."""
    name = cookie_name(request)
    if token := request.cookies.get(name):
        await cases.end_sign_in.execute(token)
    response.delete_cookie(name, path="/", secure=request.url.scheme == "https", httponly=True, samesite="lax")


@router.post(
    "/api/tickets",
    status_code=201,
    summary="Get a ticket for a stream",
    responses=answers(
        AUTH_OFF,
        (404, "run_not_found", "There is no run 019aa3f2-8a40-7b6e-8f0a-2f1f0c9b7d52."),
        (404, "thread_not_found", "There is no thread 019aa3f2-7c1e-7d33-9f52-6a1c0f6f2b11."),
    ),
)
async def create_ticket(body: TicketBody, cases: Cases, who: Who) -> TicketOut:
    """Opens one thread's or run's events, or one WebSocket session, within a minute, as `?ticket=`: for `EventSource` and `WebSocket`, which send
    no headers. What it opened stays open for as long as what was shown here holds; to come back after the minute, get another."""
    resource = WEBSOCKET
    if body.thread_id is not None:
        resource = Resource("thread", body.thread_id)
    if body.run_id is not None:
        resource = Resource("run", body.run_id)
    if isinstance(resource, Resource):
        await cases.check_access.execute(who, resource)
    issued = await cases.issue_sign_in.ticket(who, str(resource))
    return TicketOut(ticket=issued.token, expires_at=issued.expires_at)


def set_session_cookie(request: Request, response: Response, issued: Issued) -> None:
    """Give the browser what it shows from now on. Scripts cannot read it; over TLS no neighbour can plant one."""
    response.set_cookie(
        cookie_name(request),
        issued.token,
        max_age=max(1, int((issued.expires_at - datetime.now(UTC)).total_seconds())),
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


async def _session(request: Request, cases: Cases, expires_at: float | None) -> SessionOut:
    door: Door = request.app.state.door
    who = request.state.principal
    spent = await cases.read_spending.execute(who)
    user = None if who.user_id is None else await cases.read_user.execute(who.user_id)
    return SessionOut(
        auth=door.mode,
        scope=who.scope,
        user_id=who.user_id,
        name=user.name if user else None,
        expires_at=datetime.fromtimestamp(expires_at, UTC) if expires_at else None,
        tokens_today=spent.tokens_today,
        tokens_per_day=spent.tokens_per_day,
        sign_out_url="/api/sign-in/out" if cases.provider_sign_in and who.user_id is not None and who.key_id is None else None,
    )
