"""The one LISTEN connection of a process: hears that runs have new events, that work waits, that a run was taken away.

A notification is a nudge, the tables are the truth. What is lost here is found again by the slow polls of the hub and the supervisor; this file
only says how slow they may be: `deaf` is True whenever notifications cannot be relied on. That is while there is no connection, and also while
there is one that swallows them, as a transaction pooler between us and Postgres does without a word; so the listener has itself sent a probe on
another connection and expects to hear it.

One instance a process; `bootstrap` wires its callbacks and owns the task that runs `run`.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn
from uuid import UUID

import psycopg
import structlog
from psycopg import sql

from app.domain.chat.errors import Unavailable
from app.infrastructure.db.hang_up import hang_up
from app.infrastructure.repositories.log_statements import ADDED_CHANNEL, EVENTS_CHANNEL, FENCE_CHANNEL, QUEUE_CHANNEL, read_nudge

Connect = Callable[[], Awaitable[psycopg.AsyncConnection]]
SendProbe = Callable[[str], Awaitable[None]]

PROBE_CHANNEL = "run_probe"

PROBE_EVERY = 5.0
"""Seconds between two probes."""

PROBE_PATIENCE = 2.0
"""Seconds within which a probe must be heard."""

RECONNECT_AFTER = 0.5
"""Seconds between two tries to connect."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Callbacks:
    """What to do with what is heard. All are quick and never raise."""

    events: Callable[[Sequence[tuple[UUID, int]]], None]
    """These runs have events up to these numbers, written by another process or from outside an executor."""

    added: Callable[[UUID], None]
    """A run was added to this thread, or it is gone."""

    queue: Callable[[], None]
    """Work may wait."""

    fence: Callable[[UUID], None]
    """This run was taken from its executor."""

    reconnected: Callable[[], None]
    """Anything may have been missed: look everywhere."""


class Listener:
    """Hears for one process. `name` is the name its own writer signs with; what that writer wrote is not reported."""

    def __init__(self, connect: Connect, send_probe: SendProbe, name: str, callbacks: Callbacks) -> None:
        self._connect = connect
        self._send_probe = send_probe
        self._name = name
        self._callbacks = callbacks
        self._connection: psycopg.AsyncConnection | None = None
        self._connected = asyncio.Event()
        self._probe_heard = asyncio.Event()
        self._probe = ""
        self._reported: bool | None = None
        self.deaf = True

    async def run(self) -> NoReturn:
        """Listen for ever, through every loss of the connection. Ends when cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen_forever(), name="listen")
            tasks.create_task(self._probe_forever(), name="probe notifications")
        raise AssertionError("two endless tasks have ended")

    async def _listen_forever(self) -> NoReturn:
        while True:
            try:
                async with await self._connect() as connection:
                    await self._listen(connection)
            except (psycopg.Error, OSError) as error:
                if self._connection is not None:
                    _log.warning("The notification connection was lost", error=str(error).strip())
            finally:
                self.deaf = True
                self._connection = None
            await asyncio.sleep(RECONNECT_AFTER)

    async def _listen(self, connection: psycopg.AsyncConnection) -> None:
        for channel in (EVENTS_CHANNEL, ADDED_CHANNEL, QUEUE_CHANNEL, FENCE_CHANNEL, PROBE_CHANNEL):
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        self._connection = connection
        self._connected.set()
        self._callbacks.reconnected()
        async for notification in connection.notifies():
            try:
                self._hear(notification.channel, notification.payload)
            except ValueError:  # whoever may connect may notify, and every process hears it
                _log.warning("A notification was not understood", channel=notification.channel)

    def _hear(self, channel: str, payload: str) -> None:
        if channel == EVENTS_CHANNEL:
            if latest := read_nudge(payload, deaf_to=self._name):
                self._callbacks.events(latest)
        elif channel == QUEUE_CHANNEL:
            self._callbacks.queue()
        elif channel == ADDED_CHANNEL:
            self._callbacks.added(UUID(payload))
        elif channel == FENCE_CHANNEL:
            self._callbacks.fence(UUID(payload))
        elif payload == self._probe:
            self._probe_heard.set()

    async def _probe_forever(self) -> NoReturn:
        while True:
            await self._connected.wait()
            heard = await self._probe_once()
            if heard is not self._reported:
                self._report(heard)
            self.deaf = not heard
            if not heard and self._connection is not None:
                hang_up(self._connection)  # it may hang rather than swallow: a new one will tell
            self._connected.clear()
            try:
                async with asyncio.timeout(PROBE_EVERY):
                    await self._connected.wait()
            except TimeoutError:
                if self._connection is not None:
                    self._connected.set()

    async def _probe_once(self) -> bool:
        self._probe = uuid.uuid4().hex
        self._probe_heard.clear()
        try:
            async with asyncio.timeout(PROBE_PATIENCE):
                await self._send_probe(self._probe)
                await self._probe_heard.wait()
        except (TimeoutError, Unavailable):
            return False
        return True

    def _report(self, heard: bool) -> None:  # noqa: FBT001
        self._reported = heard
        if heard:
            _log.info("Notifications arrive")
        else:
            _log.warning("Notifications do not arrive: polling faster. Is a transaction pooler between here and Postgres?")
