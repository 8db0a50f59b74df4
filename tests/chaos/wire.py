"""HTTP and SSE on a bare socket: a reader that can stall and hang up as real ones do, and that shares no code with the product.

Only what the product's own protocol page promises is understood: HTTP/1.1, chunked bodies, `id`, `event`, `data`, comments, `retry`.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.chaos.ledger import Frame

SMALL_BUFFER = 16_384
"""Bytes that are read ahead: a reader that stalls soon stops reading."""


class LostError(Exception):
    """The connection ended otherwise than it should."""


@dataclass
class Stream:
    """A response whose head has come. `drained` tells that the server asked to come back elsewhere."""

    status: int
    body: AsyncGenerator[bytes, None]
    drained: bool = False

    async def frames(self, drop_after: int | None = None) -> AsyncGenerator[Frame, None]:
        """Its events; ends in the middle of wherever it is after so many bytes. Raises `LostError`."""
        buffer, left = b"", drop_after
        async for data in self.body:
            wanted = data if left is None else data[:left]
            buffer += wanted
            *blocks, buffer = buffer.split(b"\n\n")
            for block in blocks:
                frame = self._frame(block.decode())
                if frame is not None:
                    yield frame
            if left is not None:
                left -= len(wanted)
                if left <= 0:
                    return

    def _frame(self, block: str) -> Frame | None:
        fields = dict(line.split(": ", 1) for line in block.split("\n") if not line.startswith(":") and ": " in line)
        if fields.get("retry") == "200":
            self.drained = True
        return Frame(int(fields["id"]), fields["event"], fields["data"]) if "data" in fields else None


@asynccontextmanager
async def get(base_url: str, path: str, cursor: int | None, patience: float) -> AsyncGenerator[Stream, None]:
    """Ask for a stream. `patience` is how long the server may be silent. Raises `LostError`."""
    address = urlsplit(base_url)
    try:
        async with asyncio.timeout(patience):
            reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=SMALL_BUFFER)
    except OSError as error:
        raise LostError("refused") from error
    try:
        resume = f"Last-Event-ID: {cursor}\r\n" if cursor is not None else ""
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\nAccept: text/event-stream\r\n{resume}\r\n".encode())
        async with asyncio.timeout(patience):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        status = int(head.split(" ", 2)[1])
        yield Stream(status, _chunks(reader, patience) if "transfer-encoding: chunked" in head else _nothing())
    except TimeoutError as error:
        raise LostError("silence") from error
    except (OSError, asyncio.IncompleteReadError) as error:
        raise LostError("cut") from error
    finally:
        writer.transport.abort()


async def _chunks(reader: asyncio.StreamReader, patience: float) -> AsyncGenerator[bytes, None]:
    """A chunked body. One that stops without the empty chunk was cut."""
    while True:
        async with asyncio.timeout(patience):
            size = int(await reader.readuntil(b"\r\n"), 16)
            data = await reader.readexactly(size + 2)
        if size == 0:
            return
        yield data[:-2]


async def _nothing() -> AsyncGenerator[bytes, None]:
    return
    yield b""
