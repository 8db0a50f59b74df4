"""What all tests share: one fast Postgres for the session, and a fresh migrated database for each test that asks for one.

A database is a copy of a template that was migrated once, so it costs some 15 ms. `tests/processes.py` starts real processes on it.
TEST_DATABASE_URL names a server to use instead of the embedded one, as an account that may create databases: `make test-db`.
"""

import os
import uuid
from collections.abc import Generator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import URL, make_url

from app.infrastructure.db import migrations
from app.infrastructure.db.embedded import throwaway
from app.infrastructure.db.engine import parse_url
from app.settings import Settings


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Generator[URL, None, None]:
    """A Postgres that tests may fill: a private one, or the one that TEST_DATABASE_URL names. The URL of its maintenance database."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield parse_url(given)
        return
    with throwaway(tmp_path_factory.mktemp("postgres")) as database:
        yield make_url(database.url)


@pytest.fixture(scope="session")
def template(cluster: URL) -> Generator[str, None, None]:
    """A migrated database to copy."""
    name = f"template_{uuid.uuid4().hex}"
    _execute(cluster, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    migrations.upgrade(cluster.set(database=name))
    yield name
    _execute(cluster, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def database_url(cluster: URL, template: str) -> Generator[URL, None, None]:
    """A fresh, migrated database; dropped afterwards, whoever is still connected."""
    yield from _database(cluster, template)


@pytest.fixture
def empty_database_url(cluster: URL) -> Generator[URL, None, None]:
    """A fresh database with nothing in it."""
    yield from _database(cluster, "template1")


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test sees the developer's settings: not from the environment, not from a .env file."""
    for name in [name for name in os.environ if name.lower() in Settings.model_fields]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def _database(cluster: URL, template: str) -> Generator[URL, None, None]:
    name = f"test_{uuid.uuid4().hex}"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(sql.Identifier(name), sql.Identifier(template))
    _execute(cluster, create)
    yield cluster.set(database=name)
    _execute(cluster, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _execute(url: URL, statement: sql.Composed) -> None:
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(statement)
