"""The FastAPI application: routes, error handlers, request ids, limits, and the OpenAPI document.

`make_application` is called by `main.py` with everything wired, and by `openapi_document` with nothing, since the document needs no service.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import APIRoute

from app.application.service import CheckReadiness, RenderMetrics, ServiceInfo
from app.application.telemetry import RequestWatch, Unwatched
from app.application.use_cases import UseCases
from app.infrastructure.web import errors, openapi, reference
from app.infrastructure.web.body_limit import BodyLimitMiddleware
from app.infrastructure.web.cut_off import CutOffMiddleware
from app.infrastructure.web.door import Door
from app.infrastructure.web.front import pages
from app.infrastructure.web.guarded_route import check_routes
from app.infrastructure.web.head import HeadMiddleware
from app.infrastructure.web.origins import OriginPolicy
from app.infrastructure.web.request_id import RequestIdMiddleware
from app.infrastructure.web.request_log import RequestLogMiddleware
from app.infrastructure.web.routers import assistants, cvs, health, runs, session, sign_in, threads, users, websocket
from app.infrastructure.web.security import SecurityMiddleware
from app.infrastructure.web.sse import StreamSettings

DESCRIPTION = """\
Chat whose answers cannot get lost. Posting a message creates a **run**; its tokens are written to a durable log; clients follow that log over
Server-Sent Events and come back with `Last-Event-ID`: no gap, no repeat, from any process, also after a crash or a deploy.

Create a user, a thread, post a message, follow `events_url`. Every error is `{"error": {"code", "message", "request_id"}}`.
"""


PUBLIC = frozenset({"/health", "/ready", "/metrics", "/openapi.json", "/ws"}) | reference.ADDRESSES | sign_in.ADDRESSES
"""What stands beside the door, besides the page. `/metrics` asks it by itself, unless METRICS_PUBLIC; so does `/ws`. Signing in only counts at it."""


@dataclass(frozen=True, slots=True)
class WebLimits:
    """Bytes of a request body, characters of a message."""

    max_body_bytes: int
    max_message_characters: int


@dataclass(frozen=True, slots=True)
class Boundary:
    """Names the server answers to (empty: any), pages elsewhere that may use it, whether everybody may read the metrics, and where it is."""

    hosts: frozenset[str] = frozenset()
    origins: OriginPolicy = field(default_factory=lambda: OriginPolicy(frozenset()))
    metrics_public: bool = False
    public_url: str | None = None
    """Where browsers reach the server; None: the address they ask for."""


@dataclass(frozen=True, slots=True)
class WebParts:
    """Everything the web layer needs from the rest."""

    use_cases: UseCases
    streams: StreamSettings
    limits: WebLimits
    info: ServiceInfo
    check_readiness: CheckReadiness
    render_metrics: RenderMetrics
    door: Door
    boundary: Boundary
    front: Path | None = None
    """The folder of the built front, if there is one."""
    watch: RequestWatch = field(default_factory=Unwatched)


def make_application(parts: WebParts) -> FastAPI:
    """The application around wired parts."""
    app = bare_application(parts.info.version)
    app.add_middleware(HeadMiddleware)
    app.add_middleware(BodyLimitMiddleware, limit=parts.limits.max_body_bytes)
    _allow_pages(app, parts.boundary.origins.allowed)
    app.add_middleware(SecurityMiddleware, hosts=parts.boundary.hosts, origins=parts.boundary.origins)
    app.add_middleware(CutOffMiddleware)
    app.add_middleware(RequestLogMiddleware, watch=parts.watch)
    app.add_middleware(RequestIdMiddleware)  # the outermost: also what the others refuse has a name
    pages.install(app, parts.front)
    app.state.use_cases = parts.use_cases
    app.state.stream_settings = parts.streams
    app.state.max_message_characters = parts.limits.max_message_characters
    app.state.info = parts.info
    app.state.check_readiness = parts.check_readiness
    app.state.render_metrics = parts.render_metrics
    app.state.door = parts.door
    app.state.metrics_public = parts.boundary.metrics_public
    app.state.public_url = parts.boundary.public_url
    return app


def _allow_pages(app: FastAPI, origins: frozenset[str]) -> None:
    """Answer the browsers of pages elsewhere, with cookies for pages that are named."""
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=sorted(origins),
            allow_credentials="*" not in origins,
            allow_methods=["GET", "POST", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID", "X-Request-ID"],
            expose_headers=["Idempotent-Replayed", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-ID"],
            max_age=600,
        )


def make_operator_application(parts: WebParts) -> FastAPI:
    """Only what operators ask, for a process that serves nobody else: `/metrics`, `/health`, `/ready`."""
    app = FastAPI(title="Chatbot SSE API, for operators", version=parts.info.version, openapi_url=None)
    errors.install(app)
    app.include_router(health.router)
    app.add_middleware(HeadMiddleware)
    app.add_middleware(RequestIdMiddleware)
    app.state.info = parts.info
    app.state.check_readiness = parts.check_readiness
    app.state.render_metrics = parts.render_metrics
    app.state.metrics_public = True  # this port is for operators alone
    return app


def openapi_document(version: str) -> dict[str, Any]:
    """The API as an OpenAPI 3.1 document."""
    return bare_application(version).openapi()


def bare_application(version: str) -> FastAPI:
    """The routes without anything behind them: enough for the OpenAPI document; `make_application` puts the parts in.

    Raises `UnguardedRoute`: see `check_routes`.
    """
    app = FastAPI(
        title="Chatbot SSE API",
        version=version,
        description=DESCRIPTION,
        generate_unique_id_function=_operation_id,
        redirect_slashes=False,
        docs_url=None,  # in reference.py, under a policy of its own
        redoc_url=None,
        license_info={"name": "MIT", "identifier": "MIT"},
        openapi_tags=[
            {"name": "session", "description": "Signing in, and tickets for streams. With `AUTH_MODE=off` there is nothing to sign in to."},
            {
                "name": "sign-in",
                "description": "Signing in on the page with an identity provider. For browsers, before anybody has said who they are.",
            },
            {"name": "users", "description": "Who talks."},
            {"name": "threads", "description": "Conversations and their messages."},
            {"name": "runs", "description": "One answer in the making: follow it, cancel it, ask for another."},
            {"name": "websocket", "description": "The same over one lasting connection."},
            {"name": "assistants", "description": "What can be asked here, and whom."},
            {"name": "cvs", "description": "What the assistant `cvs` answers from."},
            {"name": "service", "description": "For operators."},
        ],
    )
    errors.install(app)
    for router in (
        session.router,
        sign_in.router,
        users.router,
        threads.router,
        runs.router,
        websocket.router,
        assistants.router,
        cvs.router,
        health.router,
        reference.router,
    ):
        app.include_router(router)
    check_routes(app, PUBLIC)
    original = app.openapi
    app.openapi = lambda: openapi.completed(original())
    return app


def _operation_id(route: APIRoute) -> str:
    """The function's name: generated clients get `post_message`, not `post_message_api_threads__thread_id__messages_post`."""
    return route.name
