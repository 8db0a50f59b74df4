"""Which account Postgres runs under, and how this process acts as it. Postgres refuses to run as root.

Promises that nothing is added to the machine: an ordinary user runs Postgres itself, root lends it to an account that exists. Everything
here works with the rights to change user and group alone (CAP_SETUID and CAP_SETGID), as in a container that dropped all others. Called by
`place`, which needs to know what the account can reach, and by the keeper, which becomes the account for good.
"""

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
        done = subprocess.run(  # noqa: S603 - our own fixed commands
            command, user=account.uid, group=account.gid, extra_groups=[], cwd="/", env={}, capture_output=True, check=False
        )
    except PermissionError as error:
        if error.filename is None:
            raise EmbeddedDatabaseError(_NO_RIGHT) from error
        return False
    return done.returncode == 0


@contextmanager
def acting_as(account: Account | None) -> Generator[None]:
    """Touch files as the account does. For the single-threaded keeper: the user belongs to the whole process."""
    if account is None:
        yield
        return
    own_group = os.getegid()
    try:
        os.setegid(account.gid)
        os.seteuid(account.uid)
    except PermissionError as error:
        raise EmbeddedDatabaseError(_NO_RIGHT) from error
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(own_group)


def give_to_owner(descriptor: int, folder: Path) -> None:
    """Root at work in another user's folder must not leave files there which that user cannot open."""
    if os.geteuid() == 0:
        owner = folder.stat()
        with suppress(PermissionError):
            os.fchown(descriptor, owner.st_uid, owner.st_gid)


def become(account: Account) -> None:
    """Be the account from now on, without a way back."""
    try:
        os.setgroups([])
        os.setgid(account.gid)
        os.setuid(account.uid)
    except PermissionError as error:
        raise EmbeddedDatabaseError(_NO_RIGHT) from error
