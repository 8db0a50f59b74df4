"""The two kinds of process: `serve` (API, and executor if it has slots) and `worker` (executor alone). Any number of each share one Postgres.

Called by the CLI. Both run until a signal, then drain in the order that `docs/architecture.md` gives.
"""

import asyncio
import signal
import socket
from collections.abc import Callable

import structlog
import uvicorn
from sqlalchemy import URL

from app.bootstrap.process import running_service
from app.infrastructure.web.application import make_application
from app.infrastructure.web.http_protocol import BoundedHttpProtocol
from app.infrastructure.web.server import DrainingServer
from app.settings import Settings

CLOSE_SECONDS = 5
"""How long connections may take to close once their streams have ended."""

_log = structlog.get_logger(__name__)


async def serve(settings: Settings, url: URL, listener: socket.socket, announce: Callable[[], None]) -> None:
    """Serve HTTP on a listening socket; `announce` is called when requests are answered."""
    async with running_service(settings, url) as service:
        config = uvicorn.Config(
            make_application(service.parts),
            lifespan="off",
            http=BoundedHttpProtocol,
            log_config=None,
            access_log=False,
            server_header=False,
            ws_max_size=settings.max_body_bytes,
            timeout_graceful_shutdown=CLOSE_SECONDS,
        )
        await DrainingServer(config, service.drain, announce).serve(sockets=[listener])


async def work(settings: Settings, url: URL) -> None:
    """Execute runs that other processes accept."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with running_service(settings, url) as service:
        _log.info("The worker runs", slots=settings.run_slots, provider=service.parts.info.provider, model=service.parts.info.model)
        await stop.wait()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)  # a second signal ends the process at once
        _log.info("Draining")
