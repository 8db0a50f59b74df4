"""Which Postgres is used: the one that DATABASE_URL names, else the embedded one in DATA_DIR. Called by `bootstrap`, the CLI and Alembic."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL

from app.infrastructure.db.engine import DatabaseUrlError, conninfo, parse_url


@dataclass(frozen=True, slots=True)
class Database:
    """Where the database is; `psql` is the command that opens a shell on it."""

    url: URL
    psql: tuple[str, ...]
    embedded: bool


class UnusableDatabase(Exception):
    """There is no database to work with; the message is one sentence that says why and what to do."""


@contextmanager
def open_database(database_url: str | None, data_dir: Path) -> Generator[Database, None, None]:
    """The database, running for as long as the context lasts. Raises `UnusableDatabase`. Does not connect to an external one."""
    if database_url is not None:
        url = _parsed(database_url)
        yield Database(url, (_psql(), conninfo(url)), embedded=False)
        return
    with _embedded(data_dir.resolve()) as embedded:
        yield Database(_parsed(embedded.url), embedded.psql, embedded=True)


def _psql() -> str:
    try:
        from app.infrastructure.db.embedded import psql
    except ImportError:  # Windows
        return "psql"
    return psql()


def _parsed(text: str) -> URL:
    try:
        return parse_url(text)
    except DatabaseUrlError as error:
        raise UnusableDatabase(str(error)) from error


def _embedded(data_dir: Path) -> Any:
    try:
        from app.infrastructure.db.embedded import EmbeddedDatabaseError, ensure_running
    except ImportError as error:  # no file locks, no unix sockets: Windows
        raise UnusableDatabase("There is no embedded database for this system. Set DATABASE_URL to a Postgres of yours.") from error
    try:
        return ensure_running(data_dir)
    except EmbeddedDatabaseError as error:
        raise UnusableDatabase(str(error)) from error
