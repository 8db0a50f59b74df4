"""HTTP as load balancers, monitors, caches and viewers speak it: HEAD wherever there is GET, `Allow` with every 405, 304 for what somebody has."""

from collections.abc import Generator

import httpx
import pytest
from sqlalchemy import URL

from tests.integration.serving import assert_problem, assert_quiet, serving
from tests.processes import Process

PDF = "/api/cvs/001-marco-ossani/pdf"


@pytest.fixture(scope="module")
def server(cluster: URL, template: str, tmp_path_factory: pytest.TempPathFactory) -> Generator[Process]:
    with serving(cluster, template, tmp_path_factory.mktemp("http"), METRICS_PUBLIC="true") as process:
        yield process
        assert_quiet(process)


@pytest.fixture(scope="module")
def client(server: Process) -> Generator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=10) as client:
        yield client


@pytest.fixture(scope="module")
def run_id(client: httpx.Client) -> str:
    user_id = client.post("/api/users", json={"name": "x"}).json()["user_id"]
    thread = client.post("/api/threads", json={"user_id": user_id}).json()["thread_id"]
    posted = client.post(f"/api/threads/{thread}/messages", json={"content": "Who knows Kubernetes?"}).json()
    assert "event: done" in client.get(posted["events_url"]).text
    return str(posted["run_id"])


@pytest.mark.parametrize("path", ["/health", "/ready", "/metrics", "/", "/docs", "/openapi.json", "/api/cvs", "/api/session", PDF])
def test_head_says_what_get_would(client: httpx.Client, path: str) -> None:
    head, got = client.head(path), client.get(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers["content-type"] == got.headers["content-type"]
    if path != "/metrics":  # which has moved on meanwhile
        assert head.headers["content-length"] == got.headers["content-length"]


def test_head_of_a_stream_ends(client: httpx.Client, run_id: str) -> None:
    thread = client.get(f"/api/runs/{run_id}").json()["thread_id"]
    for path in (f"/api/runs/{run_id}/events", f"/api/threads/{thread}/events"):
        head = client.head(path)
        assert (head.status_code, head.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert client.head(f"/api/runs/{run_id}/events?after=99999").status_code == 204
    assert client.get("/health").status_code == 200  # over the same connection


def test_head_of_nothing_is_404_and_of_what_only_takes_posts_405(client: httpx.Client) -> None:
    assert client.head("/api/nowhere").status_code == 404
    assert client.head(f"/api/runs/{'0' * 32}/events").status_code == 404
    refused = client.head("/api/users")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/health", "GET, HEAD"),
        ("/api/users", "POST"),
        (f"/api/threads/{'0' * 32}", "DELETE, GET, HEAD, PATCH"),
        (f"/api/threads/{'0' * 32}/messages", "GET, HEAD, POST"),
        (PDF, "GET, HEAD"),
        ("/assets/x.js", "GET, HEAD"),
    ],
)
def test_a_405_names_what_is_possible(client: httpx.Client, path: str, allowed: str) -> None:
    answer = client.put(path)
    if path.startswith("/assets/") and answer.status_code == 404:
        pytest.skip("the front is not built here")
    assert_problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == allowed


def test_who_has_a_pdf_does_not_get_it_again(client: httpx.Client) -> None:
    whole = client.get(PDF)
    tag, date = whole.headers["etag"], whole.headers["last-modified"]
    for known in (
        {"If-None-Match": tag},
        {"If-None-Match": f'"other", W/{tag}'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": date},
        {"If-None-Match": tag, "Range": "bytes=0-9"},
    ):
        answer = client.get(PDF, headers=known)
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag), known
        assert answer.headers["cache-control"] == whole.headers["cache-control"]
    for unknown in (
        {"If-None-Match": '"other"'},
        {"If-None-Match": '"other"', "If-Modified-Since": date},
        {"If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"},
        {"If-Modified-Since": "yesterday"},
    ):
        assert client.get(PDF, headers=unknown).content == whole.content, unknown


def test_a_range_may_be_written_with_very_large_numbers(client: httpx.Client) -> None:
    size = len(client.get(PDF).content)
    part = client.get(PDF, headers={"Range": f"bytes=10-{2**64 - 1}"})
    assert (part.status_code, part.headers["content-range"]) == (206, f"bytes 10-{size - 1}/{size}")
    assert_problem(client.get(PDF, headers={"Range": f"bytes={2**64}-"}), 416, "range_not_satisfiable")
