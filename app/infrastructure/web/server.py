"""uvicorn, taught to stop in the right order.

uvicorn on its own stops listening and then waits for open streams, before the application hears of it at all. Here the first signal starts the
drain while requests are still answered: readiness goes off, runs finish or are handed over, streams end with a hint to come back. Only then does
uvicorn close. A second signal stops at once.
"""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable
from types import FrameType

import structlog
import uvicorn

BACKLOG = 2048

CUT_SECONDS = 3.0
"""How long a reader may take to read the end of its stream when the process stops."""

_log = structlog.get_logger(__name__)


class DrainingServer(uvicorn.Server):
    """Runs `drain` between the first signal and uvicorn's own shutdown; calls `announce` when it answers."""

    def __init__(self, config: uvicorn.Config, drain: Callable[[], Awaitable[None]], announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._drain = drain
        self._announce = announce
        self._signalled = asyncio.Event()
        self._signal: signal.Signals | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until a signal, then drain, then close."""
        self._loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as tasks:
            draining = tasks.create_task(self._drain_when_signalled(), name="drain on a signal")
            await super().serve(sockets)
            draining.cancel()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start as uvicorn does, then say so."""
        await super().startup(sockets)
        self._announce()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's signature
        """First signal: begin to drain. Second: stop now."""
        if self._loop is None or self._signalled.is_set():
            self.force_exit = self._signalled.is_set()
            self.should_exit = True
            return
        self._signal = signal.Signals(sig)
        self._loop.call_soon_threadsafe(self._signalled.set)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn does; connections that nobody reads are cut before uvicorn loses patience and cancels their requests with a traceback."""
        assert self._loop is not None
        cutting = self._loop.call_later(CUT_SECONDS, self._cut)
        try:
            await super().shutdown(sockets)
        finally:
            cutting.cancel()

    def _cut(self) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()

    async def _drain_when_signalled(self) -> None:
        await self._signalled.wait()
        _log.info(
            "Draining", signal=self._signal.name if self._signal else ""
        )  # here: a handler interrupts whatever request is being answered
        try:
            await self._drain()
        finally:
            self.should_exit = True


def listening_socket(host: str, port: int, user_timeout_seconds: float) -> socket.socket:
    """A listening socket whose connections are cut by the kernel when a peer neither reads nor answers for that long.

    Without it, a reader that never reads would keep its connection, and the frames waiting for it, for ever: closing it waits for them too.
    Raises `OSError`.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(user_timeout_seconds * 1000))
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)  # noqa: FBT003 - positional only
    return listener
