"""Where the server's unix socket goes, for data folders with paths that a socket address cannot hold.

Promises a folder that only the database's user can enter, with a path that the kernel (about 104 bytes), libpq and a URL all take as it
is. That is the database's home if it fits, else a fresh folder under `/tmp`: short everywhere, and not removed at logout as the
session's runtime folder is, while a server may well outlive the login. Its name is random, so nobody can sit on it beforehand; it is
found again through `server.json`. Called by the keeper.
"""

import os
import re
import stat
from contextlib import suppress
from pathlib import Path

from app.infrastructure.db.embedded.wire import SOCKET_NAME

_LIMIT = 100  # sun_path holds 104 bytes on macOS, 108 on Linux, with the closing zero
_PLAIN = re.compile(r"[A-Za-z0-9/._ +@=-]+")  # a comma would part it into two hosts, a colon into host and port
_ELSEWHERE = Path("/tmp")  # noqa: S108 - only ever used with a random name and a checked owner
_PREFIX = "chatbot-sse-api-"


def fits(folder: Path) -> bool:
    """Can a socket in this folder be bound, and be named in a URL?"""
    text = str(folder)
    return len(text) + len(SOCKET_NAME) < _LIMIT and _PLAIN.fullmatch(text) is not None


def socket_folder(home: Path, used_before: Path | None) -> Path:
    """The folder for the socket: the same as before while that exists, because running clients know its path."""
    if fits(home):
        return home
    if used_before is not None and _is_ours(used_before):
        return used_before
    folder = _ELSEWHERE / f"{_PREFIX}{os.urandom(8).hex()}"
    folder.mkdir(mode=0o700)
    return folder


def remove_socket_folder(folder: Path, home: Path) -> None:
    """Leave nothing behind under `/tmp` when the server has stopped."""
    if folder != home:
        with suppress(OSError):
            folder.rmdir()


def _is_ours(folder: Path) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    private = stat.S_ISDIR(found.st_mode) and found.st_mode & 0o777 == 0o700
    return private and found.st_uid == os.geteuid() and folder.parent == _ELSEWHERE and folder.name.startswith(_PREFIX)
