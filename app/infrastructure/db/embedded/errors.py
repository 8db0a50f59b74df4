"""The one thing that goes wrong for callers of the embedded database, and how refusals of the operating system become it.

Promises that whatever keeps Postgres from running reaches the caller as `EmbeddedDatabaseError`: one sentence that says what to do, then,
where Postgres itself complained, the end of its log. Raised by every file of this package; the keeper sends its sentence to the process
that started it.
"""

import errno
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

ELSE = "or set DATABASE_URL to a Postgres of your own"


class EmbeddedDatabaseError(Exception):
    """The embedded database cannot run here. The message says what to do."""


@contextmanager
def explained(folder: Path) -> Generator[None]:
    """Turn an `OSError` met while working in `folder` into a sentence."""
    try:
        yield
    except OSError as error:
        raise EmbeddedDatabaseError(_sentence(error, folder)) from error


def _sentence(error: OSError, folder: Path) -> str:
    where = error.filename if isinstance(error.filename, str) else folder
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return disk_full(folder)
        case errno.EROFS:
            return f"{where} is on a read-only file system: choose another DATA_DIR, {ELSE}."
        case errno.EACCES | errno.EPERM:
            return f"This user may not use {where}: correct its owner and rights, choose another DATA_DIR, {ELSE}."
        case errno.ENOTDIR | errno.EEXIST:
            return f"{where} is in the way, a folder is needed there: move it, choose another DATA_DIR, {ELSE}."
        case _:
            return f"The embedded database cannot work in {folder} ({error}): choose another DATA_DIR, {ELSE}."


def disk_full(folder: Path) -> str:
    """The sentence for a disk, or a quota, without room."""
    return f"The disk that holds {folder} is full: make room, choose another DATA_DIR, {ELSE}."
