"""Hangs up when a request is cancelled in the middle of a TLS handshake.

httpcore (1.0.9, and httpcore2) closes a connection whose handshake fails, but not one whose handshake is cancelled: the socket stays open until
it is garbage. Every adapter gives its HTTP client `hang_up_when_cancelled` as a request hook; it uses httpcore's documented `trace` extension.
"""

from typing import Any, Protocol


class Request(Protocol):
    """A request of httpx or of httpx2."""

    @property
    def extensions(self) -> Any:
        """A mutable mapping; httpcore calls what stands under `trace` at every step of the connection."""
        ...


async def hang_up_when_cancelled(request: Request) -> None:
    """Make a request close the connection that it was opening."""
    opened: list[Any] = []

    async def trace(event: str, info: dict[str, Any]) -> None:
        if event == "connection.connect_tcp.complete":
            opened.append(info["return_value"])
        elif event == "connection.start_tls.failed":
            for stream in opened:
                await stream.aclose()

    request.extensions["trace"] = trace
