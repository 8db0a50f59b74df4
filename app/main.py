"""The two kinds of process: `serve` (API, and executor if it has slots) and `worker` (executor alone). Any number of each share one Postgres.

Called by the CLI. Both run until a signal, then drain in the order that `docs/architecture.md` gives.
"""

import asyncio
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import NoReturn

import structlog
import uvicorn
from sqlalchemy import URL

from app.bootstrap.process import running_service
from app.infrastructure.web.application import WebParts, make_application, make_operator_application
from app.infrastructure.web.http_protocol import BoundedHttpProtocol
from app.infrastructure.web.operator_server import serving_operators
from app.infrastructure.web.server import DrainingServer
from app.infrastructure.web.websocket.protocol import BoundedWebSocketProtocol
from app.settings import Settings, names

CLOSE_SECONDS = 5
"""How long connections may take to close once their streams have ended."""

PING_SECONDS = 20
"""Between two pings on a WebSocket: finds connections that died in silence, and keeps proxies from closing quiet ones."""

_log = structlog.get_logger(__name__)


async def serve(settings: Settings, url: URL, listener: socket.socket, announce: Callable[[], None]) -> None:
    """Serve HTTP on a listening socket; `announce` is called when requests are answered."""
    async with running_service(settings, url) as service:
        config = uvicorn.Config(
            make_application(service.parts),
            lifespan="off",
            http=BoundedHttpProtocol,
            ws=BoundedWebSocketProtocol,
            ws_max_size=settings.max_body_bytes,
            ws_ping_interval=PING_SECONDS,
            ws_ping_timeout=settings.stream_send_timeout,
            ws_per_message_deflate=False,  # tokens are small: compression would cost 64 kB a connection and save next to nothing
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=list(names(settings.trusted_proxies)),
            timeout_graceful_shutdown=CLOSE_SECONDS,
        )
        await DrainingServer(config, service.drain, announce).serve(sockets=[listener])


async def work(settings: Settings, url: URL, operators: socket.socket | None = None) -> None:
    """Execute runs that other processes accept. On the listening socket, if there is one, metrics and health are served."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with running_service(settings, url) as service, _seen_by(operators, service.parts):
        info = service.parts.info
        place = {"metrics_port": operators.getsockname()[1]} if operators else {}
        _log.info("The worker runs", slots=settings.run_slots, provider=info.provider, model=info.model, **place)
        await stop.wait()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)  # a second signal ends the process at once
        _log.info("Draining")
        await service.drain()


def _seen_by(operators: socket.socket | None, parts: WebParts) -> AbstractAsyncContextManager[None]:
    return serving_operators(make_operator_application(parts), operators) if operators else nullcontext()


def __getattr__(name: str) -> NoReturn:
    """`uvicorn app.main:app` ends with a sentence: an orderly shutdown and the bounds of a request are the server's, so no ASGI application alone has them."""
    if name == "app":
        sys.exit(
            "There is no app.main:app for uvicorn, gunicorn and the like: the server that drains and keeps its limits comes along. "
            "Start it with `chatbot serve` (--host, --port), or `make dev` to have it start anew when the code changes."
        )
    raise AttributeError(name)
