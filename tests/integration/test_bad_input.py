"""Whatever is sent: a clear error with a code and a request id, never a 500, never a traceback, and a server that goes on answering.

One real process, real HTTP; what no HTTP library would send goes over a bare socket.
"""

import json
import socket
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
import uvicorn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import URL
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from app.infrastructure.web import http_protocol
from app.infrastructure.web.http_protocol import HEAD_LIMIT, BoundedHttpProtocol
from tests.integration.serving import assert_problem, assert_quiet, serving
from tests.processes import Process

NOBODY = "019aa3f2-7c1e-7d33-9f52-6a1c0f6f2b11"
JSON = {"Content-Type": "application/json"}
BODY_LIMIT = 262_144
MESSAGE_LIMIT = 32_000


@dataclass(frozen=True)
class Place:
    """A server with a user, a thread whose one run is done, and a run of another thread."""

    process: Process
    client: httpx.Client
    user_id: int
    thread: str
    run: str
    other_run: str

    def fill(self, text: str) -> str:
        """The text with `<thread>` and its like replaced."""
        names = {"user": str(self.user_id), "thread": self.thread, "run": self.run, "other_run": self.other_run, "nobody": NOBODY}
        for name, value in names.items():
            text = text.replace(f"<{name}>", value)
        return text


@pytest.fixture(scope="module")
def place(cluster: URL, template: str, tmp_path_factory: pytest.TempPathFactory) -> Generator[Place]:
    with (
        serving(cluster, template, tmp_path_factory.mktemp("bad-input")) as process,
        httpx.Client(base_url=process.url, timeout=10) as client,
    ):
        user_id = client.post("/api/users", json={"name": "x"}).json()["user_id"]
        (thread, run), (_, other_run) = (_answered(client, user_id) for _ in range(2))
        yield Place(process, client, user_id, thread, run, other_run)


def _answered(client: httpx.Client, user_id: int) -> tuple[str, str]:
    thread = client.post("/api/threads", json={"user_id": user_id}).json()["thread_id"]
    posted = client.post(f"/api/threads/{thread}/messages", json={"content": "Who knows Kubernetes?"}).json()
    assert "event: done" in client.get(posted["events_url"]).text
    return thread, posted["run_id"]


@pytest.fixture(autouse=True)
def _still_healthy(place: Place) -> Generator[None]:
    yield
    assert_quiet(place.process)
    assert place.client.get("/health").status_code == 200


@dataclass(frozen=True)
class Bad:
    """A request that cannot be right, and what must come back."""

    name: str
    method: str
    path: str
    status: int
    code: str
    body: bytes | None = None
    headers: dict[str, Any] = field(default_factory=dict[str, Any])


def _body(name: str, path: str, body: str | bytes, status: int = 422, code: str = "invalid_request", method: str = "POST") -> Bad:
    return Bad(name, method, path, status, code, body.encode() if isinstance(body, str) else body, {**JSON})


def _users(name: str, body: str | bytes, status: int = 422, code: str = "invalid_request") -> Bad:
    return _body(name, "/api/users", body, status, code)


def _nested(depth: int) -> str:
    return '{"name":' + "[" * depth + "]" * depth + "}"


UNKNOWN_IDS = [
    Bad("a user's threads", "GET", "/api/users/999999/threads", 404, "user_not_found"),
    _body("a thread's user", "/api/threads", '{"user_id":999999}', 404, "user_not_found"),
    Bad("a thread", "GET", "/api/threads/<nobody>", 404, "thread_not_found"),
    _body("a thread to rename", "/api/threads/<nobody>", '{"title":"x"}', 404, "thread_not_found", "PATCH"),
    Bad("a thread to delete", "DELETE", "/api/threads/<nobody>", 404, "thread_not_found"),
    Bad("a thread to read", "GET", "/api/threads/<nobody>/messages", 404, "thread_not_found"),
    _body("a thread to post into", "/api/threads/<nobody>/messages", '{"content":"x"}', 404, "thread_not_found"),
    Bad("a thread to follow", "GET", "/api/threads/<nobody>/events", 404, "thread_not_found"),
    Bad("a run", "GET", "/api/runs/<nobody>", 404, "run_not_found"),
    Bad("a run to follow", "GET", "/api/runs/<nobody>/events", 404, "run_not_found"),
    Bad("a run to cancel", "POST", "/api/runs/<nobody>/cancel", 404, "run_not_found"),
    Bad("a run to regenerate", "POST", "/api/runs/<nobody>/regenerate", 404, "run_not_found"),
    Bad("a thread's id is no run's", "GET", "/api/runs/<thread>", 404, "run_not_found"),
    _body("a parent", "/api/threads/<thread>/messages", '{"content":"x","parent_id":"<nobody>"}', 422, "invalid_parent"),
]

ABSURD_IDS = [
    Bad(f"{path.partition('{')[0]} {name}", "GET", path.format(value), 422, "invalid_request")
    for path in ("/api/users/{}/threads", "/api/threads/{}", "/api/threads/{}/messages", "/api/threads/{}/events", "/api/runs/{}/events")
    for name, value in {
        "text": "abc",
        "negative": "-1",
        "beyond bigint": "9" * 30,
        "endless": "9" * 6000,
        "digits of another script": quote("٣"),
        "digits with an underscore": "1_0",
        "NUL": "%00",
        "a line end": "1%0A2",
        "bytes that are no UTF-8": "%ff%fe",
        "a lone surrogate": "%ED%A0%80",
        "an injection": quote("' OR 1=1 --"),
    }.items()
]

BODIES = [
    _users("empty", ""),
    _users("blanks", "  ", 400, "invalid_json"),
    _users("no JSON", "{name: x}", 400, "invalid_json"),
    _users("half of JSON", '{"name":"x', 400, "invalid_json"),
    _users("JSON and more", '{"name":"x"} {}', 400, "invalid_json"),
    _users("no UTF-8", b'{"name":"\xff\xfe"}', 400, "invalid_json"),
    _users("an overlong UTF-8 sequence", b'{"name":"\xc0\xaf"}', 400, "invalid_json"),
    _users("a raw NUL", b'{"name":"a\x00b"}', 400, "invalid_json"),
    _users("a raw line end in a string", b'{"name":"a\nb"}', 400, "invalid_json"),
    _users("nothing but NULs", b"\x00" * 1000, 400, "invalid_json"),
    _users("an escaped NUL", r'{"name":"a\u0000b"}'),
    _users("a lone surrogate", r'{"name":"a\ud800b"}'),
    _users("surrogates the wrong way round", r'{"name":"\udc00\ud800"}'),
    _users("a field named by a surrogate", r'{"name":"x","\ud800":1}'),
    _users("a field named by a NUL", r'{"name":"x","\u0000":1}'),
    _users("nesting", _nested(100)),
    _users("deep nesting", _nested(100_000), 400, "invalid_json"),
    _users("deep nesting without an end", "[" * 200_000, 400, "invalid_json"),
    _users("the word null", "null"),
    _users("a list", "[]"),
    _users("a string", '"name"'),
    _users("a number", "1"),
    _users("no field", "{}"),
    _users("an unknown field", '{"name":"x","nmae":"y"}'),
    _users("a number for a name", '{"name":5}'),
    _users("null for a name", '{"name":null}'),
    _users("an empty name", '{"name":""}'),
    _users("a blank name", '{"name":" \\t\\n\\u00a0"}'),
    _users("a long name", json.dumps({"name": "x" * 201})),
    *(
        _body(f"user_id {value[:20]}", "/api/threads", f'{{"user_id":{value}}}')
        for value in ('"1"', "true", "1.5", "NaN", "Infinity", "1e400", "-1", "0", str(2**63), "9" * 4000, "null", "[1]", "{}")
    ),
    _body("a number of too many digits", "/api/threads", f'{{"user_id":{"9" * 20_000}}}', 400, "invalid_json"),
    _body("an unknown assistant", "/api/threads", '{"user_id":<user>,"assistant":"oracle"}'),
    _body("an unknown on_busy", "/api/threads/<thread>/messages", '{"content":"x","on_busy":"shout"}'),
    _body("a number for content", "/api/threads/<thread>/messages", '{"content":1}'),
    _body("blank content", "/api/threads/<thread>/messages", '{"content":"  "}'),
    _body("content with NUL", "/api/threads/<thread>/messages", r'{"content":"\u0000"}'),
    _body("content with a surrogate", "/api/threads/<thread>/messages", r'{"content":"\udfff"}'),
    _body("long content", "/api/threads/<thread>/messages", json.dumps({"content": "x" * (MESSAGE_LIMIT + 1)}), 422, "message_too_long"),
    _body("text for parent_id", "/api/threads/<thread>/messages", '{"content":"x","parent_id":"last"}'),
    _body("a number for parent_id", "/api/threads/<thread>/messages", '{"content":"x","parent_id":7}'),
    _body("a question for parent_id", "/api/threads/<thread>/messages", '{"content":"x","parent_id":"<run>"}', 422, "invalid_parent"),
    _body("null for a title", "/api/threads/<thread>", '{"title":null}', method="PATCH"),
    _body("a list to regenerate", "/api/runs/<run>/regenerate", "[]"),
    _body("an unknown field to regenerate", "/api/runs/<run>/regenerate", '{"content":"x"}'),
]

TOO_LARGE = [
    _users("a byte more than the limit", b" " * (BODY_LIMIT + 1), 413, "body_too_large"),
    _users("ten times the limit", b"x" * 10 * BODY_LIMIT, 413, "body_too_large"),
    Bad("where no body belongs", "GET", "/health", 413, "body_too_large", b"x" * (BODY_LIMIT + 1)),
    Bad("for a route that is none", "POST", "/nowhere", 413, "body_too_large", b"x" * (BODY_LIMIT + 1)),
]

CURSORS = [
    *(
        Bad(f"{where} {name}", "GET", path + quote(value, safe=":"), 400, "invalid_cursor")
        for where, path in {
            "run": "/api/runs/<run>/events?after=",
            "thread": "/api/threads/<thread>/events?after=",
            "messages": "/api/threads/<thread>/messages?cursor=",
            "threads": "/api/users/<user>/threads?cursor=",
        }.items()
        for name, value in {
            "text": "abc",
            "negative": "-1",
            "beyond bigint": str(2**63),
            "10^30": "1" + "0" * 30,
            "digits of another script": "٣",
            "a float": "1.0",
            "a blank before": " 1",
            "a sign": "+1",
            "an underscore": "1_0",
            "NUL": "\0",
            "an unknown run": f"{NOBODY}:1",
            "seq 10^30": f"{NOBODY}:1{'0' * 30}",
        }.items()
    ),
    Bad("a run of another thread", "GET", "/api/threads/<thread>/events?after=<other_run>:1", 400, "invalid_cursor"),
    Bad("a run without a number", "GET", "/api/threads/<thread>/events?after=<run>", 400, "invalid_cursor"),
    Bad(
        "a year that does not fit",
        "GET",
        "/api/users/<user>/threads?cursor=OTk5OS0xMi0zMVQyMzo1OTo1OS0yMzo1OSBhYmM=",
        400,
        "invalid_cursor",
    ),
]

HEADERS = [
    *(
        Bad(f"Last-Event-ID {value!r} for a {where}", "GET", f"/api/{where}s/<{where}>/events", 400, "invalid_cursor", None, {"Last-Event-ID": value})
        for where in ("run", "thread")
        for value in ("-1", "abc", "1" + "0" * 30, "٣".encode(), b"\xff", "1, 2", "9" * 4000)
    ),
    Bad("Last-Event-ID of another thread", "GET", "/api/threads/<thread>/events", 400, "invalid_cursor", None, {"Last-Event-ID": "<other_run>:1"}),
    Bad("Last-Event-ID wins over after", "GET", "/api/runs/<run>/events?after=1", 400, "invalid_cursor", None, {"Last-Event-ID": "x"}),
    *(
        Bad(f"Idempotency-Key {name}", "POST", "/api/threads/<thread>/messages", 422, "invalid_request", b'{"content":"x"}', {**JSON, "Idempotency-Key": key})
        for name, key in {"too long": "x" * 256, "empty": "", "with a blank": "a b", "not ASCII": "ñ".encode(), "with a tab": "a\tb"}.items()
    ),
    *(
        Bad(f"Content-Type {kind}", "POST", "/api/users", 415, "unsupported_media_type", b'{"name":"x"}', {"Content-Type": kind} if kind else {})
        for kind in ("", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp", "json", ";", "/")
    ),
    Bad("a form to regenerate", "POST", "/api/runs/<run>/regenerate", 415, "unsupported_media_type", b"a=b", {"Content-Type": "text/plain"}),
]  # fmt: skip

ROUTES = [
    *(
        Bad(f"unknown {path}", "GET", path, 404, "not_found")
        for path in ("/nowhere", "/api", "/api/", "/api//users", "/api/users/", "/docs/", "/api/%00", "/api/%ff", "/%2e%2e/%2e%2e/etc/passwd", "/favicon.svg/")
    ),
    Bad("unknown and long", "GET", "/" + "x" * 20_000, 404, "not_found"),
    *(
        Bad(f"{method} {path}", method, path, 405, "method_not_allowed")
        for method, path in (
            ("GET", "/api/users"),
            ("DELETE", "/api/users"),
            ("PUT", "/api/threads/<thread>"),
            ("POST", "/api/threads/<thread>"),
            ("DELETE", "/api/runs/<run>"),
            ("GET", "/api/runs/<run>/cancel"),
            ("POST", "/health"),
            ("OPTIONS", "/api/users"),
            ("TRACE", "/api/users"),
        )
    ),
]  # fmt: skip

QUERIES = [
    *(
        Bad(f"limit {name}", "GET", f"/api/users/<user>/threads?limit={value}", 422, "invalid_request")
        for name, value in {"zero": "0", "negative": "-1", "huge": "101", "beyond bigint": "9" * 30, "text": "x", "empty": "", "1_0": "1_0", "٣": quote("٣")}.items()
    ),
    Bad("a long search", "GET", "/api/users/<user>/threads?q=" + "x" * 201, 422, "invalid_request"),
]  # fmt: skip

ALL = {
    "unknown-id": UNKNOWN_IDS,
    "absurd-id": ABSURD_IDS,
    "body": BODIES,
    "large": TOO_LARGE,
    "cursor": CURSORS,
    "header": HEADERS,
    "route": ROUTES,
    "query": QUERIES,
}


def test_what_is_wrong_is_said_for_people(place: Place) -> None:
    title = place.client.patch(f"/api/threads/{place.thread}", json={"title": "x" * 201})
    assert title.json()["error"]["message"] == "title: String should have at most 200 characters"
    key = place.client.post(f"/api/threads/{place.thread}/messages", json={"content": "x"}, headers={"Idempotency-Key": "a b"})
    assert key.json()["error"]["message"] == "header.Idempotency-Key: must be 1 to 255 characters of ASCII, without spaces"
    assert place.client.get(f"/api/threads/{place.thread}/messages?cursor=").status_code == 200  # an empty cursor is none, in every list


@pytest.mark.parametrize("bad", [pytest.param(bad, id=f"{kind}: {bad.name}") for kind, group in ALL.items() for bad in group])
def test_what_cannot_be_right_is_refused(place: Place, bad: Bad) -> None:
    headers = {name: place.fill(value) if isinstance(value, str) else value for name, value in bad.headers.items()}
    body = bad.body if bad.body is None or b"<" not in bad.body else place.fill(bad.body.decode()).encode()
    request = httpx.Request(bad.method, place.process.url + place.fill(bad.path), headers=httpx.Headers(headers, "utf-8"), content=body)
    assert_problem(place.client.send(request), bad.status, bad.code)


@pytest.mark.parametrize("wanted", ["%00", "%ff", "%ED%A0%80", quote("٣"), quote("%_\\"), quote("' OR 1=1 --"), quote("\u2028")])
def test_any_search_is_a_search(place: Place, wanted: str) -> None:
    answer = place.client.get(f"/api/users/{place.user_id}/threads?q={wanted}")
    assert answer.status_code == 200
    assert answer.json()["next_cursor"] is None


@pytest.mark.parametrize("cursor", ["99999", str(2**63 - 1)])
def test_a_cursor_past_the_end_of_a_finished_run_stops_its_reader(place: Place, cursor: str) -> None:
    for answer in (
        place.client.get(f"/api/runs/{place.run}/events", params={"after": cursor}),
        place.client.get(f"/api/runs/{place.run}/events", headers={"Last-Event-ID": cursor}),
    ):
        assert (answer.status_code, answer.content) == (204, b"")


def test_of_two_values_for_a_field_the_last_counts(place: Place) -> None:
    assert place.client.post("/api/users", content=b'{"name":"a","name":"b"}', headers=JSON).json()["name"] == "b"


def test_the_largest_body_and_the_longest_message_are_accepted(place: Place) -> None:
    padding = b" " * (BODY_LIMIT - len(b'{"name":"x"}'))
    assert place.client.post("/api/users", content=b'{"name":"x"}' + padding, headers=JSON).status_code == 201
    thread = place.client.post("/api/threads", json={"user_id": place.user_id}).json()["thread_id"]  # its answer takes a while
    assert place.client.post(f"/api/threads/{thread}/messages", json={"content": "ñ" * MESSAGE_LIMIT}).status_code == 201


def test_a_body_of_unknown_length_is_refused_as_soon_as_it_is_too_long(place: Place) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 16_384

    assert_problem(place.client.post("/api/users", content=endless(), headers=JSON), 413, "body_too_large")


@pytest.mark.parametrize("name", ["a b", "x" * 65, "", "<script>", "a\tb", "ñ".encode()])
def test_a_name_for_a_request_that_could_forge_a_log_line_is_replaced(place: Place, name: Any) -> None:
    answer = place.client.get("/nowhere", headers=httpx.Headers({"X-Request-ID": name}, "utf-8"))
    assert_problem(answer, 404, "not_found")
    assert len(answer.headers["x-request-id"]) == 16


def test_a_plain_name_for_a_request_is_kept(place: Place) -> None:
    answer = place.client.get("/nowhere", headers={"X-Request-ID": "my-call_1.2"})
    assert_problem(answer, 404, "not_found")
    assert answer.headers["x-request-id"] == "my-call_1.2"


# -- what no HTTP library sends --------------------------------------------------------------------------------------------------------


def _connect(url: str) -> socket.socket:
    return socket.create_connection((urlsplit(url).hostname or "", urlsplit(url).port or 0), timeout=10)


def _exchange(url: str, *pieces: bytes, pause: float = 0.0) -> bytes:
    """Send the pieces, then read until the server hangs up."""
    with _connect(url) as connection:
        with suppress(BrokenPipeError, ConnectionResetError):  # it has hung up already
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause)
        return _read(connection)


def _read(connection: socket.socket) -> bytes:
    received = b""
    try:
        while data := connection.recv(65_536):
            received += data
    except ConnectionResetError:  # it hung up while we were still talking; what it said before has arrived
        pass
    return received


def _parsed(answer: bytes) -> httpx.Response:
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = [tuple(line.split(": ", 1)) for line in lines]
    return httpx.Response(int(status.split()[1]), headers=[(name, value) for name, value in headers], content=body)


def _get(path: bytes = b"/nowhere", *headers: bytes) -> bytes:
    return b"\r\n".join((b"GET " + path + b" HTTP/1.1", b"Host: localhost", *headers, b"Connection: close", b"", b""))


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x00\x01\x02\x03\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"BREW /api/users HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon here\r\n\r\n",
        b"GET / HTTP/1.1\r\nX-Request-ID: a\rb: c\r\n\r\n",
        b"GET / HTTP/1.1\r\nX-Request-ID: a\x00b\r\n\r\n",
        b"GET /\xc3\xb1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: abc\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST /api/users HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /api/users HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100),  # a TLS hello
    ],
)
def test_what_is_no_http_is_refused_in_the_same_form(place: Place, request_bytes: bytes) -> None:
    assert_problem(_parsed(_exchange(place.process.url, request_bytes)), 400, "invalid_http")


@pytest.mark.parametrize("host", [b"Host: [", b"Host: a b", b"Host: \xff", b"Host: " + b"x" * 5000])
def test_a_strange_host_is_refused(place: Place, host: bytes) -> None:
    answer = _exchange(place.process.url, b"GET /nowhere HTTP/1.1\r\n" + host + b"\r\nConnection: close\r\n\r\n")
    assert_problem(_parsed(answer), 421, "host_refused")


def test_no_host_is_no_browser_and_nobodys_problem(place: Place) -> None:
    answer = _exchange(place.process.url, b"GET /nowhere HTTP/1.1\r\nX-Other: x\r\nConnection: close\r\n\r\n")
    assert_problem(_parsed(answer), 404, "not_found")


@pytest.mark.parametrize(
    "pieces",
    [
        (_get(b"/nowhere", b"X-Large: " + b"x" * (HEAD_LIMIT + 1)),),
        (_get(b"/" + b"x" * (HEAD_LIMIT + 1)),),
        (_get(b"/nowhere", *(b"X-%d: x" % number for number in range(20_000))),),
        (b"GET / HTTP/1.1\r\nX-Large: ", *(b"x" * 8192 for _ in range(20))),
    ],
    ids=["one header", "the path", "many headers", "a header without an end"],
)
def test_a_huge_head_is_refused(place: Place, pieces: tuple[bytes, ...]) -> None:
    assert_problem(_parsed(_exchange(place.process.url, *pieces, pause=0.005)), 431, "headers_too_large")


def test_a_head_that_is_refused_after_a_good_request_on_the_same_connection(place: Place) -> None:
    with _connect(place.process.url) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200")
        connection.sendall(b"GET / HTTP/1.1\r\nX-Large: " + b"x" * HEAD_LIMIT + b"\r\n\r\n")
        assert_problem(_parsed(_read(connection)), 431, "headers_too_large")


def test_a_body_that_arrives_byte_by_byte_is_read_and_holds_nobody_up(place: Place) -> None:
    body = b'{"name":"slow"}'
    head = (
        b"POST /api/users HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        % len(body)
    )
    with _connect(place.process.url) as connection:
        connection.sendall(head)
        for byte in body:
            assert place.client.get("/health").status_code == 200
            connection.sendall(bytes([byte]))
        assert _parsed(_read(connection)).status_code == 201


def test_a_client_that_leaves_in_the_middle_of_its_body_is_forgotten(place: Place) -> None:
    with _connect(place.process.url) as connection:
        connection.sendall(b"POST /api/users HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(garbage=st.binary(min_size=1, max_size=300))
def test_any_bytes_get_an_answer_or_none_and_the_server_lives(place: Place, garbage: bytes) -> None:
    answer = _exchange(place.process.url, garbage + b"\r\n\r\n" + _get())
    assert not answer.startswith(b"HTTP/1.1 5")


# -- requests without an end: in this process, with a shorter patience -----------------------------------------------------------------


async def _reads_its_body(scope: Scope, receive: Receive, send: Send) -> None:
    await Request(scope, receive).body()
    await PlainTextResponse("read")(scope, receive, send)


@contextmanager
def _impatient(monkeypatch: pytest.MonkeyPatch, seconds: float) -> Generator[str]:
    monkeypatch.setattr(http_protocol, "REQUEST_SECONDS", seconds)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(_reads_its_body, http=BoundedHttpProtocol, lifespan="off", log_config=None, access_log=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],), name="impatient")
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.mark.parametrize(
    "beginning",
    [b"GET / HT", b"GET / HTTP/1.1\r\nHost: localhost\r\n", b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12345"],
)
def test_a_request_without_an_end_is_refused(monkeypatch: pytest.MonkeyPatch, beginning: bytes) -> None:
    with _impatient(monkeypatch, 0.2) as url:
        assert_problem(_parsed(_exchange(url, beginning)), 408, "request_timeout")


def test_a_connection_that_says_nothing_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    with _impatient(monkeypatch, 0.2) as url:
        assert _exchange(url) == b""


def test_half_a_request_after_a_whole_one_does_not_keep_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    with _impatient(monkeypatch, 0.2) as url:
        answer = _exchange(url, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HTTP/1.1\r\n")
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.count(b"HTTP/1.1") == 1
