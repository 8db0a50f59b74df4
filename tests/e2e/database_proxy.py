"""A place between the product and Postgres that misbehaves on order: swallows notifications, as a transaction pooler does, or goes silent.

Speaks just enough of the wire: messages from the server are a letter, a length, a body. Unix sockets, so nothing asks for TLS first.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import URL

SOCKET = ".s.PGSQL.5432"
NOTIFICATION = b"A"


class DatabaseProxy:
    """Connect to `url`. Every connection leads to the real database."""

    def __init__(self, folder: Path, real: URL) -> None:
        self._folder = folder
        self._real = real
        self.url = URL.create(real.drivername, real.username, real.password, database=real.database, query={"host": str(folder)})
        self.swallows_notifications = False
        self._open = asyncio.Event()
        self._open.set()
        self._connections: set[asyncio.Future[None]] = set()

    def go_silent(self) -> None:
        """Take connections and bytes, deliver nothing."""
        self._open.clear()

    def speak(self) -> None:
        """Deliver what waits, and what comes."""
        self._open.set()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator["DatabaseProxy", None]:
        server = await asyncio.start_unix_server(self._connected, str(self._folder / SOCKET))
        try:
            yield self
        finally:
            server.close()
            for task in self._connections:
                task.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.ensure_future(self._lead(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it."""
        try:
            from_database, to_database = await self._reach_database()
        except OSError:
            writer.close()
            return
        ways = (asyncio.ensure_future(self._requests(reader, to_database)), asyncio.ensure_future(self._answers(from_database, writer)))
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            to_database.close()
            writer.close()

    async def _reach_database(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._real.host:
            return await asyncio.open_connection(self._real.host, self._real.port or 5432)
        return await asyncio.open_unix_connection(str(Path(str(self._real.query["host"])) / SOCKET))

    async def _requests(self, reader: asyncio.StreamReader, to_database: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self._open.wait()
            to_database.write(data)
            await to_database.drain()

    async def _answers(self, from_database: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await from_database.readexactly(5)
            body = await from_database.readexactly(int.from_bytes(head[1:]) - 4)
            await self._open.wait()
            if not (self.swallows_notifications and head[:1] == NOTIFICATION):
                writer.write(head + body)
                await writer.drain()
