"""Leases, claims and takeovers in any order, against a model that knows the rules: who gets which run at which attempt, on memory and Postgres alike.

Hypothesis plays three executors that renew, release, fall silent, claim, take over, close and cancel while time passes. The model is a page of plain
Python; storage must agree with it claim by claim.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import URL

from app.application.chat.cancel_run import CancelRun
from app.domain.chat.entities import Claim, Executor, RunStatus
from tests.contracts.conversation import answer, new_executor, new_run, new_thread, read_run
from tests.contracts.storage import Storage, postgres_storage
from tests.contracts.test_run_states import memory_storage

Result = TypeVar("Result")
OpenStorage = Callable[[], AbstractAsyncContextManager[Storage]]

LEASE = 30.0
OWN_AFTER = 5.0
"""Seconds after which an executor takes back a run that it owns and does not hold."""

who = st.integers(0, 2)
some = st.integers(0, 1000)
passing = st.sampled_from((8.0, 17.0, 35.0))
"""Real time passes on Postgres too: no sum of these is just short of what anything waits for."""


@dataclass
class Expected:
    """What the model knows about a run."""

    run_id: UUID
    thread: int
    status: str = "queued"
    attempt: int = 0
    owner: int | None = None
    started: float = 0.0
    claims: list[tuple[int, Claim]] = field(default_factory=list[tuple[int, Claim]])


class LeaseStates(RuleBasedStateMachine):
    def __init__(self, open_storage: OpenStorage) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._now = 0.0
        self._until: dict[int, float] = {}
        self._runs: list[Expected] = []
        self._executors: Sequence[Executor] = [new_executor() for _ in range(3)]
        self._await(self._begin(open_storage))
        for thread in range(len(self._threads)):  # two executors with something in hand, one run that waits: most steps mean something
            self.enqueue(thread)
        for who in (0, 1):
            self.renew(who)
            self.claim(who, 1)

    def _await(self, doing: Coroutine[Any, Any, Result]) -> Result:
        return self._runner.run(doing)

    async def _begin(self, open_storage: OpenStorage) -> None:
        self._storage = await self._stack.enter_async_context(open_storage())
        self._threads = [(await new_thread(self._storage.transactions)).thread_id for _ in range(3)]

    # -- what may happen ---------------------------------------------------------------------------------------------------------------

    @rule(thread=st.integers(0, 2))
    def enqueue(self, thread: int) -> None:
        run = self._await(new_run(self._storage.transactions, self._threads[thread]))
        self._runs.append(Expected(run.run_id, thread))

    @rule(seconds=passing)
    def let_pass(self, seconds: float) -> None:
        self._await(self._storage.let_pass(seconds))
        self._now += seconds

    @rule(who=who)
    def renew(self, who: int) -> None:
        self._await(self._renew(self._executors[who].executor_id))
        self._until[who] = self._now + LEASE

    async def _renew(self, executor_id: UUID) -> None:
        async with self._storage.transactions.begin() as work:
            await work.leases.renew(executor_id, LEASE, "host")
            await work.commit()

    @rule(who=who)
    def release(self, who: int) -> None:
        self._await(self._release(self._executors[who].executor_id))
        self._until.pop(who, None)

    async def _release(self, executor_id: UUID) -> None:
        async with self._storage.transactions.begin() as work:
            await work.leases.release(executor_id)
            await work.commit()

    @rule(who=who, limit=st.sampled_from((0, 1, 2, 3, 3)))
    def claim(self, who: int, limit: int) -> None:
        expected = [run for run in self._runs if run.status == "queued" and not self._older_unfinished(run)][:limit]
        self._check_claims(who, expected, self._await(self._claim(who, limit)))

    async def _claim(self, who: int, limit: int) -> Sequence[Claim]:
        async with self._storage.transactions.begin() as work:
            claims = await work.runs.claim_queued(self._executors[who], limit)
            await work.commit()
        return claims

    @rule(who=who, limit=st.sampled_from((0, 1, 2, 3, 3)), judge=st.booleans(), holds=st.booleans())
    def take_over(self, who: int, limit: int, judge: bool, holds: bool) -> None:
        """`holds`: the executor still knows of the runs that it owns."""
        held = [run.run_id for run in self._runs if run.owner == who and run.status == "running"] if holds else []
        expected = [run for run in self._runs if run.run_id not in held and self._orphaned(run, who, judge=judge)][:limit]
        self._check_claims(who, expected, self._await(self._take_over(who, limit, held, judge=judge)))

    async def _take_over(self, who: int, limit: int, held: Sequence[UUID], *, judge: bool) -> Sequence[Claim]:
        async with self._storage.transactions.begin() as work:
            claims = await work.runs.claim_orphans(self._executors[who], limit, held, judge=judge)
            await work.commit()
        return claims

    @rule(which=some)
    def close(self, which: int) -> None:
        """The executor that got a run last writes its answer."""
        running = [run for run in self._runs if run.status == "running"]
        if running:
            run = running[which % len(running)]
            self._await(answer(self._storage.log, run.claims[-1][1]))
            run.status, run.owner = "done", None

    @rule(which=some)
    def cancel(self, which: int) -> None:
        if self._runs:
            run = self._runs[which % len(self._runs)]
            self._await(CancelRun(self._storage.transactions).execute(run.run_id))
            if run.status in ("queued", "running"):
                run.status, run.attempt, run.owner = "cancelled", run.attempt + 1, None

    # -- what must hold ----------------------------------------------------------------------------------------------------------------

    def _older_unfinished(self, run: Expected) -> bool:
        older = self._runs[: self._runs.index(run)]
        return any(other.thread == run.thread and other.status in ("queued", "running") for other in older)

    def _orphaned(self, run: Expected, who: int, *, judge: bool) -> bool:
        if run.status != "running" or run.owner is None:
            return False
        if run.owner == who:
            return self._now - run.started > OWN_AFTER
        return run.owner not in self._until or (judge and self._until[run.owner] <= self._now)

    def _check_claims(self, who: int, expected: Sequence[Expected], claims: Sequence[Claim]) -> None:
        assert [(claim.run_id, claim.attempt) for claim in claims] == [(run.run_id, run.attempt + 1) for run in expected]
        for run, claim in zip(expected, claims, strict=True):
            run.status, run.attempt, run.owner, run.started = "running", claim.attempt, who, self._now
            run.claims.append((who, claim))

    @invariant()
    def every_executor_learns_what_it_still_owns(self) -> None:
        self._await(self._check_owned())

    async def _check_owned(self) -> None:
        ever = [(who, claim) for run in self._runs for who, claim in run.claims]
        current = {(run.owner, run.claims[-1][1]) for run in self._runs if run.status == "running"}
        for number, executor in enumerate(self._executors):
            held = [claim for who, claim in ever if who == number]
            async with self._storage.transactions.reading() as work:
                for claim in held:
                    owned = await work.runs.still_owned(executor.executor_id, [claim])
                    assert owned == ({claim.run_id} if (number, claim) in current else set())

    @invariant()
    def storage_and_model_agree_on_every_run(self) -> None:
        for run in self._runs:
            stored = self._await(read_run(self._storage.transactions, run.run_id))
            assert (stored.status, stored.attempt) == (RunStatus(run.status), run.attempt)

    def teardown(self) -> None:
        self._await(self._end())
        self._runner.close()

    async def _end(self) -> None:
        """The next play finds an empty queue."""
        async with self._storage.transactions.begin() as work:
            for thread_id in self._threads:
                await work.threads.delete(thread_id)
            await work.commit()
        await self._stack.aclose()


def play(open_storage: OpenStorage, examples: int, steps: int) -> None:
    class Opened(LeaseStates):
        def __init__(self) -> None:
            super().__init__(open_storage)

    rules = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=[HealthCheck.too_slow],
    )
    run_state_machine_as_test(Opened, settings=rules)


def test_whoever_claims_gets_what_the_rules_say_on_memory() -> None:
    play(memory_storage, 60, 40)


def test_whoever_claims_gets_what_the_rules_say_on_postgres(database_url: URL) -> None:
    play(lambda: postgres_storage(database_url), 15, 30)
