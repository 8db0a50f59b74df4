"""`postgres.log`: what Postgres and its keeper say, kept to a bounded size.

Promises that the file never grows far beyond `LIMIT`, and that the end of it can be quoted when something fails. One descriptor, opened for
appending by the process that starts the keeper, is standard output and error of the keeper, of initdb and of Postgres: an append goes to
wherever the end is, so the file can be cut while they write.
"""

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from app.infrastructure.db.embedded.accounts import give_to_owner

NAME = "postgres.log"
LIMIT = 4 * 1024 * 1024

_KEPT = 64 * 1024
_QUOTED_LINES = 12


def open_log(home: Path) -> int:
    """The descriptor that the keeper gets as standard output and error."""
    descriptor = os.open(home / NAME, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    give_to_owner(descriptor, home)
    return descriptor


def note(text: str) -> None:
    """Write a line as the keeper, on standard error."""
    line = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC [{os.getpid()}] KEEPER: {text}\n"
    with suppress(OSError):  # a full disk must not end the keeper
        os.write(2, line.encode(errors="replace"))


def length() -> int:
    """How long the log is now: a mark to quote from."""
    return os.fstat(2).st_size


def quote(since: int) -> str:
    """The last lines written after the mark."""
    start = max(since, length() - _KEPT)
    text = os.pread(2, _KEPT, start).decode(errors="replace")
    return "\n".join(text.splitlines()[-_QUOTED_LINES:])


def bound() -> None:
    """Cut a log that has grown too long, keeping its end. A line written in this very moment may be lost."""
    size = length()
    if size > LIMIT:
        kept = os.pread(2, _KEPT, size - _KEPT)
        os.ftruncate(2, 0)
        with suppress(OSError):
            os.write(2, kept[kept.find(b"\n") + 1 :])
