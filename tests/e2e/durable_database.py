"""A Postgres of a test's own that keeps its promises, to be killed: the one the whole suite shares forgets what was committed last."""

from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from app.infrastructure.db.embedded import EmbeddedDatabase, ensure_running


class DurableDatabase:
    """`url` is an empty database."""

    def __init__(self, embedded: EmbeddedDatabase) -> None:
        self._home = embedded.home
        self.url: URL = make_url(embedded.url)

    def kill(self) -> None:
        """kill -9 of the whole server; its keeper starts it again. Nothing is committed any more when this returns: a child may outlive its parent for a
        statement or two."""
        postmaster = psutil.Process(int((self._home / "data" / "postmaster.pid").read_text().split()[0]))
        everybody = [postmaster, *postmaster.children(recursive=True)]
        for process in everybody:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(everybody, timeout=5)

    def refuse(self) -> None:
        """Let nobody in any more."""
        self._alter(allow=False)

    def admit(self) -> None:
        """Let everybody in again."""
        self._alter(allow=True)

    def cut(self) -> None:
        """End all connections, and wait until they have ended."""
        self._on_the_side(
            sql.SQL("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = {}").format(sql.Literal(self._name))
        )

    @property
    def _name(self) -> str:
        assert self.url.database is not None
        return self.url.database

    def _alter(self, *, allow: bool) -> None:
        self._on_the_side(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(sql.Identifier(self._name), sql.Literal(allow)))

    def _on_the_side(self, statement: sql.Composed) -> None:
        address = self.url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def durable_database(folder: Path) -> Generator[DurableDatabase, None, None]:
    """Such a database for as long as the block lasts."""
    with ensure_running(folder) as embedded:
        yield DurableDatabase(embedded)
