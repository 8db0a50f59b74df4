"""The WebSocket behind the door: keys and tickets, other people's sessions, and limits that say how long to wait."""

from collections.abc import Generator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import websockets
from sqlalchemy import URL

from tests.integration.access.conftest import Place, User
from tests.integration.serving import serving
from tests.processes import Process
from tests.socket_reader import Socket, socket


def _connect(url: str, headers: dict[str, str] | None = None, **parameters: str) -> Any:
    return websockets.connect(f"{url.replace('http', 'ws', 1)}/ws?{urlencode(parameters)}", additional_headers=headers or {})


async def _refusal(url: str, headers: dict[str, str] | None = None, **parameters: str) -> tuple[str, str, int | None]:
    """Code, reason, and how the connection was closed."""
    async with _connect(url, headers, **parameters) as connection:
        code, heard = await Socket(connection).to_the_end()
    [error] = heard
    assert error["type"] == "error"
    return error["code"], error["reason"], code


async def test_without_or_with_a_wrong_key_nobody_comes_in(place: Place) -> None:
    assert await _refusal(place.url) == ("VALIDATION_ERROR", "authentication_required", 1008)
    for wrong in ("ck_aaaaaaaaaa_" + "x" * 43, "nonsense"):
        assert await _refusal(place.url, {"Authorization": f"Bearer {wrong}"}) == ("VALIDATION_ERROR", "invalid_credentials", 1008)


async def test_a_new_session_is_the_key_s_user_s_and_nobody_else_s(place: Place) -> None:
    async with _connect(place.url, place.ada.bearer) as connection:
        opened = Socket(connection)
        session = await opened.hear()
        assert session["user_id"] == place.ada.user_id
        heard = await opened.ask("What does she know?")
    assert heard[-1]["status"] == "done"
    gone = ("VALIDATION_ERROR", "thread_not_found", 1008)
    assert await _refusal(place.url, place.eve.bearer, session_id=session["session_id"]) == gone
    assert await _refusal(place.url, place.eve.bearer, session_id=place.ada.thread, after=f"{place.ada.run}:1") == gone
    assert await _refusal(place.url, place.eve.bearer, user_id=str(place.ada.user_id)) == ("VALIDATION_ERROR", "user_not_found", 1008)
    assert await _refusal(place.url, place.admin.bearer) == ("VALIDATION_ERROR", "user_required", 1008)
    async with _connect(place.url, place.ada.bearer, session_id=session["session_id"]) as connection:
        assert (await Socket(connection).hear())["resumed"]


async def test_a_stranger_s_run_is_neither_cancelled_nor_followed(place: Place) -> None:
    async with _connect(place.url, place.eve.bearer) as connection:
        opened = Socket(connection)
        await opened.hear()
        await opened.say(type="cancel", run_id=place.ada.run)
        assert (await opened.hear())["reason"] == "run_not_found"
    assert await _refusal(place.url, place.eve.bearer, session_id=place.eve.thread, after=f"{place.ada.run}:1") == (
        "VALIDATION_ERROR",
        "invalid_cursor",
        1008,
    )


async def test_a_ticket_opens_what_it_was_made_for_and_nothing_else(place: Place) -> None:
    def ticket(user: User, **body: str) -> str:
        return user.client.post("/api/tickets", json=body).raise_for_status().json()["ticket"]

    fresh, old = ticket(place.ada), ticket(place.ada, thread_id=place.ada.thread)
    async with _connect(place.url, ticket=fresh) as connection:
        assert (await Socket(connection).hear())["user_id"] == place.ada.user_id
    async with _connect(place.url, ticket=old, session_id=place.ada.thread) as connection:
        assert (await Socket(connection).hear())["session_id"] == place.ada.thread
    refused = ("VALIDATION_ERROR", "invalid_credentials", 1008)
    assert await _refusal(place.url, ticket=old) == refused
    assert await _refusal(place.url, ticket=fresh, session_id=place.ada.thread) == refused
    assert await _refusal(place.url, ticket=old, session_id=place.eve.thread) == refused
    assert await _refusal(place.url, ticket="x" * 43) == refused
    for secret in (fresh, old):
        assert secret not in place.process.output


@pytest.fixture(scope="module")
def counting(cluster: URL, template: str, tmp_path_factory: pytest.TempPathFactory) -> Generator[Process]:
    folder: Path = tmp_path_factory.mktemp("counting")
    with serving(cluster, template, folder, RATE_LIMIT_ADDRESS="4/minute") as process:
        yield process


async def test_too_many_questions_are_told_how_long_to_wait_and_the_connection_stays(counting: Process) -> None:
    async with socket(counting.url) as opened:
        await opened.hear()
        for _ in range(3):
            assert (await opened.ask("What does this person know?"))[-1]["status"] == "done"
        await opened.say(type="question", question="And now?", id="fourth")
        refused = await opened.hear()
        assert (refused["code"], refused["reason"], refused["id"], refused["retryable"]) == ("RATE_LIMIT", "rate_limited", "fourth", True)
        assert 0 < refused["retry_after"] <= 60
        await opened.say(type="ping")
        assert (await opened.hear())["type"] == "pong"
    code, reason, closed = await _refusal(counting.url)
    assert (code, reason, closed) == ("RATE_LIMIT", "rate_limited", 1013)
    async with httpx.AsyncClient() as client:
        assert (await client.post(f"{counting.url}/api/users", json={"name": "x"})).status_code == 429, "one budget for both"
