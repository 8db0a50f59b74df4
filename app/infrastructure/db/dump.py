"""Backup and restore of the whole database into and from one file, with Postgres's own programs. Called by `chatbot backup` and `chatbot restore`.

A backup is one consistent moment, taken while everything runs. Left out is what no restored database needs: leases, duties, counted requests. Runs
that were being written at that moment are restored as such, without an owner, and the first executor that starts goes on with them.
"""

import os
import shutil
import subprocess
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

import psycopg
from sqlalchemy import URL

from app.infrastructure.db.engine import CONNECT_TIMEOUT, conninfo

FORGOTTEN = ("executors", "duties", "rate_windows")
"""Tables whose rows stay behind."""

_OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
_TABLES = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"


class DumpFailed(Exception):
    """Nothing was written, or nothing changed; the message says why and what to do."""


def back_up(url: URL, file: Path) -> None:
    """Write a backup; it appears whole or not at all, readable by its owner only. Raises `DumpFailed`."""
    if file.exists():
        raise DumpFailed(f"{file} exists: choose another name. A backup never overwrites one.")
    unfinished = file.with_name(f"{file.name}.{os.getpid()}.unfinished")
    try:
        unfinished.touch(mode=0o600)
        without = [f"--exclude-table-data={table}" for table in FORGOTTEN]
        _call("pg_dump", url, ["--format=custom", "--no-owner", "--no-privileges", *without, f"--file={unfinished}"])
        unfinished.rename(file)
    except OSError as error:
        raise DumpFailed(f"{file} cannot be written: {error.strerror}.") from error
    finally:
        unfinished.unlink(missing_ok=True)


def restore(url: URL, file: Path, *, replace: bool) -> None:
    """Fill an empty database from a backup; with `replace` empty it first. All or nothing. Raises `DumpFailed`.

    Refuses while anybody is connected: a running server would not survive it.
    """
    if not file.is_file():
        raise DumpFailed(f"There is no file {file}.")
    listing = _call("pg_restore", None, ["--list", str(file)])
    if "run_events" not in listing:
        raise DumpFailed(f"{file} is no backup of this product.")
    with psycopg.connect(conninfo(url), autocommit=True, connect_timeout=CONNECT_TIMEOUT) as connection:
        if _count(connection, _OTHERS):
            raise DumpFailed("The database is in use: stop all servers, workers and shells on it first.")
        filled = _count(connection, _TABLES)
    if filled and not replace:
        raise DumpFailed("The database is not empty. Restore into a new one, or say --replace to lose what is in it.")
    with _set_aside(url) if filled else nullcontext():
        _call("pg_restore", url, ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", str(file)])


@contextmanager
def _set_aside(url: URL) -> Generator[None]:
    """Everything there is waits in a schema of another name: removed afterwards, or put back if the block fails."""
    with psycopg.connect(conninfo(url), autocommit=True, connect_timeout=CONNECT_TIMEOUT) as connection:
        with connection.transaction():
            connection.execute("ALTER SCHEMA public RENAME TO replaced")
            connection.execute("CREATE SCHEMA public")
        try:
            yield
        except BaseException:
            with connection.transaction():
                connection.execute("DROP SCHEMA public CASCADE")
                connection.execute("ALTER SCHEMA replaced RENAME TO public")
            raise
        connection.execute("DROP SCHEMA replaced CASCADE")


def _count(connection: psycopg.Connection, query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def _call(name: str, url: URL | None, arguments: Sequence[str]) -> str:
    """Run one of Postgres's programs; the password goes by the environment, where no list of processes shows it."""
    environment, place = dict(os.environ), []  # noqa: TID251 - handed on, not read
    if url is not None:
        environment["PGPASSWORD"] = url.password or ""
        environment["PGCONNECT_TIMEOUT"] = str(CONNECT_TIMEOUT)
        place = [f"--dbname={conninfo(url.set(password=None))}"]
    problem = f"There is no {name} on this machine. Install a Postgres client, for example: apt-get install postgresql-client."
    for program in _programs(name):
        done = subprocess.run([program, *place, *arguments], env=environment, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode == 0:
            return done.stdout
        problem = f"{name} failed: {(done.stderr.strip().splitlines() or ['without a word'])[0]}"
        if "version mismatch" not in done.stderr and "unsupported version" not in done.stderr:
            break  # another version would not help
    raise DumpFailed(problem)


def _programs(name: str) -> Iterator[str]:
    """Those that can be found: the ones that came along are the newest, and a newer program can dump an older server."""
    try:
        from app.infrastructure.db.embedded.programs import candidates
    except ImportError:  # Windows
        found: list[str] = []
    else:
        found = [programs.path(name) for programs in candidates()]
    on_path = shutil.which(name)
    yield from (program for program in [*found, *([on_path] if on_path else [])] if os.access(program, os.X_OK))
