"""Starts the fake providers on a loopback port: in a thread with its own event loop (tests), or in this thread until stopped (a process).

A thread, because a client and a provider that share an event loop hide each other's delays.
"""

import asyncio
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

import uvicorn

from tests.providers.server import FakeProviders, Recorded


class RunningProviders:
    """Fake providers at `url`. Call from any thread or loop."""

    def __init__(self, app: FakeProviders, loop: asyncio.AbstractEventLoop, port: int) -> None:
        self._app = app
        self._loop = loop
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    @property
    def requests(self) -> list[Recorded]:
        """What happened so far, oldest first."""
        return list(self._app.requests)

    @property
    def counts(self) -> int:
        """How often tokens were counted."""
        return self._app.counts

    def clear(self) -> None:
        self._loop.call_soon_threadsafe(self._app.clear)

    async def until(self, fact: Callable[[list[Recorded]], bool], within: float = 5.0) -> None:
        """Wait for a fact about the requests; raises `TimeoutError`."""
        waiting = asyncio.run_coroutine_threadsafe(self._app.until(fact), self._loop)
        await asyncio.wait_for(asyncio.wrap_future(waiting), within)


def config_of(app: FakeProviders) -> uvicorn.Config:
    """How the fake is served: quiet (a cut connection is no news here) and without waiting for open streams at the end."""
    return uvicorn.Config(app, log_level="critical", access_log=False, lifespan="off", http="httptools", timeout_graceful_shutdown=1)


def bind(port: int) -> socket.socket:
    """A listening loopback socket with room for a burst of clients."""
    # Without the protocol's number asyncio does not switch Nagle's algorithm off, and every answer waits 40 ms for an acknowledgement.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    listening.listen(2048)
    return listening


@contextmanager
def running_providers() -> Generator[RunningProviders]:
    """Fake providers for as long as the block lasts."""
    app, listening = FakeProviders(), bind(0)
    server = uvicorn.Server(config_of(app))
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=lambda: loop.run_until_complete(server.serve([listening])), name="fake-providers", daemon=True)
    thread.start()
    try:
        yield RunningProviders(app, loop, listening.getsockname()[1])
    finally:
        server.should_exit = server.force_exit = True
        thread.join(timeout=5)
        loop.close()
        listening.close()
