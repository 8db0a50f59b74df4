"""What goes where it should not: paths that leave their folder, lines that would forge a log or a header, slow and oversized requests."""

import json
import socket
import time
from urllib.parse import quote, urlsplit

import pytest

from tests.integration.access.conftest import Place
from tests.integration.serving import assert_problem, assert_quiet

PATHS = [
    "..%2f..%2fetc%2fpasswd",
    "..%252f..%252fetc%252fpasswd",
    "%2e%2e%2f%2e%2e%2fsettings.py",
    "..%5c..%5cwindows",
    "ada%00.pdf",
    "%00",
    "..",
    "%ef%bc%8e%ef%bc%8e%ef%bc%8fetc",  # full-width dots and slash
    "%c0%ae%c0%ae%c0%af",  # overlong UTF-8
    "ada%0d%0aX-Evil:%201",
    "%e2%80%ae",
    "~root",
    "/etc/passwd",
    "file:///etc/passwd",
    "CON",
    "a" * 5_000,
]


@pytest.mark.parametrize("trick", PATHS)
@pytest.mark.parametrize("place_in", ["/api/cvs/{}", "/api/cvs/{}/pdf", "/{}", "/assets/{}", "/api/runs/{}", "/api/threads/{}/events"])
def test_no_path_leads_out(place: Place, trick: str, place_in: str) -> None:
    """Sent as they are, over a bare socket: a library would tidy them up."""
    head, body = raw(place, "GET", place_in.format(trick), f"Authorization: Bearer {place.ada.key}")
    assert head.split(" ", 2)[1] in ("400", "404", "405", "422", "431"), head
    assert "root:" not in body
    assert "x-evil" not in head.lower()


@pytest.mark.parametrize(
    "line",
    [
        "X-Request-ID: one\ttwo",
        "X-Request-ID: forged event=admin",
        "X-Request-ID: " + "a" * 200,
        "X-Request-ID: ünïcode",
        'X-Request-ID: {"level":"error"}',
    ],
)
def test_a_request_id_that_is_no_plain_word_is_replaced(place: Place, line: str) -> None:
    head, _ = raw(place, "GET", "/health", line)
    given = line.partition(": ")[2]
    assert given not in head
    assert "x-request-id: " in head


def test_a_line_break_in_a_header_is_no_second_header(place: Place) -> None:
    """Bare CR and LF inside of values, which some servers take for line ends."""
    for break_ in ("\r", "\n", "\r\n "):
        head, _ = raw(place, "GET", "/health", f"X-Request-ID: a{break_}X-Evil: 1")
        assert "x-evil" not in head.lower()


NAMES = [
    "Ada\r\nevent=forged",
    'Ada\n{"event": "forged"}',
    "\x1b[31mred\x1b[0m",
    "Ada\u2028next",
    "\u202egnp.exe",
    "<script>alert(1)</script>",
    "'; DROP TABLE users; --",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_are_data_wherever_they_go(place: Place, name: str) -> None:
    created = place.admin.client.post("/api/users", json={"name": name}).raise_for_status().json()
    assert created["name"] == name
    thread = place.ada.client.post("/api/threads", json={"user_id": place.ada.user_id, "title": name}).raise_for_status()
    assert thread.headers["content-type"] == "application/json"
    found = place.ada.client.get(f"/api/users/{place.ada.user_id}/threads", params={"q": name}).raise_for_status().json()["threads"]
    assert thread.json()["thread_id"] in [listed["thread_id"] for listed in found]
    for path in ("/", "/api/cvs/"):
        answer = place.ada.client.get(path + quote(name, safe=""))
        assert_problem(answer, 404, "not_found" if path == "/" or "/" in name else "cv_not_found")


def test_an_oversized_request_is_refused_before_anybody_reads_it(place: Place) -> None:
    for client in (place.anonymous, place.ada.client):
        assert_problem(client.post("/api/threads", content=b"x" * 400_000), 413, "body_too_large")
    head, _ = raw(place, "GET", "/api/session", "X-Big: " + "a" * 70_000)
    assert head.startswith("HTTP/1.1 431")


def test_whoever_sends_slowly_holds_up_nobody_else(place: Place) -> None:
    """Two hundred connections that dribble their headers; others are answered meanwhile."""
    parts = urlsplit(place.url)
    assert parts.hostname
    assert parts.port
    slow = [socket.create_connection((parts.hostname, parts.port), timeout=10) for _ in range(200)]
    try:
        for connection in slow:
            connection.sendall(b"GET /api/session HTTP/1.1\r\nHost: localhost\r\nX-Slow: a")
        for _ in range(3):
            for connection in slow:
                connection.sendall(b"a")
            started = time.monotonic()
            assert place.ada.client.get("/api/session").status_code == 200
            assert time.monotonic() - started < 5
    finally:
        for connection in slow:
            connection.close()


def test_an_anonymous_body_is_not_read(place: Place) -> None:
    """Who has not said who they are is answered from the head alone."""
    parts = urlsplit(place.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        connection.sendall(
            b"POST /api/threads HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
        )
        assert connection.recv(1_000).startswith(b"HTTP/1.1 401")


def test_nobody_has_written_into_the_log_and_no_secret_is_in_it(place: Place) -> None:
    place.ada.client.get(f"/api/runs/{place.ada.run}")
    log = place.process.output
    lines = [line for line in log.splitlines() if line.startswith("{")]
    assert "forged" not in "".join(line for line in log.splitlines() if line not in lines)
    for line in lines:
        assert json.loads(line)["event"] != "forged"
    assert "\x1b" not in log
    for person in (place.ada, place.eve, place.admin):
        assert person.key.split("_", 2)[2] not in log
    assert_quiet(place.process)


def raw(place: Place, method: str, target: str, *headers: str) -> tuple[str, str]:
    """One request exactly as written; the head and the body of the answer."""
    parts = urlsplit(place.url)
    request = "\r\n".join([f"{method} {target} HTTP/1.1", "Host: localhost", "Connection: close", *headers, "", ""]).encode()
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        connection.sendall(request)
        answer = b""
        while piece := connection.recv(65_536):
            answer += piece
    head, _, body = answer.decode(errors="replace").partition("\r\n\r\n")
    return head, body
