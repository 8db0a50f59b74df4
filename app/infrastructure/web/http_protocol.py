"""uvicorn's HTTP protocol with bounds: a request has a limited head and a limited time to arrive, and what is no HTTP is refused in the product's form.

uvicorn alone waits for ever for the rest of a request and keeps every byte of its head. Used by `main.py` through uvicorn's configuration; one
instance a connection.
"""

import asyncio
import json
import secrets
from http import HTTPStatus

import structlog
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from app.infrastructure.web.request_id import HEADER

HEAD_LIMIT = 65_536
"""Bytes of the request line and the headers together."""

REQUEST_SECONDS = 30.0
"""How long a client may take from its first byte (or from connecting) to the end of its request."""

_log = structlog.get_logger(__name__)

_NO_HTTP = (400, "invalid_http", "This is not a valid HTTP request.")
_HEAD_TOO_LARGE = (431, "headers_too_large", f"The request line and the headers are larger than {HEAD_LIMIT} bytes.")
_TOO_SLOW = (408, "request_timeout", f"The request did not arrive within {REQUEST_SECONDS:.0f} seconds.")


class BoundedHttpProtocol(HttpToolsProtocol):
    """One connection."""

    _deadline: asyncio.TimerHandle | None = None
    _in_head = True
    _head_bytes = 0
    _ended = 0
    """How many heads and how many requests have ended: if none did, a piece of data belongs to the head as a whole."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] - as uvicorn does
        """The clock of the first request starts here, so that nobody stays connected and silent."""
        super().connection_made(transport)
        self._start_clock()

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever has hung up is waited for no longer."""
        self._stop_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser; a head that has not ended within the limit is refused, however it is cut into pieces."""
        ended = self._ended
        super().data_received(data)
        if not self._in_head or self._ended != ended:
            return
        self._head_bytes += len(data)
        if self._head_bytes > HEAD_LIMIT and not self.transport.is_closing():
            self._refuse(*_HEAD_TOO_LARGE)

    def on_message_begin(self) -> None:
        """A request begins; its clock starts, unless it runs since the connection was made."""
        super().on_message_begin()
        self._in_head = True
        self._start_clock()

    def on_headers_complete(self) -> None:
        """The head again, by what it says: also one that came in a single piece. Raises `ValueError` if it is too large, for the parser to catch."""
        self._ended += 1
        self._head_bytes = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if self._head_bytes > HEAD_LIMIT:
            raise ValueError("The head of the request is too large.")  # comes back as `send_400_response`
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is there; the clock rests until the next one begins."""
        self._stop_clock()
        super().on_message_complete()
        self._in_head, self._head_bytes = True, 0
        self._ended += 1

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over to uvicorn's WebSocket protocol."""
        self._stop_clock()  # the request has arrived; what follows has its own limits
        super().handle_websocket_upgrade()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's signature
        """What the parser refused."""
        self._refuse(*(_HEAD_TOO_LARGE if self._head_bytes > HEAD_LIMIT else _NO_HTTP))

    def _start_clock(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(REQUEST_SECONDS, self._too_slow)

    def _stop_clock(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if self._in_head and not self._head_bytes:  # connected and said nothing: nobody waits for an answer
            self.transport.close()
        else:
            self._refuse(*_TOO_SLOW)

    def _refuse(self, status: int, code: str, message: str) -> None:
        """Answer if no other answer is under way, and hang up."""
        name = secrets.token_hex(8)
        body = json.dumps({"error": {"code": code, "message": message, "request_id": name}}).encode()
        head = f"content-type: application/json\r\ncontent-length: {len(body)}\r\n{HEADER.lower()}: {name}\r\nconnection: close\r\n\r\n"
        _log.info("A request was refused before it was one", status=status, code=code, request_id=name)
        if self._may_answer():
            self.transport.write(STATUS_LINE[HTTPStatus(status)] + head.encode() + body)
        self.transport.close()

    def _may_answer(self) -> bool:
        if self.cycle is None:  # pyright: ignore[reportUnnecessaryComparison] - until the first head is complete it is
            return True
        return self.cycle.response_complete if self._in_head else not self.cycle.response_started
