"""Locks that the kernel gives back when their holder dies, however it dies: the ground the embedded database stands on.

Three files in the database's folder are locked with `flock`, and nothing else says who is alive: no lists of process ids, nothing stale.

* `users.lock`: every process that uses the database holds it SHARED. The keeper stops Postgres only while it holds it EXCLUSIVELY, so
  nobody can arrive unnoticed while it stops.
* `keeper.lock`: held exclusively by the one keeper. The process that starts a keeper takes it first and hands the descriptor down, so
  that two can never be started.
* `server.lock`: handed down to initdb and Postgres, which inherit it to all their children. While it is held some process may still
  write the data, even if the postmaster itself is dead; a zombie, or a stranger with the same process id, holds nothing.

A lock belongs to the open file and is shared by processes that inherit it: it is freed by the last close, never by unlocking, so that a
forked child cannot give away its parent's lock. Called by the door and by the keeper.
"""

import fcntl
import os
from pathlib import Path

from app.infrastructure.db.embedded.accounts import give_to_owner
from app.infrastructure.db.embedded.errors import ELSE, EmbeddedDatabaseError

USERS = "users.lock"
KEEPER = "keeper.lock"
SERVER = "server.lock"


def open_lock(path: Path) -> int:
    """A descriptor to lock. Closed on exec, unless it is handed down on purpose."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    give_to_owner(descriptor, path.parent)
    return descriptor


def try_shared(descriptor: int) -> bool:
    """Take the lock together with others, if nobody has it alone."""
    return _try(descriptor, fcntl.LOCK_SH)


def try_exclusive(descriptor: int) -> bool:
    """Take the lock alone, if nobody has it."""
    return _try(descriptor, fcntl.LOCK_EX)


def unlock(descriptor: int) -> None:
    """Give back a lock that was never shared with another process."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)


def is_held(path: Path) -> bool:
    """Does any process hold the lock, in whatever way? A missing file is not held."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not try_exclusive(descriptor)
    finally:
        os.close(descriptor)


def is_at(descriptor: int, path: Path) -> bool:
    """Is this descriptor still the file at `path`? Not after somebody removed the folder."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False


def prove(path: Path) -> None:
    """Raise unless locks of the file at `path`, which the caller holds, keep others out.

    Network file systems imitate flock with locks that belong to a process: a second descriptor of the same process would get it too, and a
    child would not inherit it.
    """
    if not is_held(path):
        raise EmbeddedDatabaseError(_no_locks(path))


def _try(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _no_locks(path: Path) -> str:
    return f"The file system of {path.parent} has no local file locks (a network drive?): choose a DATA_DIR on a local disk, {ELSE}."
