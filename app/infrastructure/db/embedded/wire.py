"""The few bytes of the Postgres protocol needed to ask "do you answer?" and to send one statement.

Promises an answer without any driver: psycopg alone takes longer to import than the whole attachment to a running database may. Called by
the door, before it hands out the address, and by the keeper, to create the database. Trust authentication only.
"""

import socket
import struct
from pathlib import Path
from typing import BinaryIO

PORT = 5432
SOCKET_NAME = f".s.PGSQL.{PORT}"

_PROTOCOL_3 = 196608
_NOT_YET = {"57P03", "3D000"}  # starting up, recovering or shutting down; no such database


class ServerRefused(Exception):
    """Postgres answered with an error."""

    def __init__(self, sqlstate: str, message: str) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate


def ask(socket_folder: Path, user: str, database: str, statement: str | None = None, *, timeout: float = 10.0) -> int:
    """Connect, run the statement if there is one, hang up; the number of rows it gave.

    Raises `ServerRefused`, or `OSError` if nobody answers.
    """
    rows = 0
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout)
        connection.connect(str(socket_folder / SOCKET_NAME))
        with connection.makefile("rb") as answers:
            connection.sendall(_startup(user, database))
            _until_ready(answers)
            if statement is not None:
                connection.sendall(_message(b"Q", statement.encode() + b"\0"))
                rows = _until_ready(answers)
        connection.sendall(_message(b"X", b""))
    return rows


def answers(socket_folder: Path, user: str, database: str) -> bool:
    """Is the server up and the database there? A server that is merely full of connections counts."""
    try:
        ask(socket_folder, user, database)
    except ServerRefused as refused:
        return refused.sqlstate not in _NOT_YET
    except OSError:
        return False
    return True


def _startup(user: str, database: str) -> bytes:
    fields = "".join(f"{part}\0" for part in ("user", user, "database", database)) + "\0"
    return _message(b"", struct.pack("!i", _PROTOCOL_3) + fields.encode())


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


def _until_ready(stream: BinaryIO) -> int:
    """Read up to "ready for query", counting rows; an error on the way is raised then, or when the server hangs up with it."""
    rows = 0
    refused: ServerRefused | None = None
    while header := stream.read(5):
        kind, length = struct.unpack("!ci", header)
        body = stream.read(length - 4)
        if kind == b"E":
            refused = _refusal(body)
        if kind == b"R" and body != b"\0\0\0\0":
            raise ServerRefused("28000", "the server asks for a password")
        rows += kind == b"D"
        if kind == b"Z" and refused is None:
            return rows
        if kind == b"Z":
            break
    raise refused or ConnectionError("the server hung up")


def _refusal(body: bytes) -> ServerRefused:
    fields = {field[:1]: field[1:].decode(errors="replace") for field in body.split(b"\0") if field}
    return ServerRefused(fields.get(b"C", ""), fields.get(b"M", ""))
