"""`/api/sign-in`: signing in with an identity provider, for pages. All of it happens before anybody has said who they are.

The browser itself goes through these addresses, so what goes wrong is told on the page: `/?sign_in=` and a word of `FAILURES`.
"""

from typing import Annotated
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from app.application.access.provider_sign_in import ATTEMPT_SECONDS, Returned
from app.application.use_cases import ProviderSignIn
from app.domain.chat.errors import NotFound, SignInFailed, Unavailable
from app.infrastructure.web.dependencies import Cases
from app.infrastructure.web.door import Door, attempt_cookie_name, client_address
from app.infrastructure.web.errors import answers
from app.infrastructure.web.routers.session import set_session_cookie
from app.infrastructure.web.schemas import ProviderOut, SignInOut

START, CALLBACK, SIGN_OUT = "/api/sign-in/start", "/api/sign-in/callback", "/api/sign-in/out"
ADDRESSES = frozenset({"/api/sign-in", START, CALLBACK, SIGN_OUT})
"""Everything here, for the list of what is public."""

FAILURES = {"sign_in_expired": "expired", "sign_in_refused": "refused", "identity_provider_unavailable": "unavailable"}
"""What the page is told."""

NOT_SET_UP = (404, "provider_not_found", "There is no identity provider to sign in with: OIDC_CLIENT_ID is not set.")
TOO_MANY = (429, "rate_limited", "Too many requests from this address: at most 1200 in 60 seconds. Wait 12 seconds.")
MOVES = {
    303: {"description": "The browser goes on", "headers": {"Location": {"schema": {"type": "string"}, "required": True}}},
    **answers(NOT_SET_UP, TOO_MANY),
}

router = APIRouter(tags=["sign-in"])
_log = structlog.get_logger(__name__)


@router.get("/api/sign-in", summary="How can one sign in on the page?", responses=answers(TOO_MANY))
async def read_sign_in(request: Request, cases: Cases) -> SignInOut:
    """The identity provider, if one is set up for it. A key or token works beside it."""
    await _door(request).knock(request)
    known = cases.provider_sign_in
    return SignInOut(provider=ProviderOut(name=known.provider.name, start_url=START) if known else None)


@router.get(START, summary="Sign in with the identity provider", status_code=303, response_class=RedirectResponse, responses=MOVES)
async def start_sign_in(
    request: Request, cases: Cases, return_to: Annotated[str, Query(description="A path here, to come back to.")] = "/"
) -> Response:
    """For a browser to go to. It comes back signed in, or to `/?sign_in=expired`, `refused` or `unavailable`."""
    known = await _known(request, cases)
    try:
        address, attempt = await known.begin.execute(return_to, _absolute(request, CALLBACK))
    except Unavailable as away:
        return _failed(request, away)
    response = RedirectResponse(address, 303)
    name, secure = attempt_cookie_name(request), request.url.scheme == "https"
    response.set_cookie(name, attempt.cookie, max_age=int(ATTEMPT_SECONDS), path="/", secure=secure, httponly=True, samesite="lax")
    return response


@router.get(
    CALLBACK,
    summary="Where the identity provider sends browsers back to",
    status_code=303,
    response_class=RedirectResponse,
    responses=MOVES,
)
async def finish_sign_in(
    request: Request,
    cases: Cases,
    state: Annotated[str | None, Query(description="What the browser left with.")] = None,
    code: Annotated[str | None, Query(description="What the provider gave for it.")] = None,
    error: Annotated[str | None, Query(description="Or why it gave nothing.")] = None,
    iss: Annotated[str | None, Query(description="Who the provider is.")] = None,
) -> Response:
    """The address to register at the provider. It works once, in the browser that began."""
    known = await _known(request, cases)
    returned = Returned(request.cookies.get(attempt_cookie_name(request)), state, code, error, iss)
    try:
        issued, who, path = await known.finish.execute(returned, _absolute(request, CALLBACK))
    except (SignInFailed, Unavailable) as failed:
        return _failed(request, failed)
    _log.info("Somebody signed in with the identity provider", user_id=who.user_id)
    response = RedirectResponse(path, 303)
    set_session_cookie(request, response, issued)
    _forget_attempt(request, response)
    return response


@router.get(SIGN_OUT, summary="Sign out of the identity provider, too", status_code=303, response_class=RedirectResponse, responses=MOVES)
async def leave_provider(request: Request, cases: Cases) -> Response:
    """For a browser to go to after `DELETE /api/session`. Without a provider that can do it, it comes back at once."""
    known = await _known(request, cases)
    try:
        address = await known.provider.sign_out_url(_absolute(request, "/"))
    except Unavailable:
        address = None
    return RedirectResponse(address or "/", 303)


async def _known(request: Request, cases: Cases) -> ProviderSignIn:
    await _door(request).knock(request)
    if cases.provider_sign_in is None:
        raise NotFound("provider", "to sign in with: OIDC_CLIENT_ID is not set")
    return cases.provider_sign_in


def _door(request: Request) -> Door:
    door = request.app.state.door
    assert isinstance(door, Door)
    return door


def _absolute(request: Request, path: str) -> str:
    """The address that browsers know. It has to be registered at the provider, letter by letter."""
    public_url: str | None = request.app.state.public_url
    return f"{public_url or str(request.base_url).rstrip('/')}{path}"


def _failed(request: Request, error: SignInFailed | Unavailable) -> Response:
    """Back to the page, which says what happened. An attempt that was not this browser's leaves the one that is alone."""
    _log.info("Signing in with the identity provider failed", code=error.code, reason=error.message, address=client_address(request))
    response = RedirectResponse(f"/?{urlencode({'sign_in': FAILURES.get(error.code, 'unavailable')})}", 303)
    if error.code != "sign_in_expired":
        _forget_attempt(request, response)
    return response


def _forget_attempt(request: Request, response: Response) -> None:
    secure = request.url.scheme == "https"
    response.delete_cookie(attempt_cookie_name(request), path="/", secure=secure, httponly=True, samesite="lax")
