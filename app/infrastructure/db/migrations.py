"""Bringing a database to the newest schema, and telling whether it is there. Called by the CLI and by `GET /ready`.

The scripts are in `alembic/` of a checkout, and inside the package of an installed wheel. Alembic is imported only when something is to be done.
"""

import functools
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, create_engine, inspect, pool, text

from app.infrastructure.db.engine import CONNECT_TIMEOUT, plain, preparing

_PACKAGE = Path(__file__).parents[2]
_PLACES = (_PACKAGE.parent / "alembic", _PACKAGE / "_alembic")


class MigrationRefused(Exception):
    """There is no such revision, or no way to it. One sentence, for whoever asked."""


def scripts() -> Path:
    """The folder with `env.py` and `versions/`."""
    return next(place for place in _PLACES if (place / "env.py").is_file())


@functools.cache
def head() -> str:
    """The newest revision there is a script for. Names begin with their date, so the newest is the last: a test holds that true."""
    return max(path.stem for path in (scripts() / "versions").glob("*.py"))[: len("2026_11_20_2100")]


def current(url: URL) -> str | None:
    """The revision a database is at; None if it was never migrated."""
    with _connection(url) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def upgrade(url: URL, revision: str = "head") -> None:
    """Migrate to a revision, or do nothing if the database is there. Safe to call from many processes at once. Raises `MigrationRefused`."""
    if revision == "head" and current(url) == head():
        return
    from alembic import command

    with _connection(url) as connection, _in_one_sentence():
        command.upgrade(_config(connection), revision)


def downgrade(url: URL, revision: str) -> None:
    """Migrate back to a revision; `base` is an empty database. Raises `MigrationRefused`."""
    from alembic import command

    with _connection(url) as connection, _in_one_sentence():
        command.downgrade(_config(connection), revision)


@contextmanager
def _in_one_sentence() -> Generator[None]:
    from alembic.util import CommandError

    try:
        yield
    except CommandError as error:
        raise MigrationRefused(f"{str(error).rstrip('.')}. The newest revision is {head()}; `head` and `base` are the two ends.") from error


def _connection(url: URL) -> Connection:
    return create_engine(plain(url), poolclass=pool.NullPool, connect_args={"connect_timeout": CONNECT_TIMEOUT, **preparing(url)}).connect()


def _config(connection: Connection) -> Any:
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(scripts()).replace("%", "%%"))
    return config
