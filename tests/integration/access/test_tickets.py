"""Stream tickets: one stream, one minute, one reader; good for nothing else, and never in the log."""

import httpx
import psycopg
import pytest

from tests.integration.access.conftest import Place, User
from tests.integration.serving import assert_problem, assert_quiet


def ticket(person: User, **resource: str) -> str:
    return person.client.post("/api/tickets", json=resource).raise_for_status().json()["ticket"]


def follow(place: Place, path: str, shown: str) -> httpx.Response:
    """As an EventSource would: without a header."""
    return place.anonymous.get(path, params={"ticket": shown})


def test_a_ticket_opens_its_stream_also_when_the_reader_comes_back(place: Place) -> None:
    shown = ticket(place.ada, run_id=place.ada.run)
    path = f"/api/runs/{place.ada.run}/events"
    whole = follow(place, path, shown)
    assert "event: done" in whole.text
    rest = place.anonymous.get(path, params={"ticket": shown}, headers={"Last-Event-ID": "2"})
    assert rest.status_code == 200
    assert "id: 3\n" in rest.text
    assert "id: 2\n" not in rest.text


def test_a_ticket_for_a_thread_opens_its_stream(place: Place) -> None:
    params = {"ticket": ticket(place.ada, thread_id=place.ada.thread), "after": "0"}
    with place.anonymous.stream("GET", f"/api/threads/{place.ada.thread}/events", params=params) as stream:
        assert stream.status_code == 200
        assert next(line for line in stream.iter_lines() if line.startswith("event:")) == "event: started"


def test_a_ticket_is_good_for_nothing_else(place: Place) -> None:
    ada, eve = place.ada, place.eve
    for_run, for_thread, for_websocket = ticket(ada, run_id=ada.run), ticket(ada, thread_id=ada.thread), ticket(ada)
    own = ticket(eve, run_id=eve.run)
    for path, shown in [
        (f"/api/runs/{ada.run}/events", for_thread),
        (f"/api/runs/{ada.run}/events", for_websocket),
        (f"/api/runs/{ada.run}/events", own),
        (f"/api/runs/{eve.run}/events", for_run),
        (f"/api/threads/{ada.thread}/events", for_run),
    ]:
        assert_problem(follow(place, path, shown), 401, "invalid_credentials")
    for path in (f"/api/runs/{ada.run}", f"/api/threads/{ada.thread}", "/api/session", "/api/cvs", "/metrics"):
        assert_problem(follow(place, path, for_run), 401, "authentication_required")
    for method, path in [("POST", f"/api/runs/{ada.run}/cancel"), ("DELETE", f"/api/threads/{ada.thread}"), ("POST", "/api/tickets")]:
        assert_problem(place.anonymous.request(method, path, params={"ticket": for_thread}), 401, "authentication_required")
    for header in ({"Authorization": f"Bearer {for_run}"}, {"Cookie": f"chatbot={for_run}"}):
        assert place.anonymous.get("/api/session", headers=header).status_code == 401


@pytest.mark.parametrize("invented", ["", "x", "A" * 43, "\x00", "a" * 3_000, "🎟"])
def test_an_invented_ticket_is_refused(place: Place, invented: str) -> None:
    assert follow(place, f"/api/runs/{place.ada.run}/events", invented).status_code == 401


def test_a_cookie_is_no_ticket(place: Place) -> None:
    with httpx.Client(base_url=place.url) as browser:
        browser.post("/api/session", headers=place.ada.bearer).raise_for_status()
        (token,) = browser.cookies.values()
    assert_problem(follow(place, f"/api/runs/{place.ada.run}/events", token), 401, "invalid_credentials")


def test_a_ticket_is_over_after_its_minute(place: Place) -> None:
    answer = place.ada.client.post("/api/tickets", json={"run_id": place.ada.run}).raise_for_status().json()
    with psycopg.connect(place.database.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True) as connection:
        (left,) = connection.execute(
            "SELECT max(extract(epoch FROM expires_at - now())) FROM sign_ins WHERE resource IS NOT NULL"
        ).fetchone() or (0,)
        assert 0 < left <= 60
        connection.execute("UPDATE sign_ins SET expires_at = expires_at - interval '61 seconds' WHERE resource IS NOT NULL")
    assert_problem(follow(place, f"/api/runs/{place.ada.run}/events", answer["ticket"]), 401, "invalid_credentials")


def test_no_ticket_is_stored_or_logged(place: Place) -> None:
    shown = ticket(place.ada, run_id=place.ada.run)
    follow(place, f"/api/runs/{place.ada.run}/events", shown)
    follow(place, f"/api/runs/{place.eve.run}/events", shown)
    follow(place, f"/nowhere/{place.ada.run}", shown)
    assert shown not in place.process.output
    with psycopg.connect(place.database.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        rows = connection.execute("SELECT sign_ins::text FROM sign_ins UNION ALL SELECT api_keys::text FROM api_keys").fetchall()
    assert rows
    for secret in (shown, *(person.key.split("_", 2)[2] for person in (place.ada, place.eve, place.admin))):
        assert not any(secret in row for (row,) in rows)
    assert_quiet(place.process)
