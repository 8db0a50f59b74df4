"""What the door tells the keeper it starts, and what the keeper tells the door: the only words between the two processes.

Promises that both sides speak through one file. The order travels as an argument; reports travel back through a pipe, one JSON line each,
until `ready` or `failed`. A pipe that ends without either means that the keeper was killed.
"""

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from app.infrastructure.db.embedded.accounts import Account
from app.infrastructure.db.embedded.programs import Programs


@dataclass(frozen=True, slots=True)
class Order:
    """Keep the cluster in `home`. `keeper_lock` and `reports` are inherited descriptors."""

    home: str
    flavour: str
    account: Account | None
    programs: tuple[Programs, ...]
    keeper_lock: int
    reports: int

    def to_argument(self) -> str:
        """One argument of a command line: the fields as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_argument(cls, text: str) -> "Order":
        """The inverse of `to_argument`."""
        fields: dict[str, Any] = json.loads(text)
        account = Account(**fields["account"]) if fields["account"] else None
        return replace(cls(**fields), account=account, programs=tuple(Programs(**each) for each in fields["programs"]))


class Reports:
    """The keeper's end of the pipe. Whoever listened may be gone: then nobody needs to know."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def progress(self, text: str) -> None:
        """Something that takes a while has begun: a sentence for people."""
        self._send("progress", text)

    def ready(self) -> None:
        """The server takes connections. The last report: the pipe is closed."""
        self._send("ready", "")
        self._close()

    def failed(self, sentence: str) -> None:
        """It will not, for a reason in one sentence. The last report: the pipe is closed."""
        self._send("failed", sentence)
        self._close()

    def _send(self, kind: str, text: str) -> None:
        if self._descriptor is not None:
            with suppress(BrokenPipeError):
                os.write(self._descriptor, json.dumps([kind, text]).encode() + b"\n")

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def parse_report(line: bytes) -> tuple[str, str]:
    """A line from the pipe as (kind, text)."""
    kind, text = json.loads(line)
    return str(kind), str(text)


def package_root() -> Path:
    """What must be on the path of an interpreter that is to run the keeper."""
    return Path(__file__).resolve().parents[4]
