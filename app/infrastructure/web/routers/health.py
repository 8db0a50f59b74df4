"""`/health`, `/ready`, `/metrics`: for load balancers, orchestrators, Prometheus, and the page that says when no model is configured."""

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from app.application.service import CheckReadiness, RenderMetrics, ServiceInfo
from app.infrastructure.web.door import Door, admin_only
from app.infrastructure.web.errors import ADMIN_ONLY, SIGN_IN, answers

router = APIRouter(tags=["service"])


class HealthOut(BaseModel):
    """Which version answers, and with which model it is set up to write."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"status": "ok", "version": "0.1.0", "provider": "offline", "model": "offline-quotes"}]}
    )

    status: str
    version: str
    provider: str
    model: str


class ReadyOut(BaseModel):
    """What was looked at, by name: `ok`, or what is wrong in words."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "status": "ready",
                    "checks": {"database": "ok", "migrations": "ok", "provider": "ok", "shutdown": "ok"},
                    "notes": {"notifications": "arrive"},
                }
            ]
        }
    )

    status: str
    checks: dict[str, str]
    notes: dict[str, str] = Field(description="For people: what works with a crutch, should be mended, or is worth knowing.")


@router.get("/health", summary="Is the process alive?")
async def health(request: Request) -> HealthOut:
    """Says nothing about the database: a process that waits for its database should not be killed for it."""
    info: ServiceInfo = request.app.state.info
    return HealthOut(status="ok", version=info.version, provider=info.provider, model=info.model)


@router.get("/ready", summary="Can it serve?", responses={503: {"model": ReadyOut, "description": "Not now; `checks` says why."}})
async def ready(request: Request) -> Response:
    """A real round trip to the database, its schema at the newest revision, a provider configured, not shutting down. `notes` are no failures."""
    check: CheckReadiness = request.app.state.check_readiness
    readiness = await check()
    body = ReadyOut(status="ready" if readiness.ready else "not ready", checks=dict(readiness.checks), notes=dict(readiness.notes))
    return JSONResponse(body.model_dump(), 200 if readiness.ready else 503)


async def _metrics_reader(request: Request) -> None:
    if not request.app.state.metrics_public:
        door: Door = request.app.state.door
        await admin_only(await door.enter(request))


@router.get(
    "/metrics",
    summary="Prometheus metrics",
    response_class=Response,
    dependencies=[Depends(_metrics_reader)],
    responses={200: {"content": {"text/plain": {}}}, **answers(SIGN_IN, ADMIN_ONLY)},
)
async def metrics(request: Request) -> Response:
    """In Prometheus' text format 0.0.4. Needs an admin key, unless METRICS_PUBLIC is true or AUTH_MODE is off."""
    render: RenderMetrics = request.app.state.render_metrics
    return Response(await render(), media_type="text/plain; version=0.0.4; charset=utf-8")
