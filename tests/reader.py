"""A reader of runs for tests, which shares no code with the product: its own SSE decoding, its own idea of what the text is.

`Reader.read` follows a run until `done` or until told to drop, remembers everything, and can come back with its cursor. `Seen` then says what a
person in front of that reader would have seen.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import httpx


@dataclass(frozen=True)
class Frame:
    """One SSE frame that carried an event."""

    id: str
    event: str
    data: dict[str, Any]


@dataclass
class Seen:
    """All frames a reader has had, over all its connections."""

    frames: list[Frame] = field(default_factory=list[Frame])

    @property
    def seqs(self) -> list[int]:
        return [int(frame.id.rpartition(":")[2]) for frame in self.frames]

    @property
    def text(self) -> str:
        """The bubble: tokens appended, cut where a `restarted` says so."""
        text = ""
        for frame in self.frames:
            if frame.event == "token":
                text += frame.data["text"]
            elif frame.event == "restarted":
                text = text[: frame.data["keep"]]
        return text

    @property
    def status(self) -> str | None:
        """The status in `done`, if it came."""
        return next((frame.data["status"] for frame in self.frames if frame.event == "done"), None)

    def assert_exact(self, text: str, first: int = 1) -> None:
        """No gap, no repeat, one `done` at the end, and this text."""
        assert self.seqs == list(range(first, first + len(self.frames)))
        assert [frame.event for frame in self.frames].count("done") == 1
        assert self.frames[-1].event == "done"
        if first == 1:
            assert self.text == text


async def frames(response: httpx.Response, drop_after_bytes: int | None = None) -> AsyncGenerator[Frame, None]:
    """Decode a stream; stops in the middle of wherever it is after so many bytes, as a lost connection would."""
    buffer, received = b"", 0
    async for chunk in response.aiter_raw():
        wanted = chunk if drop_after_bytes is None else chunk[: drop_after_bytes - received]
        received += len(wanted)
        buffer += wanted
        while b"\n\n" in buffer:
            block, _, buffer = buffer.partition(b"\n\n")
            frame = _frame(block)
            if frame is not None:
                yield frame
        if drop_after_bytes is not None and received >= drop_after_bytes:
            return


def _frame(block: bytes) -> Frame | None:
    fields: dict[str, str] = {}
    for line in block.decode().split("\n"):
        name, _, value = line.partition(":")
        if name:
            fields[name] = value.removeprefix(" ")
    return Frame(fields.get("id", ""), fields.get("event", ""), json.loads(fields["data"])) if "data" in fields else None


class Reader:
    """Follows one run on one server (or several, one after another); at a `pace` in milliseconds, as a page does."""

    def __init__(self, client: httpx.AsyncClient, run_id: str, seen: Seen | None = None, *, pace: int = 0) -> None:
        self._client = client
        self._run_id = run_id
        self._pace = pace
        self.seen = seen or Seen()

    @property
    def cursor(self) -> str | None:
        return self.seen.frames[-1].id if self.seen.frames else None

    async def read(self, base_url: str, drop_after_bytes: int | None = None) -> None:
        """One connection, from the cursor on, until it ends or is dropped."""
        headers = {"Last-Event-ID": self.cursor} if self.cursor else {}
        url = f"{base_url}/api/runs/{self._run_id}/events?pace={self._pace}"
        async with self._client.stream("GET", url, headers=headers, timeout=httpx.Timeout(10, read=60)) as response:
            if response.status_code == 204:
                return
            assert response.status_code == 200, await response.aread()
            async for frame in frames(response, drop_after_bytes):
                self.seen.frames.append(frame)

    async def read_to_the_end(self, *base_urls: str, attempts: int = 200) -> Seen:
        """Come back, on one server after another, until `done` was seen."""
        for attempt in range(attempts):
            with contextlib.suppress(httpx.TransportError):
                await self.read(base_urls[attempt % len(base_urls)])
            if self.seen.status is not None:
                return self.seen
            await asyncio.sleep(0.05)
        raise AssertionError(f"no done after {attempts} connections: {self.seen.frames[-3:]}")
