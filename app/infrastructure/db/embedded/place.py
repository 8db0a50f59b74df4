"""Where the database lives: `DATA_DIR/postgres`, called its home from here on.

    DATA_DIR/postgres/
        data/           what Postgres calls its data directory
        *.lock          who is alive (see `locks`)
        server.json     how to reach the running server (see `record`)
        postgres.log    what Postgres and its keeper had to say
        .s.PGSQL.5432   the socket, unless the path is too long for one (see `sockets`)

Promises a folder that nobody but its user can enter, with the rights of no other folder changed. As root, the account that Postgres runs
under must get there too: if it cannot reach DATA_DIR, home is a link to a folder under `/var/lib/chatbot-sse-api`. Root stays the owner
and the account gets in as the group, so that root needs no power over other users' files to open the locks and the socket. Called by
the door.
"""

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.infrastructure.db.embedded.accounts import Account, account_for, make_folder_for, succeeds_as
from app.infrastructure.db.embedded.errors import ELSE, EmbeddedDatabaseError
from app.infrastructure.db.embedded.sockets import fits

SYSTEM_FOLDER = Path("/var/lib/chatbot-sse-api")


@dataclass(frozen=True, slots=True)
class Place:
    """Home, without links in its path, and the account that Postgres runs under there: None if it is this process's own."""

    home: Path
    account: Account | None


def settle(data_dir: Path) -> Place:
    """Find the home in `data_dir`, or make it. Any number of processes may do so at once."""
    data_dir.mkdir(parents=True, exist_ok=True)
    home = data_dir.resolve() / "postgres"
    return _settle_root(home) if os.geteuid() == 0 else _settle_user(home)


def _settle_user(home: Path) -> Place:
    home.mkdir(mode=0o700, exist_ok=True)
    found = home.stat()
    if found.st_uid != os.geteuid():
        raise EmbeddedDatabaseError(
            f"{home} belongs to another user (uid {found.st_uid}): start as that user, choose another DATA_DIR, {ELSE}."
        )
    if found.st_mode & 0o777 != 0o700:
        # A copy or a restored backup may have opened it, and Postgres asks for no password in here.
        home.chmod(0o700)
    return Place(home.resolve(), None)


def _settle_root(home: Path) -> Place:
    account = account_for(home)
    if home.is_symlink():
        _lend(home.readlink(), account)  # the folder behind the link may have been removed
    elif not home.exists():
        _make_root_home(home, account)
    return Place(home.resolve(), account)


def _make_root_home(home: Path, account: Account) -> None:
    if fits(home) and succeeds_as(account, ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(home.parent)]):
        _lend(home, account)
        return
    folder = SYSTEM_FOLDER / hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    _lend(folder, account)
    with suppress(FileExistsError):  # another process made the same link
        home.symlink_to(folder)


def _lend(folder: Path, account: Account) -> None:
    if not folder.exists():
        make_open_folder(folder.parent)
        make_folder_for(account, folder)


def make_open_folder(folder: Path) -> None:
    """A folder that everybody may pass through, whatever the umask. One that exists is left as it is."""
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
