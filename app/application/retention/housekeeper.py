"""The one who tidies up while others serve: compacts the logs of finished runs, removes threads that nobody uses, tends the log's partitions.

    every minute    take the duty; if another process has it, do nothing
    a step          one short transaction, which keeps the duty: some runs, or some threads; then a pause
    a pass          steps until nothing is left, then the partitions

One process at a time has the duty, by a lease on the database's clock; if it dies another has it a minute later and goes on where the last commit was.
Every step can be repeated. `bootstrap` makes one a process and owns the task that runs `run`; `chatbot retention --now` runs one pass.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn, Protocol
from uuid import UUID

from app.application.ports import Transactions
from app.application.retention.compact_logs import compact_logs
from app.application.retention.policy import Gentleness, RetentionPolicy
from app.domain.chat.errors import Unavailable

DUTY = "retention"
DUTY_SECONDS = 60.0
"""How long a step may keep the duty: longer than any step takes."""

PASS_EVERY = 60.0
"""Seconds between two looks for something to do."""

_log = logging.getLogger(__name__)


class TendPartitions(Protocol):
    """Makes partitions of the log ahead of time and drops those that nothing is left of; does nothing if the log is not partitioned.

    Raises `Unavailable`, also when a lock cannot be had soon: it is tried again with the next pass.
    """

    async def __call__(self) -> None:
        """Do both, once. Raises `Unavailable`."""
        ...


@dataclass(slots=True)
class Tally:
    """What has been done since the process began, for metrics. `on_duty` while a pass is under way here."""

    runs_compacted: int = 0
    rows_merged_away: int = 0
    threads_removed: int = 0
    on_duty: bool = False


class DutyElsewhere(Exception):
    """Another process has the duty."""


class Housekeeper:
    """Works as `holder`, by a policy. `tally` may be read at any time."""

    def __init__(
        self,
        transactions: Transactions,
        holder: UUID,
        policy: RetentionPolicy,
        tend_partitions: TendPartitions,
        gentleness: Gentleness | None = None,
    ) -> None:
        self._transactions = transactions
        self._holder = holder
        self._policy = policy
        self._tend_partitions = tend_partitions
        self._gentleness = gentleness or Gentleness()
        self.tally = Tally()

    async def run(self, every: Callable[[], float] = lambda: PASS_EVERY * random.uniform(0.8, 1.2)) -> NoReturn:  # noqa: S311 - spreads processes
        """A pass now and then, for ever. Ends when cancelled."""
        while True:
            await asyncio.sleep(every())
            try:
                await self.one_pass()
            except DutyElsewhere:
                continue
            except Unavailable as error:
                _log.info("Retention was put off", extra={"why": error.message})
            except Exception:  # noqa: BLE001 - what is tidied up today or tomorrow must not end a process that answers
                _log.exception("Retention failed; it is tried again")

    async def one_pass(self) -> Tally:
        """Do everything that is due; what this pass did. Raises `DutyElsewhere`, `Unavailable`."""
        before = self.tally
        done = self.tally = Tally(before.runs_compacted, before.rows_merged_away, before.threads_removed)
        try:
            more = True
            while more:
                began = time.monotonic()
                more = await self.step()
                await asyncio.sleep(self._gentleness.pause_after(time.monotonic() - began))
            await self._tend_partitions()
        finally:
            await self._let_go()
        runs, rows, threads = (
            done.runs_compacted - before.runs_compacted,
            done.rows_merged_away - before.rows_merged_away,
            done.threads_removed - before.threads_removed,
        )
        if runs or threads:
            _log.info("Retention is through", extra={"runs_compacted": runs, "rows_merged_away": rows, "threads_removed": threads})
        return Tally(runs, rows, threads)

    async def step(self) -> bool:
        """One transaction; False if there is nothing left to do."""
        policy, gentleness, tally = self._policy, self._gentleness, self.tally
        async with self._transactions.begin() as work:
            if not await work.retention.take_duty(DUTY, self._holder, DUTY_SECONDS):
                raise DutyElsewhere
            tally.on_duty = True
            runs = rows = 0
            removed: list[UUID] = []
            if policy.compact_after is not None:
                runs, rows = await compact_logs(work, policy.compact_after, gentleness)
            if not runs and not rows and policy.keep_threads is not None:
                unused = await work.retention.unused_threads(policy.keep_threads, gentleness.threads)
                removed = [thread_id for thread_id in unused if await work.threads.delete(thread_id)]
            await work.commit()
        tally.runs_compacted += runs
        tally.rows_merged_away += rows
        tally.threads_removed += len(removed)
        return bool(runs or rows or removed)

    async def _let_go(self) -> None:
        """Whoever wants the duty next need not wait; if the database cannot be told, the duty ends by itself."""
        if not self.tally.on_duty:
            return
        self.tally.on_duty = False
        with contextlib.suppress(Unavailable):
            async with self._transactions.begin() as work:
                await work.retention.release_duty(DUTY, self._holder)
                await work.commit()
