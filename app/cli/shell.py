"""What every command starts with: the settings, the database, the event loop, and how a command fails.

A wrong setting or a database that cannot be used ends the command with one sentence and exit status 2.
"""

import asyncio
import errno
import socket
import time
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer

from app.settings import LogFormat, Settings, SettingsError, load_settings

_PORT_IS_WRONG = (errno.EADDRINUSE, errno.EACCES)
"""Every other refusal is about the address."""


def read_settings(**overrides: object) -> Settings:
    """The settings, with what the command line says in their place; logging is set up as they say."""
    from app.infrastructure.observability.logs import configure

    try:
        settings = load_settings(overrides={name: value for name, value in overrides.items() if value is not None})
    except SettingsError as error:
        fail(str(error))
    configure(settings.effective_log_level, json=settings.log_format is LogFormat.JSON)
    return settings


def listen(host: str, port: int, settings: Settings, choice: str) -> socket.socket:
    """A socket that listens; `choice` says how to ask for another port, as in "port with --port"."""
    from app.infrastructure.web.server import listening_socket

    try:
        return listening_socket(host, port, settings.stream_send_timeout)
    except OSError as error:
        fail(f"Cannot listen on {host}:{port}: {error.strerror}. Choose another {choice if error.errno in _PORT_IS_WRONG else 'HOST'}.")


@contextmanager
def opened_database(settings: Settings, *, migrated: bool = True) -> Generator[Any, None, None]:
    """The database, answering, and at the newest schema unless told otherwise; else the command ends with a sentence."""
    from app.infrastructure.db.database import UnusableDatabase, open_database

    url = settings.database_url
    try:
        with open_database(url.get_secret_value() if url else None, settings.data_dir) as database:
            _prepare(database.url, settings.database_wait, migrated=migrated)
            yield database
    except UnusableDatabase as error:
        fail(str(error))


def _prepare(url: Any, patience: float, *, migrated: bool) -> None:
    """Wait for the database to answer, and migrate it."""
    from sqlalchemy.exc import OperationalError

    from app.infrastructure.db import migrations

    deadline = time.monotonic() + patience
    waiting = False
    while True:
        try:
            if migrated:
                migrations.upgrade(url)
            else:
                migrations.current(url)
        except OperationalError as error:
            if time.monotonic() > deadline:
                fail(f"The database at {url} does not answer: {_first_line(error)}. Is DATABASE_URL right, and the server running?")
            if not waiting:
                typer.echo(f"Waiting for the database at {url} ...", err=True)
                waiting = True
            time.sleep(0.5)
        else:
            return


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run to the end, on the loop that the product runs on."""
    import uvloop

    from app.bootstrap.context import CannotStart

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(coroutine)
    except CannotStart as error:
        fail(str(error))


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", error)).strip().splitlines()[0].rstrip(".")


def fail(sentence: str) -> NoReturn:
    """End the command."""
    typer.echo(sentence, err=True)
    raise typer.Exit(2)
