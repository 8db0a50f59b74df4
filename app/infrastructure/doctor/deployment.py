"""The deployment as a client sees it: an address, perhaps a key, and streams whose bytes are noted with the moment they arrived."""

import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

REQUEST_SECONDS = 15.0
SILENCE_SECONDS = 90.0
"""How long a stream of an answer may say nothing at all: models take their time, heartbeats do not."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One SSE frame with an event, and when it arrived (monotonic seconds)."""

    id: str
    event: str
    data: dict[str, Any]
    at: float


@dataclass(slots=True)
class Stream:
    """What came over one stream, or over several one after another. `comments` and `retries` are the moments at which those came."""

    frames: list[Frame] = field(default_factory=list[Frame])
    comments: list[float] = field(default_factory=list[float])
    retries: list[float] = field(default_factory=list[float])
    opened: float = 0.0
    status: int = 0
    headers: httpx.Headers = field(default_factory=httpx.Headers)

    @property
    def seqs(self) -> list[int]:
        """The numbers of the events within their runs, in the order of arrival."""
        return [int(frame.id.rpartition(":")[2]) for frame in self.frames]

    @property
    def text(self) -> str:
        """What a reader has in front of them: tokens appended, cut where another executor took over."""
        text = ""
        for frame in self.frames:
            if frame.event == "token":
                text += frame.data["text"]
            elif frame.event == "restarted":
                text = text[: frame.data["keep"]]
        return text

    def of(self, event: str) -> list[Frame]:
        """The frames of one type of event, in the order of arrival."""
        return [frame for frame in self.frames if frame.event == event]


class Deployment:
    """`base` has no slash at its end. Raises `httpx.HTTPError` whenever the network does not do its part."""

    def __init__(self, client: httpx.AsyncClient, base: str, key: str | None) -> None:
        self._client = client
        self.base = base
        self.key = key

    @property
    def authorization(self) -> dict[str, str]:
        """The headers that carry the key: none without one."""
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        return httpx.URL(self.base).host in ("localhost", "127.0.0.1", "::1")

    async def get(self, path: str) -> httpx.Response:
        """Ask for a path that begins with `/`; an answer of any status is an answer."""
        return await self._client.get(self.base + path, headers=self.authorization)

    async def post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        """Send a JSON body; an answer of any status is an answer."""
        return await self._client.post(self.base + path, json=body, headers=self.authorization)

    async def delete(self, path: str) -> httpx.Response:
        """Clear away what the doctor made; an answer of any status is an answer."""
        return await self._client.delete(self.base + path, headers=self.authorization)

    async def follow(self, path: str, stream: Stream, after: str | None = None) -> AsyncGenerator[Stream, None]:
        """Read a stream into `stream`, from a cursor on if there is one; yields it after every piece of bytes that came."""
        headers = {"Accept": "text/event-stream", **self.authorization, **({"Last-Event-ID": after} if after else {})}
        patience = httpx.Timeout(REQUEST_SECONDS, read=SILENCE_SECONDS)
        stream.opened = time.monotonic()
        async with self._client.stream("GET", self.base + path, headers=headers, timeout=patience) as response:
            stream.status, stream.headers = response.status_code, response.headers
            rest = ""
            async for piece in response.aiter_text():
                rest = _decode(rest + piece, stream)
                yield stream

    async def followed(self, path: str, after: str | None = None) -> Stream:
        """Read a stream to its end."""
        stream = Stream()
        async for _ in self.follow(path, stream, after):
            pass
        return stream


@asynccontextmanager
async def reached(base: str, key: str | None) -> AsyncGenerator[Deployment, None]:
    """A deployment under an address as people write it."""
    address = base if "://" in base else f"http://{base}"
    async with httpx.AsyncClient(timeout=REQUEST_SECONDS) as client:
        yield Deployment(client, address.rstrip("/"), key)


def _decode(text: str, stream: Stream) -> str:
    """Note the whole blocks of a text; what is left of it."""
    now = time.monotonic()
    *blocks, rest = text.replace("\r\n", "\n").split("\n\n")
    for block in blocks:
        fields = {name: value.removeprefix(" ") for name, _, value in (line.partition(":") for line in block.split("\n"))}
        if "data" in fields:
            stream.frames.append(Frame(fields.get("id", ""), fields.get("event", ""), json.loads(fields["data"]), now))
        elif "retry" in fields:
            stream.retries.append(now)
        elif "" in fields:
            stream.comments.append(now)
    return rest
