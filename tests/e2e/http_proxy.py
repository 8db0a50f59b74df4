"""A reverse proxy that is set up badly on order: it buffers, drops a request header, shifts the Date, refuses upgrades. Plain TCP, one request a connection."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Faults:
    """What is wrong with it."""

    buffers: bool = False
    drops_header: str = ""
    shifts_date: float = 0.0
    refuses_upgrades: bool = False


class HttpProxy:
    def __init__(self, target: str, faults: Faults) -> None:
        self._target = urlsplit(target)
        self._faults = faults
        self._connections: set[asyncio.Future[None]] = set()

    def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.ensure_future(self._lead(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def end(self) -> None:
        """Hang up on everybody."""
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers = [writer]
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            upgrade = b"upgrade: websocket" in head.lower()
            from_server, to_server = await asyncio.open_connection(self._target.hostname, self._target.port)
            writers.append(to_server)
            to_server.write(self._changed(head, upgrade=upgrade))
            passing = asyncio.ensure_future(self._requests(reader, to_server))
            try:
                await self._answers(from_server, writer, whole=self._faults.buffers and not upgrade)
            finally:
                passing.cancel()
                await asyncio.gather(passing, return_exceptions=True)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            for one in writers:
                one.close()
            await asyncio.gather(*(one.wait_closed() for one in writers), return_exceptions=True)

    def _changed(self, head: bytes, *, upgrade: bool) -> bytes:
        if upgrade and not self._faults.refuses_upgrades:
            return head
        head = re.sub(rb"(?im)^(upgrade|connection):.*\r\n", b"", head)
        if self._faults.drops_header:
            head = re.sub(rf"(?im)^{self._faults.drops_header}:.*\r\n".encode(), b"", head)
        return head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")

    async def _requests(self, reader: asyncio.StreamReader, to_server: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            to_server.write(data)
            await to_server.drain()

    async def _answers(self, from_server: asyncio.StreamReader, writer: asyncio.StreamWriter, *, whole: bool) -> None:
        head = await from_server.readuntil(b"\r\n\r\n")
        if self._faults.shifts_date:
            head = re.sub(rb"(?im)^date: (.*)\r\n", self._shifted, head)
        if whole:
            head += await from_server.read()
        writer.write(head)
        while data := await from_server.read(65_536):
            writer.write(data)
            await writer.drain()

    def _shifted(self, match: re.Match[bytes]) -> bytes:
        moment = parsedate_to_datetime(match[1].decode()) + timedelta(seconds=self._faults.shifts_date)
        return f"date: {format_datetime(moment, usegmt=True)}\r\n".encode()


@asynccontextmanager
async def proxied(target: str, **faults: object) -> AsyncGenerator[str, None]:
    """The proxy's address."""
    proxy = HttpProxy(target, Faults(**faults))  # pyright: ignore[reportArgumentType] - the fields above
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await proxy.end()
