"""A WebSocket client for tests, which shares no code with the product: its own idea of what the text is and of what must follow what.

`Socket` is one connection. `SocketReader` follows a session over many: it can be cut after any frame and comes back with its place.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import websockets
from websockets.asyncio.client import ClientConnection

Message = dict[str, Any]


def address(base_url: str, **parameters: str) -> str:
    """The WebSocket's address on a server known by its http address."""
    return f"{base_url.replace('http', 'ws', 1)}/ws?{urlencode(parameters)}"


@dataclass
class Socket:
    """One open connection."""

    connection: ClientConnection

    async def say(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def hear(self, within: float = 20.0) -> Message:
        """The next message."""
        return json.loads(await asyncio.wait_for(self.connection.recv(), within))

    async def until(self, *types: str) -> list[Message]:
        """All messages up to the first of one of these types, which is the last."""
        heard = [await self.hear()]
        while heard[-1]["type"] not in types:
            heard.append(await self.hear())
        return heard

    async def until_all(self, *types: str) -> list[Message]:
        """All messages until each of these types has come."""
        heard: list[Message] = []
        while not set(types) <= {message["type"] for message in heard}:
            heard.append(await self.hear())
        return heard

    async def to_the_end(self) -> tuple[int | None, list[Message]]:
        """The code that the server closes with, and the messages before that."""
        heard: list[Message] = []
        try:
            while True:
                heard.append(await self.hear())
        except websockets.ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None, heard

    async def ask(self, question: str, **more: Any) -> list[Message]:
        """Everything from a question to its `done`."""
        await self.say(type="question", question=question, **more)
        return await self.until("done")


@asynccontextmanager
async def socket(base_url: str, **parameters: str) -> AsyncGenerator[Socket]:
    """A connection, and its first message still unread."""
    async with websockets.connect(address(base_url, **parameters), max_size=None, close_timeout=2) as connection:
        yield Socket(connection)


@dataclass
class Heard:
    """What a client of one run has seen, over all its connections."""

    messages: list[Message] = field(default_factory=list[Message])

    @property
    def seqs(self) -> list[int]:
        return [message["seq"] for message in self.messages]

    @property
    def text(self) -> str:
        """The bubble."""
        text = ""
        for message in self.messages:
            if message["type"] == "token":
                text += message["token"]
            elif message["type"] == "restarted":
                text = text[: message["keep"]]
        return text

    @property
    def status(self) -> str | None:
        return next((message["status"] for message in self.messages if message["type"] == "done"), None)

    @property
    def response(self) -> str | None:
        return next((message["response"] for message in self.messages if message["type"] == "response"), None)

    def assert_exact(self, text: str) -> None:
        """Forward only, one `done` at the end, this text, and a response that says the same."""
        assert self.seqs == sorted(set(self.seqs))
        assert [message["type"] for message in self.messages].count("done") == 1
        assert self.messages[-1]["type"] == "done"
        assert self.text == text
        assert self.response == text


class SocketReader:
    """Follows one run of a session, on one server or several."""

    def __init__(self, session_id: str, run_id: str) -> None:
        self._session_id = session_id
        self._run_id = run_id
        self.heard = Heard()
        self.connections = 0

    async def read(self, base_url: str, frames: int | None = None) -> None:
        """One connection, from the place on, until `done`, its end, or after so many frames."""
        place = {"after": f"{self._run_id}:{self.heard.seqs[-1] if self.heard.messages else 0}"}
        self.connections += 1
        async with socket(base_url, session_id=self._session_id, **place) as opened:
            assert (await opened.hear())["session_id"] == self._session_id
            while frames is None or frames > 0:
                message = await opened.hear(60)
                if message.get("run_id") != self._run_id:
                    continue
                assert "seq" in message, message
                self.heard.messages.append(message)
                if message["type"] == "done":
                    return
                frames = None if frames is None else frames - 1
            opened.connection.transport.abort()  # no goodbye: what the server still sends is lost

    async def read_to_the_end(self, *base_urls: str, attempts: int = 200) -> Heard:
        """Come back, on one server after another, until `done`."""
        for attempt in range(attempts):
            with contextlib.suppress(OSError, websockets.ConnectionClosed, websockets.InvalidHandshake):
                await self.read(base_urls[attempt % len(base_urls)])
            if self.heard.status is not None:
                return self.heard
            await asyncio.sleep(0.05)
        raise AssertionError(f"no done after {attempts} connections: {self.heard.messages[-3:]}")
