"""One Postgres cluster in its home: made if it is missing, started, or adopted if it runs already, watched, and stopped.

Promises at most one postmaster on the data, ever. `server.lock` is inherited by everything that writes there, so holding it proves that
nothing does, and that whatever `postmaster.pid` says is left over from the dead: from a zombie, or from a process whose number somebody
else has now (a restarted container gives out the same numbers again), over both of which Postgres itself would stumble. Called by the
keeper only, as the account that owns the data.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.infrastructure.db.embedded import locks, log, wire
from app.infrastructure.db.embedded.errors import ELSE, EmbeddedDatabaseError, disk_full
from app.infrastructure.db.embedded.flavours import USER, Flavour
from app.infrastructure.db.embedded.programs import Programs

START_TIMEOUT = 300.0
"""Seconds for a start. Recovery after a crash reads the log written since the last checkpoint, which takes seconds, on bad disks minutes."""

_STOP_TIMEOUT = 60.0
_BARE_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}
"""Nothing of the caller's: a LANG without its locale makes initdb fail, and PG* variables mean other servers."""

_FULL = ("No space left on device", "Check free disk space", "Disk quota exceeded")


@dataclass(frozen=True, slots=True)
class _PidFile:
    """`postmaster.pid`, as far as it has been written."""

    pid: int
    socket_folder: Path | None
    ready: bool


class Cluster:
    """The cluster in `home`. One object for the life of its keeper."""

    def __init__(self, home: Path, flavour: Flavour, programs: Programs, socket_folder: Path) -> None:
        self._home = home
        self._data = home / "data"
        self._flavour = flavour
        self._programs = programs
        self._child: subprocess.Popen[bytes] | None = None
        self._pid: int | None = None
        self._observer = locks.open_lock(home / locks.SERVER)
        self.socket_folder = socket_folder

    def bring_up(self, report: Callable[[str], None]) -> None:
        """Return when the database answers. Raises `EmbeddedDatabaseError` if it never will."""
        mark = log.length()
        lock = self._lock_or_adopt()
        if lock is not None:
            try:
                self._make(lock, report)
                self._clear_leftovers()
                self._launch(lock)
            finally:
                os.close(lock)
            self._wait_until_ready(mark, report)
        self._ensure_database(mark)

    def is_alive(self) -> bool:
        """Does any process of the cluster live? A dead child is reaped on the way."""
        if self._child is not None:
            return self._child.poll() is None
        return self._is_lock_held()

    def stop(self, how: signal.Signals) -> None:
        """End the server and wait for the last of its processes; less gently if that takes too long."""
        for attempt in (how, signal.SIGQUIT, signal.SIGKILL):
            self._signal(attempt)
            if self._gone_within(_STOP_TIMEOUT):
                return
        log.note("Postgres does not end; giving up on it.")

    def _lock_or_adopt(self) -> int | None:
        """The server lock if nothing of this cluster lives; None once a living server was found to answer."""
        lock = locks.open_lock(self._home / locks.SERVER)
        deadline = time.monotonic() + START_TIMEOUT
        while not locks.try_exclusive(lock):
            # Either a server whose keeper was killed, or the children of a killed server or initdb, which end by themselves.
            if self._adopt():
                os.close(lock)
                return None
            if time.monotonic() > deadline:
                os.close(lock)
                raise EmbeddedDatabaseError(
                    f"Processes of an earlier Postgres still use {self._data} and do not end: stop them, or restart the machine."
                )
            time.sleep(0.02)
        return lock

    def _adopt(self) -> bool:
        found = self._pid_file()
        if found is None or not found.ready or found.socket_folder is None:
            return False
        if not wire.answers(found.socket_folder, USER, "postgres"):
            return False
        log.note(f"Adopted the running Postgres, process {found.pid}.")
        self.socket_folder = found.socket_folder
        self._child = None
        self._pid = found.pid
        return True

    def _make(self, lock: int, report: Callable[[str], None]) -> None:
        """Run initdb beside the final place and rename: a cluster is whole, or it is not there."""
        if self._data.exists():
            return
        report(f"Preparing a new database in {self._home}")
        fresh = self._home / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)  # of a killed initdb
        mark = log.length()
        command = [self._programs.path("initdb"), "-D", str(fresh), "-U", USER, "--auth=trust", "--encoding=UTF8", "--no-instructions"]
        made = subprocess.run(  # noqa: S603 - our own command
            [*command, *self._locale(), *self._flavour.initdb_options], env=_BARE_ENVIRONMENT, pass_fds=(lock,), check=False
        )
        if made.returncode != 0:
            raise self._failure("make its data", mark)
        _append(fresh / "postgresql.conf", _settings(self._flavour))
        fresh.rename(self._data)
        _sync(self._home)

    def _locale(self) -> tuple[str, ...]:
        """Sorting by code point, case by Unicode, whatever locales the machine has."""
        if self._programs.major >= 17:
            return ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
        return ("--locale=C.UTF-8",)

    def _clear_leftovers(self) -> None:
        """Remove what a dead server left, where Postgres would take it for a living one. The server lock is ours."""
        found = self._pid_file()
        if found is not None and _exists(found.pid):
            if _works_in(found.pid, self._data):
                raise EmbeddedDatabaseError(f"Another Postgres (process {found.pid}) was started by hand on {self._data}: stop it first.")
            (self._data / "postmaster.pid").unlink(missing_ok=True)
        for name in (wire.SOCKET_NAME, f"{wire.SOCKET_NAME}.lock"):
            (self.socket_folder / name).unlink(missing_ok=True)

    def _launch(self, lock: int) -> None:
        settings = [f"--{name}={value}" for name, value in self._flavour.commanded.items()]
        command = [self._programs.path("postgres"), "-D", str(self._data), "-p", str(wire.PORT), "-k", str(self.socket_folder), *settings]
        self._child = subprocess.Popen(command, env=_BARE_ENVIRONMENT, pass_fds=(lock,))  # noqa: S603 - our own command
        self._pid = self._child.pid

    def _wait_until_ready(self, mark: int, report: Callable[[str], None]) -> None:
        started = time.monotonic()
        told = False
        while not self._is_ready():
            if not self.is_alive():
                raise self._failure("start", mark)
            waited = time.monotonic() - started
            if waited > START_TIMEOUT:
                self.stop(signal.SIGINT)
                raise self._failure(f"get ready within {START_TIMEOUT:.0f} seconds", mark)
            if waited > 2 and not told:
                told = True
                report("Postgres is recovering after an unclean stop")
            time.sleep(0.005)

    def _is_ready(self) -> bool:
        found = self._pid_file()
        return found is not None and found.ready and found.pid == self._pid

    def _ensure_database(self, mark: int) -> None:
        """At every start, not only at the first: a kill may have come between the two."""
        name = self._flavour.database
        try:
            if not wire.ask(self.socket_folder, USER, "postgres", f"SELECT FROM pg_database WHERE datname = '{name}'"):
                wire.ask(self.socket_folder, USER, "postgres", f'CREATE DATABASE "{name}"', timeout=60)
        except (OSError, wire.ServerRefused) as error:
            raise self._failure(f"open the database {name} ({error})", mark) from error

    def _is_lock_held(self) -> bool:
        """Does any process of the cluster live, be it only the last child of a killed server? Asked of the file, not of its name."""
        if locks.try_exclusive(self._observer):
            locks.unlock(self._observer)
            return False
        return True

    def _signal(self, number: signal.Signals) -> None:
        if self._pid is not None and self.is_alive():
            with suppress(ProcessLookupError):
                os.kill(self._pid, number)

    def _gone_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.is_alive() or self._is_lock_held():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True

    def _pid_file(self) -> _PidFile | None:
        try:
            lines = (self._data / "postmaster.pid").read_text(errors="replace").splitlines()
            pid = int(lines[0])
        except (OSError, ValueError, IndexError):
            return None
        socket_folder = Path(lines[4]) if len(lines) > 4 and lines[4] else None
        return _PidFile(pid, socket_folder, ready=len(lines) > 7 and lines[7].strip() == "ready")

    def _failure(self, what: str, mark: int) -> EmbeddedDatabaseError:
        """The sentence for a failure that Postgres described in the log."""
        said = log.quote(mark)
        if any(words in said for words in _FULL) or _is_full(self._home):
            return EmbeddedDatabaseError(disk_full(self._home))
        if "could not look up effective user ID" in said:
            return EmbeddedDatabaseError(
                f"Postgres runs only as a user with an entry in /etc/passwd, and uid {os.geteuid()} has none: add one, {ELSE}."
            )
        return EmbeddedDatabaseError(f"Postgres could not {what}; repair the cause, {ELSE}. The end of {self._home / log.NAME}:\n{said}")


def _settings(flavour: Flavour) -> str:
    lines = (f"{name} = '{value}'" for name, value in flavour.written.items())
    return "\n# Written when this cluster was made. Change them freely, here or with ALTER SYSTEM.\n" + "\n".join(lines) + "\n"


def _is_full(folder: Path) -> bool:
    """Too full even for the log to say so."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize < 1024 * 1024


def _append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _exists(pid: int) -> bool:
    """Would Postgres think that a process with this number may be a living server?"""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _works_in(pid: int, data: Path) -> bool:
    """Is the process a Postgres on this data? Every Postgres process works in its data directory; a zombie works nowhere."""
    if Path("/proc/self/cwd").exists():
        try:
            return Path(f"/proc/{pid}/cwd").readlink() == data
        except OSError:
            return False
    asked = subprocess.run(["/bin/ps", "-o", "comm=", "-p", str(pid)], capture_output=True, check=False, text=True)  # noqa: S603
    return asked.stdout.strip().endswith("postgres")
