"""`server.json`: how to reach the server that runs in a home, for processes that did not start it.

Promises whole records only (written aside, then renamed). A record is a hint: whoever reads it asks the server before believing it.
Written by the keeper, read by the door.
"""

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

_NAME = "server.json"


@dataclass(frozen=True, slots=True)
class Record:
    """Where the socket is, and the folder of the Postgres programs in use."""

    socket_folder: str
    programs: str


def read_record(home: Path) -> Record | None:
    """The record, or None if there is none to be read."""
    try:
        return Record(**json.loads((home / _NAME).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def write_record(home: Path, record: Record) -> None:
    """Publish the record. Readable for root, who owns the folder, even where root has no power over the account's files."""
    fresh = home / f"{_NAME}.new"
    fresh.write_text(json.dumps(asdict(record)))
    fresh.chmod(0o644)
    os.replace(fresh, home / _NAME)  # noqa: PTH105 - says "atomically" more plainly


def remove_record(home: Path) -> None:
    """The server has stopped."""
    with suppress(FileNotFoundError):
        (home / _NAME).unlink()
