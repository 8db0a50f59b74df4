"""Ending a database connection that somebody waits on, and so a bound on how long a database may be silent.

Called by units of work, the writer, the readiness check and the listener.

A server that keeps its connection and says nothing (a frozen machine, a firewall that forgot) would be waited for as long as TCP believes in it. Cancelling
the waiting task is no way out: psycopg then asks the silent server to cancel, and waits for that. Closing the connection under the waiting task is worse: the
event loop would go on watching a file that is closed, and uvloop ends the whole process for it (tried). Hanging up is the way: the socket ends, and the
waiting statement fails like any other on a lost connection.
"""

import asyncio
import os
import socket
from collections.abc import Generator
from contextlib import contextmanager, suppress

import psycopg
import structlog

_log = structlog.get_logger(__name__)


@contextmanager
def hang_up_after(seconds: float, connection: psycopg.AsyncConnection) -> Generator[None, None, None]:
    """End the connection if the block is not through in time; whatever waits for it then gets `psycopg.OperationalError`."""
    timer = asyncio.get_running_loop().call_later(seconds, _give_up, seconds, connection)
    try:
        yield
    finally:
        timer.cancel()


def _give_up(seconds: float, connection: psycopg.AsyncConnection) -> None:
    _log.warning("The database did not answer in time; its connection is ended", seconds=seconds)
    hang_up(connection)


def hang_up(connection: psycopg.AsyncConnection) -> None:
    """End the connection's socket: whoever waits on it gets `psycopg.OperationalError`. Does nothing if it has ended already."""
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)
