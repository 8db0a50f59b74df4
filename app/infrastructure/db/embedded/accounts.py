"""Which account Postgres runs under, and how this process acts as it. Postgres refuses to run as root.

Promises that nothing is added to the machine: an ordinary user runs Postgres itself, root lends it to an account that exists. Everything
here works with the rights to change user and group alone (CAP_SETUID and CAP_SETGID), as in a container that dropped all others. Called by
`place`, which needs to know what the account can reach, and by the keeper, which becomes the account for good.
"""

import errno
import os
import pwd
import subprocess
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from app.infrastructure.db.embedded.errors import ELSE, EmbeddedDatabaseError

_CANDIDATES = ("postgres", "nobody")
_NO_RIGHT = f"Postgres does not run as root, and this root may not change its user: start as an ordinary user, {ELSE}."


@dataclass(frozen=True, slots=True)
class Account:
    """Whom root lends the database to."""

    uid: int
    gid: int


def account_for(home: Path) -> Account:
    """The account that owns the data, if there is data; else the owner of the folder; else one of the machine's unprivileged accounts.

    The owner comes first because the choice must not change later, when the machine gets a `postgres` account.
    """
    for folder in (home / "data", home):
        if folder.exists() and (owner := folder.stat()).st_uid != 0:
            return Account(owner.st_uid, owner.st_gid)
    return unprivileged()


def unprivileged() -> Account:
    """`postgres`, or `nobody`."""
    for name in _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise EmbeddedDatabaseError(
        f"Postgres does not run as root, and there is no account `postgres` or `nobody` here: start as an ordinary user, {ELSE}."
    )


def succeeds_as(account: Account, command: Sequence[str]) -> bool:
    """Does the command, run as the account, end well? False also if the account cannot reach it."""
    try:
        with _changing_user():
            done = subprocess.run(  # noqa: S603 - our own fixed commands
                command, user=account.uid, group=account.gid, extra_groups=[], cwd="/", env={}, capture_output=True, check=False
            )
    except PermissionError:
        return False
    return done.returncode == 0


def make_folder_for(account: Account, folder: Path) -> None:
    """A folder of root's that the account may work in, too; one that exists is left as it is.

    A `mkdir` that runs in the account's group makes it so in one step, and without the right to change owners.
    """
    with _changing_user():
        made = subprocess.run(  # noqa: S603 - a fixed command
            ["/bin/mkdir", "-m", "770", "--", folder], group=account.gid, extra_groups=[], capture_output=True, check=False, text=True
        )
    if made.returncode != 0 and not folder.exists():
        raise EmbeddedDatabaseError(
            f"Root could not make {folder} ({made.stderr.strip()}): choose a DATA_DIR that other users can reach, {ELSE}."
        )


@contextmanager
def _changing_user() -> Generator[None]:
    """Tell "may not change user or group" (EPERM) from "may not reach the program" (EACCES)."""
    try:
        yield
    except PermissionError as error:
        if error.errno == errno.EPERM:
            raise EmbeddedDatabaseError(_NO_RIGHT) from error
        raise


@contextmanager
def acting_as(account: Account | None) -> Generator[None]:
    """Touch files as the account does. For the single-threaded keeper: the user belongs to the whole process."""
    if account is None:
        yield
        return
    own_group = os.getegid()
    with _changing_user():
        os.setegid(account.gid)
        os.seteuid(account.uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(own_group)


def give_to_owner(descriptor: int, folder: Path) -> None:
    """Root at work in another user's folder must not leave files there which that user cannot open."""
    owner = folder.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        with suppress(PermissionError):
            os.fchown(descriptor, owner.st_uid, owner.st_gid)


def become(account: Account) -> None:
    """Be the account from now on, without a way back."""
    with _changing_user():
        os.setgroups([])
        os.setgid(account.gid)
        os.setuid(account.uid)
