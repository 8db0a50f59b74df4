"""The owner of all runs of a process: claims them, starts them, keeps their lease, takes over from the dead, hands over when told to stop.

    reserve/start  a run stored by this process starts in the slot that was reserved for it
    claim          queued runs, oldest first, whenever a slot is free: nudged, else polled
    renew          one lease for the process, three times a lease time; the same round trip tells which runs were taken away
    take over      running runs whose executor's lease has run out, once this process has held its own long enough to judge
    drain          claim nothing more, let runs finish for a while, then release the lease so that others go on at once

`bootstrap` makes one a process and owns the task that runs `run`. All tasks of runs live in its task group: none outlives it.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn
from uuid import UUID

from app.application.chat.run_executor import RunExecutor
from app.application.ports import MonotonicClock, Reservation, Transactions
from app.domain.chat.entities import Claim, Executor
from app.domain.chat.errors import Unavailable
from app.domain.chat.lease import Lease

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the supervisor does what it does. `poll_seconds` answers how long a lost nudge may go unnoticed now."""

    slots: int
    lease_seconds: float
    poll_seconds: Callable[[], float]


@dataclass(slots=True)
class Counters:
    """What has happened since the process began, for metrics."""

    claimed: int = 0
    taken_over: int = 0
    taken_away: int = 0


class RunSupervisor:
    """Runs at most `pace.slots` runs at once, as `executor`. `host` is written beside the lease, for people."""

    def __init__(
        self,
        executor: Executor,
        run_executor: RunExecutor,
        transactions: Transactions,
        pace: Pace,
        host: str,
        clock: MonotonicClock = time.monotonic,
    ) -> None:
        self._executor = executor
        self._run_executor = run_executor
        self._transactions = transactions
        self._pace = pace
        self._host = host
        self._clock = clock
        self._running: dict[UUID, tuple[Claim, asyncio.Task[None]]] = {}
        self._reserved = 0
        self._lease: Lease | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._keeping: Sequence[asyncio.Task[Any]] = ()
        self._draining = False
        self._closed = False
        self._drained = asyncio.Event()
        self.counters = Counters()

    # -- what others call ------------------------------------------------------------------------------------------------------------

    def reserve(self) -> Reservation | None:
        """See `RunStarter.reserve`."""
        if not self._may_start() or self._free() < 1:
            return None
        self._reserved += 1
        return _Slot(self._executor, self._start, self._release)

    def wake(self) -> None:
        """Work may wait: look now."""
        self._wake.set()

    def fenced(self, run_id: UUID) -> None:
        """The run was ended or taken from outside: stop its model at once."""
        if run_id in self._running:
            self.counters.taken_away += 1
            self._running[run_id][1].cancel()

    @property
    def busy(self) -> int:
        """Slots in use."""
        return len(self._running) + self._reserved

    async def run(self) -> None:
        """Supervise until `drain` has ended, or until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            self._keeping = [
                tasks.create_task(self._keep_lease(), name="keep the lease"),
                tasks.create_task(self._keep_claiming(), name="claim runs"),
            ]
            await self._drained.wait()

    async def drain(self, grace_seconds: float) -> None:
        """Claim nothing more; after at most `grace_seconds` hand over what still runs. Afterwards `run` returns."""
        self._draining = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace_seconds):
                await self._idle.wait()
        self._closed = True
        await self._stop_all([task for _, task in self._running.values()])
        await self._stop_all(self._keeping)  # before the release: a renewal under way would bring the lease back
        await self._release_lease()
        self._drained.set()

    # -- slots -----------------------------------------------------------------------------------------------------------------------

    def _may_start(self) -> bool:
        return not self._draining and self._tasks is not None and self._lease is not None and self._lease.trusted(self._clock())

    def _free(self) -> int:
        return self._pace.slots - self.busy

    def _release(self) -> None:
        self._look_again_if_full()
        self._reserved -= 1

    def _look_again_if_full(self) -> None:
        """A slot is about to get free: whatever came while there was none was left lying. Otherwise nudges bring what comes."""
        if self._free() < 1:
            self._wake.set()

    def _start(self, claim: Claim) -> None:
        assert self._tasks is not None, "runs start only while the supervisor runs"
        if self._closed:  # stored or claimed while the drain ended: without this process's lease it is anybody's
            _log.info("A run came too late to be started here", extra={"run_id": str(claim.run_id)})
            return
        self.counters.claimed += 1
        task = self._tasks.create_task(self._execute(claim), name=f"run {claim.run_id}")
        self._running[claim.run_id] = claim, task
        self._idle.clear()
        task.add_done_callback(lambda _: self._end(claim))  # not in the task: one that is cancelled before its first step runs nothing

    async def _execute(self, claim: Claim) -> None:
        try:
            await self._run_executor.execute(claim)
        except Exception:  # noqa: BLE001 - nothing a run does may end the supervisor
            # The executor turns every failure into an ending; what gets here could not even be written down. The run is an orphan then: the
            # next look finds it, and counts the attempt.
            _log.exception("A run could not be executed", extra={"run_id": str(claim.run_id)})

    def _end(self, claim: Claim) -> None:
        self._look_again_if_full()
        held = self._running.get(claim.run_id)
        if held is not None and held[0] is claim:
            del self._running[claim.run_id]
        if not self._running:
            self._idle.set()

    async def _stop_all(self, tasks: Sequence[asyncio.Task[Any]]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # -- the lease -------------------------------------------------------------------------------------------------------------------

    async def _keep_lease(self) -> NoReturn:
        while True:
            with contextlib.suppress(Unavailable):
                await self._renew()
            await asyncio.sleep(self._pace.lease_seconds / 3)

    async def _renew(self) -> None:
        started_at = self._clock()
        held = [claim for claim, _ in self._running.values()]
        async with self._transactions.begin() as work:
            await work.leases.renew(self._executor.executor_id, self._pace.lease_seconds, self._host)
            owned = await work.runs.still_owned(self._executor.executor_id, held) if held else set[UUID]()
            await work.commit()
        first = self._lease is None
        self._lease = self._lease.renew(started_at) if self._lease else Lease.begin(started_at, self._pace.lease_seconds)
        if first:
            self._wake.set()
        for claim in held:
            if claim.run_id not in owned:
                self._taken_away(claim)

    def _taken_away(self, claim: Claim) -> None:
        running = self._running.get(claim.run_id)
        if running is not None and running[0] is claim:
            _log.info("A run was taken away", extra={"run_id": str(claim.run_id), "attempt": claim.attempt})
            self.fenced(claim.run_id)

    async def _release_lease(self) -> None:
        """Tell the others; if the database cannot be told, the lease runs out by itself."""
        with contextlib.suppress(Unavailable):
            async with self._transactions.begin() as work:
                await work.leases.release(self._executor.executor_id)
                await work.commit()

    # -- claiming --------------------------------------------------------------------------------------------------------------------

    async def _keep_claiming(self) -> NoReturn:
        while True:
            with contextlib.suppress(Unavailable):
                while await self._claim():
                    pass  # there may be more
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pace.poll_seconds()):
                    await self._wake.wait()
            self._wake.clear()

    async def _claim(self) -> bool:
        """Claim what fits into the free slots; True if anything was found.

        A post may reserve a slot while the database is asked: a run more than there are slots does no harm, a post that waits would.
        """
        if self._free() < 1 or not self._may_start():
            return False
        claims = await self._claims(self._free())
        for claim in claims:
            self._start(claim)
        return bool(claims)

    async def _claims(self, limit: int) -> Sequence[Claim]:
        async with self._transactions.begin() as work:
            judge = self._lease is not None and self._lease.may_judge(self._clock())
            orphans = await work.runs.claim_orphans(self._executor, limit, list(self._running), judge=judge)
            queued = await work.runs.claim_queued(self._executor, limit - len(orphans))
            await work.commit()
        if orphans:
            self.counters.taken_over += len(orphans)
            _log.warning("Runs were taken over", extra={"runs": [str(claim.run_id) for claim in orphans]})
        return [*orphans, *queued]


class _Slot:
    """A reserved slot: used once or released, whichever comes first."""

    def __init__(self, executor: Executor, start: Callable[[Claim], None], release: Callable[[], None]) -> None:
        self._executor = executor
        self._start = start
        self._release = release
        self._open = True

    @property
    def executor(self) -> Executor:
        """See `Reservation.executor`."""
        return self._executor

    def start(self, claim: Claim) -> None:
        """See `Reservation.start`."""
        self.release()
        self._start(claim)

    def release(self) -> None:
        """See `Reservation.release`."""
        if self._open:
            self._open = False
            self._release()
