"""A private, fast, forgetful Postgres for a test run.

Promises a new cluster that no other process uses, without any sync to disk, and gone with its data after the block, or soon after the
process if that is killed. Called by the test suite's fixtures, which make their own databases in it: copying a template takes 14 ms.
"""

import os
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.infrastructure.db.embedded import locks
from app.infrastructure.db.embedded.door import EmbeddedDatabase, enter

_REMOVAL_TIMEOUT = 10.0


@contextmanager
def throwaway(directory: Path) -> Generator[EmbeddedDatabase]:
    """A cluster of its own in `directory`; the address is that of the maintenance database `postgres`."""
    database = enter(directory, "throwaway", lambda _text: None)
    try:
        yield database
    finally:
        database.release()
        _wait_until_gone(database.home)
        _remove_rest(directory, database.home)


def _wait_until_gone(home: Path) -> None:
    deadline = time.monotonic() + _REMOVAL_TIMEOUT
    while locks.is_held(home / locks.KEEPER) and time.monotonic() < deadline:
        time.sleep(0.01)


def _remove_rest(directory: Path, home: Path) -> None:
    """As root the keeper, who became another account, cannot remove the empty folder itself, nor the link to it."""
    with suppress(OSError):
        home.rmdir()
    link = directory / "postgres"
    with suppress(OSError):
        if link.is_symlink() and os.path.realpath(link) == str(home):
            link.unlink()
