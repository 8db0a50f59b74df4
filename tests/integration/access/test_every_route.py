"""Every route of the application, found by walking it: nobody comes in unasked, and nobody gets to see what belongs to somebody else.

A route that is added later is walked, too; one that would stand beside the door stops the start.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts

from app.infrastructure.web.application import PUBLIC, bare_application
from app.infrastructure.web.guarded_route import GuardedRoute, UnguardedRoute, check_routes
from tests.integration.access.conftest import Place, User
from tests.integration.serving import assert_problem, assert_quiet

NOBODYS = "019aa3f2-7c1e-7d33-9f52-6a1c0f6f2b11"
OWNED = ("user_id", "thread_id", "run_id")


def walked() -> Iterator[tuple[str, str]]:
    for context in iter_route_contexts(bare_application("0").routes):
        if isinstance(context.original_route, GuardedRoute):
            for method in sorted(context.methods or ()):
                yield method, context.path or ""


ROUTES = [*walked(), ("GET", "/metrics")]
OF_SOMEBODY = [(method, path) for method, path in ROUTES if any(f"{{{name}}}" in path for name in OWNED)]


def filled(path: str, person: User, **other: str) -> str:
    ids = {"user_id": str(person.user_id), "thread_id": person.thread, "run_id": person.run, "cv_id": "nobody", **other}
    return re.sub(r"{(\w+)}", lambda found: ids[found[1]], path)


def everything(place: Place) -> list[tuple[str, str]]:
    """All that Ada has: to see that an attack changed nothing."""
    paths = [filled(path, place.ada) for method, path in OF_SOMEBODY if method == "GET" and "{thread_id}/events" not in path]
    return [(path, place.ada.client.get(path).text) for path in paths]


def test_the_walk_finds_the_routes() -> None:
    assert len(OF_SOMEBODY) >= 11
    assert {path for _, path in ROUTES} >= {"/api/threads/{thread_id}/events", "/api/cvs/{cv_id}/pdf", "/api/tickets", "/metrics"}


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_nobody_comes_in_unasked(place: Place, method: str, path: str) -> None:
    """Not even far enough to hear that the body is bad, or the id none."""
    for ids in ({}, dict.fromkeys(OWNED, "no-id")):
        answer = place.anonymous.request(method, filled(path, place.ada, **ids), content=b"{", headers={"Content-Type": "application/json"})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        if method != "HEAD":
            assert_problem(answer, 401, "authentication_required")


@pytest.mark.parametrize(("method", "path"), OF_SOMEBODY)
@pytest.mark.parametrize("who", ["eve", "admin"])
def test_a_strangers_id_is_answered_as_one_that_does_not_exist(place: Place, method: str, path: str, who: str) -> None:
    before = everything(place)
    stranger: User = getattr(place, who)

    def ask(address: str) -> httpx.Response:
        return stranger.client.request(
            method, address, json={"content": "Mine now", "title": "Mine now"} if method in ("POST", "PATCH") else None
        )

    refused = ask(filled(path, place.ada))
    absent = ask(filled(path, place.ada, user_id="999999", thread_id=NOBODYS, run_id=NOBODYS))
    kind = next(name for name in OWNED if name in path).removesuffix("_id")
    for answer in (refused, absent):
        assert_problem(answer, 404, f"{kind}_not_found")
    masked = [re.sub(r"[0-9a-f-]{36}|\d+\b", "*", answer.json()["error"]["message"]) for answer in (refused, absent)]
    assert masked[0] == masked[1]
    assert set(refused.headers) == set(absent.headers)
    assert everything(place) == before


@pytest.mark.parametrize("spelling", ["{upper}", "urn:uuid:{id}", "%7B{id}%7D", "{bare}"])
def test_another_spelling_of_an_id_is_no_way_around(place: Place, spelling: str) -> None:
    run = place.ada.run
    address = spelling.format(id=run, upper=run.upper(), bare=run.replace("-", ""))
    assert place.eve.client.get(f"/api/runs/{address}").status_code in (404, 422)
    assert place.eve.client.get(f"/api/runs/{address}/events").status_code in (404, 422)


def test_ids_in_bodies_and_cursors_are_checked_too(place: Place) -> None:
    ada, eve = place.ada, place.eve
    assert_problem(eve.client.post("/api/threads", json={"user_id": ada.user_id}), 404, "user_not_found")
    assert_problem(eve.client.post("/api/tickets", json={"thread_id": ada.thread}), 404, "thread_not_found")
    assert_problem(eve.client.post("/api/tickets", json={"run_id": ada.run}), 404, "run_not_found")
    answer_of_ada = ada.client.get(f"/api/threads/{ada.thread}/messages").json()["messages"][0]["message_id"]
    posted = eve.client.post(f"/api/threads/{eve.thread}/messages", json={"content": "x", "parent_id": answer_of_ada})
    assert_problem(posted, 422, "invalid_parent")
    follow = eve.client.get(f"/api/threads/{eve.thread}/events", params={"after": f"{ada.run}:1"})
    assert_problem(follow, 400, "invalid_cursor")


def test_a_key_of_one_thread_does_not_replay_anothers_run(place: Place) -> None:
    """Idempotency keys are names within a thread: guessing Ada's gives Eve nothing of hers."""
    body, headers = {"content": "Who knows Go?", "on_busy": "enqueue"}, {"Idempotency-Key": "same"}
    posted = [
        person.client.post(f"/api/threads/{person.thread}/messages", json=body, headers=headers).raise_for_status()
        for person in (place.ada, place.eve)
    ]
    assert posted[0].json()["run_id"] != posted[1].json()["run_id"]
    for person, answer in zip((place.ada, place.eve), posted, strict=True):
        assert "event: done" in person.client.get(answer.json()["events_url"]).text


def test_only_an_admin_creates_users_and_reads_metrics(place: Place) -> None:
    assert_problem(place.ada.client.post("/api/users", json={"name": "x"}), 403, "admin_required")
    assert_problem(place.ada.client.get("/metrics"), 403, "admin_required")
    assert place.admin.client.post("/api/users", json={"name": "x"}).status_code == 201
    assert "chatbot_runs_started" in place.admin.client.get("/metrics").text


def test_what_is_for_everybody_says_nothing_of_anybody(place: Place) -> None:
    """Signing in with a provider is not set up here: `test_provider_sign_in.py` has it."""
    for path in [*sorted(PUBLIC - {"/metrics", "/ws"}), "/"]:
        answer = place.anonymous.get(path)
        assert answer.status_code == (404 if path.startswith("/api/sign-in/") else 200)
        assert place.ada.thread not in answer.text


def test_everybody_with_access_reads_the_cvs(place: Place) -> None:
    listed = place.eve.client.get("/api/cvs").raise_for_status().json()["cvs"]
    assert place.ada.client.get(listed[0]["pdf_url"]).headers["content-type"] == "application/pdf"


def test_a_route_beside_the_door_stops_the_start(tmp_path: Path) -> None:
    def route() -> None: ...

    open_route, strange_id = APIRouter(), APIRouter(route_class=GuardedRoute)
    open_route.add_api_route("/api/secrets", route)
    strange_id.add_api_route("/api/files/{file_id}", route)
    for router, word in ((open_route, "/api/secrets"), (strange_id, "file_id")):
        app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
        app.include_router(router)
        with pytest.raises(UnguardedRoute, match=word):
            check_routes(app, PUBLIC)


def test_nothing_unexpected_happened(place: Place) -> None:
    assert_quiet(place.process)
