"""Delete the embedded database, after a question: `make reset-data`, or `make reset-data YES=1` where nobody can answer.

Only what the embedded database made is removed, in DATA_DIR; as root it may live elsewhere, behind a link. Never touches DATABASE_URL.
"""

import os
import shutil
import sys

from app.infrastructure.db.embedded import locks
from app.settings import SettingsError, load_settings


def main() -> None:
    try:
        link = load_settings().data_dir.absolute() / "postgres"
    except SettingsError as error:
        sys.exit(str(error))
    if not link.exists():
        sys.exit(f"Nothing to do: there is no embedded database in {link.parent}.")
    home = link.resolve()
    if locks.is_held(home / locks.USERS):
        sys.exit(f"The database in {home} is in use: stop the server, the workers and the shells first.")
    sys.stdout.write(f"This deletes the embedded database in {home}: all users, threads and messages, for good.\n")
    if not _agreed():
        sys.exit("Nothing was deleted.")
    shutil.rmtree(home)
    if link.is_symlink():
        link.unlink()
    sys.stdout.write("Deleted. The next start makes an empty one.\n")


def _agreed() -> bool:
    if os.environ.get("YES") == "1":  # noqa: TID251 - an answer, not a setting
        return True
    try:
        return input("Type yes to go on: ").strip() == "yes"
    except (EOFError, KeyboardInterrupt):
        return False


if __name__ == "__main__":
    main()
