"""What the autoscaler asks the database: the age of the oldest run that a worker could start, and of no other."""

from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
import yaml
from sqlalchemy import URL

MANIFEST = Path(__file__).parents[2] / "docs" / "operations" / "kubernetes" / "workers-by-queue-age.yaml"


@pytest.fixture
def query() -> str:
    (scaled,) = [document for document in yaml.safe_load_all(MANIFEST.read_text()) if document["kind"] == "ScaledObject"]
    return scaled["spec"]["triggers"][0]["metadata"]["query"]


def test_only_runs_that_could_start_count(database_url: URL, query: str) -> None:
    with psycopg.connect(database_url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True) as connection:
        assert age(connection, query) == 0
        busy, free = (thread(connection) for _ in range(2))
        run(connection, busy, "running", 500)
        run(connection, busy, "queued", 400)  # waits for the one above, whatever workers there are
        assert age(connection, query) == 0
        run(connection, free, "queued", 30)
        run(connection, free, "queued", 20)
        assert 29 < age(connection, query) < 120


def age(connection: psycopg.Connection, query: str) -> float:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return float(row[0])


def thread(connection: psycopg.Connection) -> UUID:
    thread_id = uuid4()
    row = connection.execute("INSERT INTO users (name) VALUES ('somebody') RETURNING id").fetchone()
    assert row is not None
    connection.execute("INSERT INTO threads (id, user_id, assistant) VALUES (%s, %s, 'cvs')", [thread_id, row[0]])
    return thread_id


def run(connection: psycopg.Connection, thread_id: UUID, status: str, seconds: int) -> None:
    """A run that was stored so many seconds ago."""
    owner = uuid4() if status == "running" else None
    connection.execute(
        "INSERT INTO runs (id, thread_id, message_id, answer_id, status, owner, created_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, now() - make_interval(secs => %s))",
        [uuid4(), thread_id, uuid4(), uuid4(), status, owner, seconds],
    )
