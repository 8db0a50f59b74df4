"""The FastAPI application: routes, error handlers, request ids, limits, and the OpenAPI document.

`make_application` is called by `main.py` with everything wired, and by `openapi_document` with nothing, since the document needs no service.
"""

from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from app.application.service import CheckReadiness, RenderMetrics, ServiceInfo
from app.application.telemetry import RequestWatch, Unwatched
from app.application.use_cases import UseCases
from app.infrastructure.web import errors, openapi, page
from app.infrastructure.web.body_limit import BodyLimitMiddleware
from app.infrastructure.web.request_id import RequestIdMiddleware
from app.infrastructure.web.request_log import RequestLogMiddleware
from app.infrastructure.web.routers import cvs, health, runs, threads, users
from app.infrastructure.web.sse import StreamSettings

DESCRIPTION = """\
Chat whose answers cannot get lost. Posting a message creates a **run**; its tokens are written to a durable log; clients follow that log over
Server-Sent Events and come back with `Last-Event-ID`: no gap, no repeat, from any process, also after a crash or a deploy.

Create a user, a thread, post a message, follow `events_url`. Every error is `{"error": {"code", "message", "request_id"}}`.
"""


@dataclass(frozen=True, slots=True)
class WebLimits:
    """Bytes of a request body, characters of a message."""

    max_body_bytes: int
    max_message_characters: int


@dataclass(frozen=True, slots=True)
class WebParts:
    """Everything the web layer needs from the rest."""

    use_cases: UseCases
    streams: StreamSettings
    limits: WebLimits
    info: ServiceInfo
    check_readiness: CheckReadiness
    render_metrics: RenderMetrics
    watch: RequestWatch = field(default_factory=Unwatched)


def make_application(parts: WebParts) -> FastAPI:
    """The application around wired parts."""
    app = _bare_application(parts.info.version)
    app.add_middleware(BodyLimitMiddleware, limit=parts.limits.max_body_bytes)
    app.add_middleware(RequestLogMiddleware, watch=parts.watch)
    app.add_middleware(RequestIdMiddleware)  # the outermost: also what the others refuse has a name
    app.state.use_cases = parts.use_cases
    app.state.stream_settings = parts.streams
    app.state.max_message_characters = parts.limits.max_message_characters
    app.state.info = parts.info
    app.state.check_readiness = parts.check_readiness
    app.state.render_metrics = parts.render_metrics
    return app


def make_operator_application(parts: WebParts) -> FastAPI:
    """Only what operators ask, for a process that serves nobody else: `/metrics`, `/health`, `/ready`."""
    app = FastAPI(title="Chatbot SSE API, for operators", version=parts.info.version, openapi_url=None)
    errors.install(app)
    app.include_router(health.router)
    app.add_middleware(RequestIdMiddleware)
    app.state.info = parts.info
    app.state.check_readiness = parts.check_readiness
    app.state.render_metrics = parts.render_metrics
    return app


def openapi_document(version: str) -> dict[str, Any]:
    """The API as an OpenAPI 3.1 document."""
    return _bare_application(version).openapi()


def _bare_application(version: str) -> FastAPI:
    app = FastAPI(
        title="Chatbot SSE API",
        version=version,
        description=DESCRIPTION,
        generate_unique_id_function=_operation_id,
        redirect_slashes=False,
        license_info={"name": "MIT", "identifier": "MIT"},
        openapi_tags=[
            {"name": "users", "description": "Who talks."},
            {"name": "threads", "description": "Conversations and their messages."},
            {"name": "runs", "description": "One answer in the making: follow it, cancel it, ask for another."},
            {"name": "cvs", "description": "What the assistant `cvs` answers from."},
            {"name": "service", "description": "For operators."},
        ],
    )
    errors.install(app)
    for router in (users.router, threads.router, runs.router, cvs.router, health.router, page.router):
        app.include_router(router)
    original = app.openapi
    app.openapi = lambda: openapi.completed(original())
    return app


def _operation_id(route: APIRoute) -> str:
    """The function's name: generated clients get `post_message`, not `post_message_api_threads__thread_id__messages_post`."""
    return route.name
