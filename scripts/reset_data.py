"""Delete the embedded database, after a question: `make reset-data`, or `make reset-data YES=1` where nobody can answer.

Only what the embedded database made is removed, in DATA_DIR; as root it may live elsewhere, behind a link. Never touches DATABASE_URL.
"""

import os
import shutil
import sys
import time
from pathlib import Path

from app.infrastructure.db.embedded import locks
from app.settings import SettingsError, load_settings

PATIENCE = 10.0
"""Seconds to wait for a server that stops already: it lives on for a moment after its last user."""


def main() -> None:
    """Ask, then delete. Ends with a sentence and status 1 if a setting is wrong or somebody still uses the database."""
    try:
        link = load_settings().data_dir.absolute() / "postgres"
    except SettingsError as error:
        sys.exit(str(error))
    if not link.exists():
        sys.stdout.write(f"Nothing to do: there is no embedded database in {link.parent}.\n")
        return
    home = link.resolve()
    sys.stdout.write(f"This deletes the embedded database in {home}: all users, threads and messages, for good.\n")
    if not _agreed():
        sys.stdout.write("Nothing was deleted.\n")
        return
    if not _has_come_to_rest(home):
        sys.exit(f"The database in {home} is in use: stop the server, the workers and the shells first. Nothing was deleted.")
    shutil.rmtree(home)
    if link.is_symlink():
        link.unlink()
    sys.stdout.write("Deleted. The next start makes an empty one.\n")


def _agreed() -> bool:
    if os.environ.get("YES") == "1":  # noqa: TID251 - an answer, not a setting
        return True
    try:
        return input("Type yes to go on: ").strip() == "yes"
    except EOFError:
        sys.exit("\nNobody answers here: YES=1 says yes beforehand. Nothing was deleted.")
    except KeyboardInterrupt:
        return False


def _has_come_to_rest(home: Path) -> bool:
    """Whether nobody uses the database, and its server has stopped."""
    deadline = time.monotonic() + PATIENCE
    while any(locks.is_held(home / name) for name in (locks.USERS, locks.KEEPER, locks.SERVER)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


if __name__ == "__main__":
    main()
