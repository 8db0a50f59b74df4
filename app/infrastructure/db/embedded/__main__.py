"""psql on the embedded database: `python -m app.infrastructure.db.embedded DATA_DIR [psql arguments]`.

Promises that the database runs as long as psql does: this process becomes psql and takes its hold on the database along. Called by
`make psql`.
"""

import os
import sys
from pathlib import Path

from app.infrastructure.db.embedded import EmbeddedDatabaseError, ensure_running


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def main() -> None:
    """Become psql. Ends with a sentence and status 1 if the database or psql cannot be had."""
    if len(sys.argv) < 2:
        sys.exit("usage: python -m app.infrastructure.db.embedded DATA_DIR [psql arguments]")
    try:
        database = ensure_running(Path(sys.argv[1]), report=_say)
    except EmbeddedDatabaseError as error:
        sys.exit(str(error))
    database.keep_across_exec()
    try:
        os.execvp(database.psql[0], [*database.psql, *sys.argv[2:]])  # noqa: S606 - psql takes our place
    except FileNotFoundError:
        sys.exit("psql is not installed: install the PostgreSQL client.")


if __name__ == "__main__":
    main()
