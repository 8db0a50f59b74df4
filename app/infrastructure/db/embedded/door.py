"""The way in: hold the database in use, and see to it that it runs.

Promises that a process which got an `EmbeddedDatabase` finds a running database at its address until it releases it, whatever happens to
the other processes; and that nothing has to be cleaned up after a process that died. The order of steps is the whole trick: first the
users' lock, which no stopping keeper shares; then the question whether a keeper lives; then the server's own answer. Called by
`bootstrap` and the command line (`ensure_running`) and by the test suite (`throwaway`).
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self
from urllib.parse import quote

from app.infrastructure.db.embedded import locks, log, wire
from app.infrastructure.db.embedded.cluster import START_TIMEOUT
from app.infrastructure.db.embedded.errors import EmbeddedDatabaseError, explained
from app.infrastructure.db.embedded.flavours import FLAVOURS, USER
from app.infrastructure.db.embedded.order import Order, package_root, parse_report
from app.infrastructure.db.embedded.place import Place, settle
from app.infrastructure.db.embedded.programs import candidates
from app.infrastructure.db.embedded.record import Record, read_record

_ATTEMPTS = 5
"""Keepers this process starts before it believes that something keeps killing them."""


def _silent(_text: str) -> None:
    pass


class EmbeddedDatabase:
    """A running database, in use by this process until `release`. Also a context manager."""

    def __init__(self, users_lock: int, home: Path, database: str, record: Record) -> None:
        self._users_lock: int | None = users_lock
        self._programs = record.programs
        self.home = home
        self.socket_folder = Path(record.socket_folder)
        self.url = f"postgresql+psycopg://{USER}@/{database}?host={quote(record.socket_folder)}"
        self.psql = (self._psql_program(), "--host", record.socket_folder, "--username", USER, "--dbname", database)

    def release(self) -> None:
        """Stop using the database; it stops soon after its last user. Releasing twice is harmless, and so is dying without."""
        if self._users_lock is not None:
            os.close(self._users_lock)
            self._users_lock = None

    def keep_across_exec(self) -> None:
        """Let a program that replaces this process, or is started with `close_fds=False`, use the database on its behalf."""
        assert self._users_lock is not None
        os.set_inheritable(self._users_lock, True)  # noqa: FBT003 - positional only

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _psql_program(self) -> str:
        carried = Path(self._programs) / "psql"
        return str(carried) if carried.exists() else "psql"


def ensure_running(data_dir: Path, *, report: Callable[[str], None] = _silent) -> EmbeddedDatabase:
    """Run the database in `data_dir`, made at first use, or join those who use it already.

    `report` hears what takes time. Raises `EmbeddedDatabaseError`. Blocks: call it before an event loop runs, or in a thread.
    """
    return enter(data_dir, "durable", report)


def enter(data_dir: Path, flavour: str, report: Callable[[str], None]) -> EmbeddedDatabase:
    """`ensure_running` for any flavour of cluster."""
    with explained(data_dir):
        place = settle(data_dir)
        users = locks.open_lock(place.home / locks.USERS)
        try:
            _join(users, place.home, report)
            record = _reach(place, flavour, report)
        except BaseException:
            os.close(users)
            raise
    return EmbeddedDatabase(users, place.home, FLAVOURS[flavour].database, record)


def _join(users: int, home: Path, report: Callable[[str], None]) -> None:
    """Become a user. Waits only while a keeper is stopping the server."""
    if locks.try_shared(users):
        return
    report("Waiting for the database to stop before it can start again")
    deadline = time.monotonic() + START_TIMEOUT
    while not locks.try_shared(users):
        if time.monotonic() > deadline:
            raise EmbeddedDatabaseError(f"The database in {home} has been stopping for minutes: see {home / log.NAME}.")
        time.sleep(0.01)


def _reach(place: Place, flavour: str, report: Callable[[str], None]) -> Record:
    """Wait until the server answers, starting a keeper whenever there is none. As a user: no keeper leaves now."""
    started = time.monotonic()
    attempts = 0
    told = False
    pause = 0.005
    while time.monotonic() - started < START_TIMEOUT:
        keeper_lock = locks.open_lock(place.home / locks.KEEPER)
        if locks.try_exclusive(keeper_lock):
            attempts += 1
            if attempts > _ATTEMPTS:
                os.close(keeper_lock)
                break
            _start_keeper(keeper_lock, place, flavour, report)
        else:
            os.close(keeper_lock)
        record = read_record(place.home)
        if record is not None and wire.answers(Path(record.socket_folder), USER, FLAVOURS[flavour].database):
            return record
        if not told and time.monotonic() - started > 2:
            told = True
            report("Waiting for the database, which another process is starting")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.2)  # a recovering server logs every question
    raise EmbeddedDatabaseError(f"The database in {place.home} does not come up: see {place.home / log.NAME}.")


def _start_keeper(keeper_lock: int, place: Place, flavour: str, report: Callable[[str], None]) -> None:
    """Start a keeper that inherits the lock, and hear it out. Returns also if it is killed before it is ready."""
    reading, writing = os.pipe()
    output = log.open_log(place.home)
    try:
        locks.prove(place.home / locks.KEEPER)
        order = Order(str(place.home), flavour, place.account, tuple(candidates()), keeper_lock, writing)
        _spawn(order, output)
    except BaseException:
        os.close(reading)
        raise
    finally:
        for descriptor in (keeper_lock, writing, output):
            os.close(descriptor)
    _listen(reading, report)


def _spawn(order: Order, output: int) -> None:
    """A bare interpreter: no site packages, nothing of this process's environment, working directory or terminal."""
    started = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-P", "-S", "-m", "app.infrastructure.db.embedded.keeper", order.to_argument()],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        cwd="/",
        env={"PYTHONPATH": str(package_root()), "PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"},
        pass_fds=(order.keeper_lock, order.reports),
        start_new_session=True,
        check=False,
    )
    if started.returncode > 0:  # killed is not failed: the caller tries again
        raise EmbeddedDatabaseError(f"The keeper of the embedded database did not start: see {Path(order.home) / log.NAME}.")


def _listen(reading: int, report: Callable[[str], None]) -> None:
    with os.fdopen(reading, "rb") as lines:
        for line in lines:
            kind, text = parse_report(line)
            if kind == "failed":
                raise EmbeddedDatabaseError(text)
            if kind == "progress":
                report(text)
