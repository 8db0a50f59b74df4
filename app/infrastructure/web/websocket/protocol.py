"""uvicorn's WebSocket protocol with bounds. Used by `main.py` through uvicorn's configuration; one instance a connection.

What uvicorn lacks: it answers pings of a client that does not read until memory is full, prints a traceback for text that is no UTF-8, which
anybody could have it do for ever, and takes a handshake that was refused in words for one that was forgotten.
"""

from uvicorn._types import ASGISendEvent  # not exported, and stable: the ASGI specification's
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol


class BoundedWebSocketProtocol(WebSocketsSansIOProtocol):
    """One connection."""

    async def send(self, message: ASGISendEvent) -> None:
        """As uvicorn does; a refusal that is complete completes the handshake."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            self.handshake_complete = True

    def handle_ping(self) -> None:
        """Answer, unless answers wait unread already: who asks without reading gets none."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()  # the parser has an answer ready: dropped

    def send_receive_event_to_app(self) -> None:
        """Hand over a message; text that is no UTF-8 ends the connection, as RFC 6455 §8.1 has it."""
        if self.curr_msg_data_type == "text" and not self.close_sent:
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.frames = []
                self.conn.fail(1007, "text must be UTF-8")
                self.handle_parser_exception()
                return
        super().send_receive_event_to_app()
