"""The writer's connection: psycopg's, with one statement that goes straight to libpq.

Every token waits for `APPEND`, and with few streams a flush carries only a handful of them, so what a flush costs is what a token costs. A cursor takes
three times the processor time of libpq and one future, and a third more time until the answer is there (`docs/performance.md`). Everything rare stays
with psycopg: connecting, closing runs, payloads that do not fit into the socket at once.

Opened by `bootstrap` for the group-commit writer (`event_log.py`), whose task alone touches it.
"""

import asyncio
import re
from collections.abc import Sequence
from typing import Self
from uuid import UUID

import psycopg
from psycopg import generators, pq
from sqlalchemy import URL

from app.infrastructure.db.engine import conninfo, of_one_s_own
from app.infrastructure.repositories.log_statements import APPEND, Written, append_parameters

_NAME = b"append_to_log"
_PLACEHOLDER = re.compile(rb"%\((\w+)\)s")
_PARAMETERS = tuple(dict.fromkeys(name.decode() for name in _PLACEHOLDER.findall(APPEND)))
_STATEMENT = _PLACEHOLDER.sub(lambda found: b"$%d" % (_PARAMETERS.index(found[1].decode()) + 1), APPEND)
"""`APPEND` with numbers for names, as Postgres itself counts parameters."""


class LogConnection(psycopg.AsyncConnection):
    """A connection in autocommit mode that appends to the log."""

    _knows_append = False

    @classmethod
    async def open(cls, url: URL) -> Self:
        """A connection of one's own. Raises `psycopg.OperationalError`."""
        return await cls.connect(conninfo(url), **of_one_s_own(url))

    async def append(self, batch: Sequence[Written], writer: str) -> set[UUID]:
        """Run `APPEND` in a transaction of its own; answers the runs that may still be written. Raises `psycopg.Error`, as a cursor would, and
        `UnicodeError` for text that has no bytes."""
        parameters = append_parameters(batch, writer)
        values = [parameters[name].encode() for name in _PARAMETERS]
        async with self.lock:
            result = await self._executed(values)
        held = result.get_value(0, 0) or b"{}"
        if held.count(b",") == len(batch) - 1 and len(held) > 2:  # nearly always: nothing to take apart
            return {written.claim.run_id for written in batch}
        return {UUID(hex=run_id.decode()) for run_id in held[1:-1].split(b",") if run_id}

    async def _executed(self, values: Sequence[bytes]) -> pq.abc.PGresult:
        if self.prepare_threshold is None:  # behind a pooler that knows no prepared statements
            self.pgconn.send_query_params(_STATEMENT, values)
            return await self._answer()
        if not self._knows_append:
            self.pgconn.send_prepare(_NAME, _STATEMENT)
            await self._answer()
            self._knows_append = True
        self.pgconn.send_query_prepared(_NAME, values)
        return await self._answer()

    async def _answer(self) -> pq.abc.PGresult:
        if self.pgconn.flush():  # more than the socket takes at once
            results = await self.wait(generators.execute(self.pgconn))
        else:
            results = await self._arrived()
        if results[-1].status not in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
            raise psycopg.errors.error_from_result(results[-1])
        return results[-1]

    async def _arrived(self) -> list[pq.abc.PGresult]:
        """The statement's results. A connection that is lost or hung up meanwhile becomes readable, too, and raises."""
        results: list[pq.abc.PGresult] = []
        while True:
            await self._readable()
            self.pgconn.consume_input()
            while not self.pgconn.is_busy():
                result = self.pgconn.get_result()
                if result is None:
                    return results
                results.append(result)

    async def _readable(self) -> None:
        """Wait for bytes. The loop has forgotten the socket before libpq looks at it: libpq closes one that is lost, and its number may at once be somebody
        else's, whom the loop would not let us take for ours (tried: it ended the process)."""
        loop, line = asyncio.get_running_loop(), self.pgconn.socket
        ready: asyncio.Future[None] = loop.create_future()
        loop.add_reader(line, _wake, ready)
        try:
            await ready
        finally:
            loop.remove_reader(line)


def _wake(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
