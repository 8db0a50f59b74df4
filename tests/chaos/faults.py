"""Doing it: each kind of fault as a coroutine that begins it, waits, and puts everything back. Called by the driver, once for each line of the schedule."""

import asyncio
import contextlib
import signal
import subprocess
import time
from collections.abc import Collection, Sequence

import psycopg

from tests.chaos.clock import NO_CLOCK
from tests.chaos.database import NO_DISK, Database
from tests.chaos.fleet import Fleet, Slot
from tests.chaos.ledger import Bereaved, Ledger
from tests.chaos.schedule import Planned
from tests.e2e.database_proxy import DatabaseProxy
from tests.processes import Process

STEP = 3600
"""Seconds by which a clock is put forward or back."""

STOP_SECONDS = 30.0
"""How long a process may take to go after SIGTERM on a busy machine."""


class Faults:
    """Knows everything that can be harmed."""

    def __init__(self, fleet: Fleet, database: Database, gateway: DatabaseProxy, ledger: Ledger, spared: Collection[str]) -> None:
        self._fleet = fleet
        self._database = database
        self._gateway = gateway
        self._ledger = ledger
        self._spared = spared

    async def do(self, planned: Planned) -> None:
        """Let one fault happen, from beginning to end."""
        begin = time.time()
        slot = self._fleet.slots.get(planned.target)
        match planned.kind, slot:
            case "kill9", Slot():
                await self._kill(slot, planned.seconds)
            case "stop", Slot():
                await self._stop(slot, planned.seconds)
            case "clock", Slot():
                await self._step_clock(slot, planned.seconds)
            case "deploy", _:
                await self._deploy()
            case "restart_db", _:
                await self._restart(signal.SIGINT)
            case "crash_db", _:
                await self._restart(signal.SIGQUIT)
            case "terminate", _:
                await asyncio.to_thread(self._database.terminate)
            case "hang", _:
                await self._hang(planned.seconds)
            case "deaf", _:
                await self._swallow(planned.seconds)
            case "disk", _:
                await self._fill_disk(planned.seconds)
            case _:
                raise AssertionError(f"nobody knows how to do {planned}")
        self._ledger.note(planned.kind, planned.target, begin)

    # -- processes ---------------------------------------------------------------------------------------------------------------------

    async def _kill(self, slot: Slot, seconds: float) -> None:
        async with slot.busy:
            victim = _living(slot)
            await self._bereave("kill9", victim)
            victim.kill()
            await asyncio.sleep(seconds)
            await slot.start()

    async def _stop(self, slot: Slot, seconds: float) -> None:
        async with slot.busy:
            victim = _living(slot)
            await self._bereave("stop", victim)
            victim.pause()
            try:
                await asyncio.sleep(seconds)
            finally:
                victim.resume()

    async def _deploy(self) -> None:
        """New ones first, then the routes, then SIGTERM for the old ones: as a rolling update with a surge does it."""
        slots = [slot for slot in self._fleet.slots.values() if slot.name not in self._spared]
        async with contextlib.AsyncExitStack() as holding:
            for slot in slots:
                await holding.enter_async_context(slot.busy)
            old = [_living(slot) for slot in slots]
            await asyncio.gather(*(slot.start() for slot in slots))
            begin = time.time()
            for process in old:
                await self._bereave("deploy", process)
                process.terminate()
            statuses = await asyncio.gather(*(self._gone(process) for process in old))
            self._ledger.note("sigterm", "", begin)
        self._ledger.complaints += [f"a process left with status {status} after SIGTERM" for status in statuses if status != 0]

    async def _gone(self, process: Process) -> int:
        try:
            return await asyncio.to_thread(process.wait, STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            return -9

    async def _bereave(self, why: str, victim: Process) -> None:
        """Write down what the victim has in hand."""
        statement = """
            SELECT runs.id, attempt FROM runs JOIN executors ON executors.id = owner
            WHERE runs.status = 'running' AND host LIKE %s AND lease_until > now()
        """
        rows: Sequence[tuple[object, int]] = ()
        with contextlib.suppress(psycopg.OperationalError):
            async with await psycopg.AsyncConnection.connect(self._database.dsn, connect_timeout=2) as connection:
                rows = await (await connection.execute(statement, [f"%:{victim.popen.pid}"])).fetchall()
        now = time.time()
        for run_id, attempt in rows:
            self._ledger.bereaved.setdefault(str(run_id), []).append(Bereaved(why, str(run_id), attempt, now))

    async def _step_clock(self, slot: Slot, seconds: float) -> None:
        if slot.clock is None:
            self._skip(NO_CLOCK)
            return
        slot.clock.step(STEP if round(seconds * 10) % 2 else -STEP)
        await asyncio.sleep(seconds)
        slot.clock.step(0)

    # -- the database ------------------------------------------------------------------------------------------------------------------

    async def _restart(self, how: signal.Signals) -> None:
        self._database.signal(how)
        await asyncio.sleep(0.2)
        await self._until_it_answers()

    async def _hang(self, seconds: float) -> None:
        self._gateway.go_silent()
        await asyncio.sleep(seconds)
        self._gateway.speak()

    async def _swallow(self, seconds: float) -> None:
        self._gateway.swallows_notifications = True
        await asyncio.sleep(seconds)
        self._gateway.swallows_notifications = False

    async def _fill_disk(self, seconds: float) -> None:
        if self._database.disk is None:
            self._skip(NO_DISK)
            return
        await asyncio.to_thread(self._database.fill)
        await asyncio.sleep(seconds)
        self._database.empty()
        await self._until_it_answers()

    async def _until_it_answers(self) -> None:
        while True:
            with contextlib.suppress(psycopg.OperationalError):
                async with await psycopg.AsyncConnection.connect(self._database.dsn, connect_timeout=2) as connection:
                    await connection.execute("SELECT 1")
                    return
            await asyncio.sleep(0.1)

    def _skip(self, reason: str) -> None:
        if reason not in self._ledger.skipped:
            self._ledger.skipped.append(reason)


def _living(slot: Slot) -> Process:
    assert slot.current is not None
    return slot.current
