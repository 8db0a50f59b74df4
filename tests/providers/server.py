"""The ASGI app that plays scripts to real clients and remembers what happened.

One task a request plays precomputed frames on an absolute schedule, a second waits for the client to hang up; nothing else is done per
token, so that hundreds of streams at 50 tokens a second leave the machine to what is tested. `GET /__requests` shows what happened, `DELETE`
forgets it. `POST /__go/NAME` is the word that scripts with `until=NAME` wait for, those played now and those to come.
"""

import asyncio
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from email.utils import formatdate
from functools import lru_cache
from typing import Any

from tests.providers import script as scripts
from tests.providers.script import DirectiveError, Script, Task
from tests.providers.wires import BadRequest, Json, Wire, counted, dumps, wire_of

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

SECRET_HEADERS = frozenset(("authorization", "x-api-key", "x-goog-api-key"))
REMEMBERED = 2000
DRIP_BYTES = 3


@dataclass(slots=True)
class Recorded:
    """One request. `client` is the connection it came on. Times are seconds on the fake's monotonic clock; `disconnected` is when the client hung up before the end, if it did."""

    number: int
    wire: str
    path: str
    client: str
    has_key: bool
    headers: dict[str, str]
    body: Json
    arrived: float
    status: int = 0
    tokens_sent: int = 0
    finished: float | None = None
    disconnected: float | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """Bytes to write at once, and how many tokens are then sent."""

    data: bytes
    tokens: int = 0


@dataclass(slots=True)
class Answering:
    """What one request needs while it is played."""

    wire: Wire
    model: str
    task: Task
    input_tokens: int
    record: Recorded
    send: Send
    go: asyncio.Event | None = None
    """What the script's `until` waits for."""

    @property
    def script(self) -> Script:
        return self.task.script


class FakeProviders:
    """The app. `requests` are the records, oldest first."""

    def __init__(self) -> None:
        self.requests: list[Recorded] = []
        self.counts = 0
        """How often a prompt was counted."""
        self._served: Counter[str] = Counter()
        self._cache: set[str] = set()
        self._count = 0
        self._changed: set[asyncio.Event] = set()
        self._go: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def clear(self) -> None:
        """Forget what happened, also how often a script's fault was served and which words were said."""
        self.requests.clear()
        self._go.clear()
        self._served.clear()
        self._cache.clear()

    async def until(self, fact: Callable[[list[Recorded]], bool]) -> None:
        """Return as soon as the records satisfy `fact`. Looked at whenever a request arrives, ends or is broken off."""
        changed = asyncio.Event()
        self._changed.add(changed)
        try:
            while not fact(self.requests):
                changed.clear()
                await changed.wait()
        finally:
            self._changed.discard(changed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path = str(scope["path"])
        if path == "/__requests":
            await self._show(str(scope["method"]), send)
            return
        if path.startswith("/__go/"):
            self._go[path.removeprefix("/__go/")].set()
            await _respond(send, 200, {"content-type": "application/json"}, b"{}")
            return
        if counted(path, 0) is not None:
            await self._count_tokens(path, await _json_body(receive), send)
            return
        wire = wire_of(path)
        if wire is None or scope["method"] != "POST":
            await _respond(send, 404, {"content-type": "text/plain"}, b"Not Found")
            return
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        record = self._record(wire, scope, headers, await _json_body(receive))
        try:
            await self._until_disconnect(self._answer(wire, record, headers, send), receive, record)
        finally:
            self._tell()

    async def _count_tokens(self, path: str, body: Json, send: Send) -> None:
        """The provider's own counter. A model called `uncountable` has none that works."""
        self.counts += 1
        if "uncountable" in f"{path}{body.get('model')}":
            await _respond(send, 500, {"content-type": "application/json"}, b"{}")
        else:
            await _respond(send, 200, {"content-type": "application/json"}, counted(path, input_tokens(body)) or b"")

    async def _show(self, method: str, send: Send) -> None:
        if method == "DELETE":
            self.clear()
        body = dumps({"now": time.monotonic(), "requests": [asdict(record) for record in self.requests]})
        await _respond(send, 200, {"content-type": "application/json"}, body)

    def _record(self, wire: Wire, scope: Scope, headers: Mapping[str, str], body: Json) -> Recorded:
        self._count += 1
        shown = {name: value for name, value in headers.items() if name not in SECRET_HEADERS}
        client = "{}:{}".format(*scope["client"])
        record = Recorded(self._count, wire.name, str(scope["path"]), client, len(shown) < len(headers), shown, body, time.monotonic())
        self.requests.append(record)
        del self.requests[:-REMEMBERED]
        self._tell()
        return record

    def _tell(self) -> None:
        for changed in self._changed:
            changed.set()

    async def _until_disconnect(self, playing: Awaitable[None], receive: Receive, record: Recorded) -> None:
        async def play() -> None:
            await playing
            record.finished = time.monotonic()

        async def watch() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            if record.finished is None:
                record.disconnected = time.monotonic()
                player.cancel()

        async with asyncio.TaskGroup() as tasks:
            player = tasks.create_task(play())
            watcher = tasks.create_task(watch())
            player.add_done_callback(lambda _: watcher.cancel())

    async def _answer(self, wire: Wire, record: Recorded, headers: Mapping[str, str], send: Send) -> None:
        model = wire.model(record.path, record.body)
        try:
            self._check(wire, model, headers)
            _check_window(wire, model, record.body)
            task = scripts.task_of(wire.turns(record.body))
        except _Refused as refused:
            await self._fail(wire, record, refused.status, refused.message, "", send)
            return
        except (BadRequest, DirectiveError) as error:
            await self._fail(wire, record, 400, str(error), "", send)
            return
        task = self._remembered(wire, self._still_faulty(task), record.body)
        go = self._go[task.script.until] if task.script.until else None
        answering = Answering(wire, model, task, input_tokens(record.body), record, send, go)
        if task.script.status:
            message = "The fake provider was told to fail."
            await self._fail(wire, record, task.script.status, message, task.script.retry_after, send)
        else:
            await _play(answering)

    def _check(self, wire: Wire, model: str, headers: Mapping[str, str]) -> None:
        key = wire.key(headers)
        if key is not None and (not key or "refused" in key):
            raise _Refused(401, f"Incorrect API key provided: {key}.")
        if "missing" in model:
            raise _Refused(404, f"The model {model} does not exist.")

    def _remembered(self, wire: Wire, task: Task, body: Json) -> Task:
        """Anthropic's prompt cache: what a request marks is written by the first and read by those that begin with the same."""
        system: list[Json] = body.get("system") or []
        marked = wire.name == "anthropic" and bool(system) and "cache_control" in system[-1]
        if not marked or task.script.cached:
            return task
        prefix = json.dumps([body.get("model"), system])
        read = prefix in self._cache
        self._cache.add(prefix)
        tokens = input_tokens({"system": system})
        counts = replace(task.script, cached=tokens) if read else replace(task.script, cache_written=tokens)
        return replace(task, script=counts)

    def _still_faulty(self, task: Task) -> Task:
        """The task, healthy if its fault has been served `times` times."""
        if not task.script.fault or not task.script.times:
            return task
        self._served[task.key] += 1
        if self._served[task.key] <= task.script.times:
            return task
        return replace(task, script=replace(task.script, fault=""))

    async def _fail(self, wire: Wire, record: Recorded, status: int, message: str, retry_after: str, send: Send) -> None:
        if retry_after.startswith("date:"):
            retry_after = formatdate(time.time() + float(retry_after[5:]), usegmt=True)
        headers, body = wire.status_error(status, message, retry_after)
        record.status = 400 if wire.name == "google" and status == 401 else status
        await _respond(send, record.status, headers | {"content-type": "application/json"}, body)


def input_tokens(body: Json) -> int:
    """A token a word."""
    return len(json.dumps(body).split())


def _check_window(wire: Wire, model: str, body: Json) -> None:
    """A model called `…window-500…` takes 500 tokens."""
    found = re.search(r"window-(\d+)", model)
    if found and (tokens := input_tokens(body)) > int(found[1]):
        raise BadRequest(wire.too_long(tokens, int(found[1])))


class _Refused(Exception):
    def __init__(self, status: int, message: str) -> None:
        self.status = status
        self.message = message


async def _json_body(receive: Receive) -> Json:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    parsed: Json = json.loads(body or b"{}")
    return parsed


async def _respond(send: Send, status: int, headers: Mapping[str, str], body: bytes) -> None:
    shown = {**headers, "content-length": str(len(body))}
    await _start(send, status, shown)
    await send({"type": "http.response.body", "body": body})


async def _start(send: Send, status: int, headers: Mapping[str, str]) -> None:
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})


async def _play(answering: Answering) -> None:
    """Play a script that begins with status 200. Returning before the last write cuts the connection."""
    script, record, send = answering.script, answering.record, answering.send
    record.status = 200
    if script.fault == "silent":
        await asyncio.Event().wait()
    if script.fault in ("html", "json"):
        await _wrong_document(answering)
        return
    content_type = "text/plain" if script.fault == "content_type" else "text/event-stream; charset=utf-8"
    await _start(send, 200, {"content-type": content_type, "cache-control": "no-cache", "request-id": "req_011Fake"})
    before, tokens, after = _frames(answering.wire, answering.model, answering.task, answering.input_tokens)
    await _lead_in(answering, before)
    await _write(answering, tokens)
    if script.fault == "drop":
        return
    if script.fault == "hang":
        await asyncio.Event().wait()
    await _write(answering, after)
    if script.fault == "linger":
        await asyncio.Event().wait()
    await send({"type": "http.response.body", "body": b""})


async def _wrong_document(answering: Answering) -> None:
    if answering.script.fault == "html":
        page = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Captive portal</h1></body></html>"
        await _respond(answering.send, 200, {"content-type": "text/html; charset=utf-8"}, page)
    else:
        body = answering.wire.whole(answering.model, "".join(scripts.answer(answering.task)))
        await _respond(answering.send, 200, {"content-type": "application/json"}, body)


async def _lead_in(answering: Answering, before: tuple[Frame, ...]) -> None:
    heartbeat = answering.wire.heartbeat()
    for _ in range(answering.script.pings if heartbeat else 0):
        await answering.send({"type": "http.response.body", "body": heartbeat, "more_body": True})
        await asyncio.sleep(0.05)
    if answering.script.first:
        await asyncio.sleep(answering.script.first)
    for frame in before:
        await _write(answering, (frame,))
        if answering.script.thinking:
            await asyncio.sleep(0.05)


async def _write(answering: Answering, frames: tuple[Frame, ...]) -> None:
    """Write frames, those that hold tokens on the script's schedule: late ones at once, so that the rate holds on the whole."""
    script, record, send, go = answering.script, answering.record, answering.send, answering.go
    loop = asyncio.get_running_loop()
    pause = script.chunk / script.rate if script.rate else 0.0
    due = loop.time()
    for frame in frames:
        if frame.tokens:
            if go is None:
                await asyncio.sleep(max(0.0, due - loop.time()))
            else:
                await _heard(go, None if frame is frames[-1] else max(0.0, due - loop.time()))
            due += pause
        if script.split or script.slow_drip:
            await _write_in_bits(send, frame.data, script)
        else:
            await send({"type": "http.response.body", "body": frame.data, "more_body": True})
        record.tokens_sent += frame.tokens


async def _heard(go: asyncio.Event, within: float | None) -> None:
    """Wait for the word to go on, at most `within` seconds if that is a number."""
    if not go.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(go.wait(), within)


async def _write_in_bits(send: Send, data: bytes, script: Script) -> None:
    size = script.split or DRIP_BYTES
    for start in range(0, len(data), size):
        await send({"type": "http.response.body", "body": data[start : start + size], "more_body": True})
        await asyncio.sleep(script.slow_drip)


def _frames(wire: Wire, model: str, task: Task, input_tokens: int) -> tuple[tuple[Frame, ...], tuple[Frame, ...], tuple[Frame, ...]]:
    """What to write before the first token, with tokens, and after the last one that the script's fault allows."""
    script = task.script
    opening = [] if script.fault == "empty" else wire.opening(model, script, input_tokens)
    tokens = _token_frames(wire.name, model, task)
    whole = script.fault in ("", "content_type", "linger") or (script.fault == "truncate" and not script.after)
    if not whole:
        tokens = _first_tokens(tokens, 0 if script.fault == "empty" else script.after)
    sent = sum(frame.tokens for frame in tokens)
    ends = [Frame(data) for data in _ending(wire, model, script, (input_tokens, sent))]
    return _rendered([Frame(data) for data in opening], script), _rendered(tokens, script), _rendered(ends, script)


def _ending(wire: Wire, model: str, script: Script, usage: tuple[int, int]) -> list[bytes]:
    if script.fault in ("truncate", "empty", "drop", "hang"):
        return []
    if script.fault == "error_event":
        return wire.error_event(model)
    if script.fault == "refusal":
        return wire.closing(model, script, "refusal", usage)
    closing = wire.closing(model, script, script.finish, usage)
    return [wire.garbage(), *closing] if script.fault == "garbage" else closing


@lru_cache(maxsize=2048)
def _token_frames(wire_name: str, model: str, task: Task) -> tuple[Frame, ...]:
    wire = next(wire for path in _PATHS if (wire := wire_of(path)) and wire.name == wire_name)
    pieces, size = scripts.answer(task), task.script.chunk
    groups = [pieces[start : start + size] for start in range(0, len(pieces), size)]
    return tuple(Frame(wire.token(model, "".join(group)), len(group)) for group in groups)


_PATHS = ("/v1/messages", "/x:streamGenerateContent", "/v1/chat/completions", "/api/v1/chat/completions")


def _first_tokens(frames: tuple[Frame, ...], tokens: int) -> tuple[Frame, ...]:
    kept: list[Frame] = []
    for frame in frames:
        if tokens < frame.tokens:
            break
        kept.append(frame)
        tokens -= frame.tokens
    return tuple(kept)


def _rendered(frames: Sequence[Frame], script: Script) -> tuple[Frame, ...]:
    if not script.crlf:
        return tuple(frames)
    return tuple(Frame(frame.data.replace(b"\n", b"\r\n"), frame.tokens) for frame in frames)
