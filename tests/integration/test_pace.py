"""`?pace=`: a reader that draws twenty times a second is written to twenty times a second, and misses nothing (docs/protocol.md §3.1)."""

import time
from collections.abc import Generator

import httpx
import pytest
from sqlalchemy import URL

from tests.integration.serving import assert_problem, assert_quiet, serving
from tests.processes import Process

QUESTION = "Which programming languages does this person know? Tell me everything about them."
PACE = 0.8
"""Seconds. Twenty tokens come meanwhile: a busy executor, which joins some before it stores them, leaves enough."""


@pytest.fixture(scope="module")
def server(cluster: URL, template: str, tmp_path_factory: pytest.TempPathFactory) -> Generator[Process]:
    with serving(cluster, template, tmp_path_factory.mktemp("pace"), OFFLINE_TOKENS_PER_SECOND="25") as process:
        yield process
        assert_quiet(process)


@pytest.fixture(scope="module")
def client(server: Process) -> Generator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=30) as client:
        yield client


def _ask(client: httpx.Client) -> tuple[str, str]:
    user_id = client.post("/api/users", json={"name": "x"}).json()["user_id"]
    thread = client.post("/api/threads", json={"user_id": user_id, "assistant": "resume"}).json()["thread_id"]
    posted = client.post(f"/api/threads/{thread}/messages", json={"content": QUESTION}).json()
    return posted["events_url"], thread


@pytest.mark.parametrize("of_thread", [False, True])
def test_tokens_come_in_few_pieces_and_all_of_them(client: httpx.Client, of_thread: bool) -> None:
    run, thread = _ask(client)
    url = f"/api/threads/{thread}/events?after=0&pace={PACE * 1000:.0f}" if of_thread else f"{run}?pace={PACE * 1000:.0f}"
    pieces: list[str] = []
    began = time.monotonic()
    with client.stream("GET", url) as stream:
        for piece in stream.iter_raw():
            pieces.append(piece.decode())
            if "event: done" in pieces[-1]:
                break
    took = time.monotonic() - began
    with_tokens = [piece for piece in pieces if "event: token" in piece]
    tokens = sum(piece.count("event: token") for piece in with_tokens)
    assert tokens > 3 * len(with_tokens), "several come together"
    assert len(with_tokens) <= took / PACE + 2
    unpaced = client.get(run).text
    frames = "".join(pieces).removeprefix("retry: 1000\n\n").replace(f"id: {run.split('/')[-2]}:", "id: ")
    assert frames == unpaced.removeprefix("retry: 1000\n\n"), "the same frames, in the same order, to the last"


@pytest.mark.parametrize("pace", ["-1", "1001", "x", "1.5", ""])
def test_a_pace_that_is_none_is_refused(client: httpx.Client, pace: str) -> None:
    run, _ = _ask(client)
    assert_problem(client.get(run, params={"pace": pace}), 422, "invalid_request")
