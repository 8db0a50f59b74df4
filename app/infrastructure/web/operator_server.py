"""A small server beside a worker, for operators: Prometheus, and whoever asks whether it lives. Called by `main.work`, which owns the signals."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.types import ASGIApp


class _Quiet(uvicorn.Server):
    """A server that leaves the process's signals alone."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Does not."""
        yield


@asynccontextmanager
async def serving_operators(app: ASGIApp, listener: socket.socket) -> AsyncGenerator[None]:
    """Answer on a listening socket for as long as the block lasts."""
    config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=1)
    server = _Quiet(config)
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(server.serve([listener]), name="serve operators")
        try:
            yield
        finally:
            server.should_exit = True
            await asyncio.wait([serving])
