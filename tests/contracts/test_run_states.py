"""The life of runs, in any order: claims, takeovers, cancels, writes of the living and of the fenced, endings, and readers that come and go.

Hypothesis plays; whatever it did, at the end every run has one `done`, numbers without gaps, and every reader has seen exactly what is stored.
Two executors play: one of this process (its log publishes to the hub), one of another (readers here learn of it by the sweep).
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import URL

from app.application.chat.cancel_run import CancelRun
from app.application.chat.follow_run import FollowRun
from app.application.ports import EventLog
from app.domain.chat.ending import Ending
from app.domain.chat.entities import Claim, RunStatus
from app.domain.chat.errors import LeaseLost, NothingNew
from app.domain.chat.events import EventType, Restarted, StoredEvent, Token
from app.domain.chat.transcript import fold
from app.infrastructure.feed.run_feed import HubRunFeed
from tests.contracts.conversation import (
    assert_gap_free,
    claim_of,
    new_executor,
    new_run,
    new_thread,
    read_events,
    read_message,
    read_run,
    types,
)
from tests.contracts.storage import MemoryStorage, Storage, postgres_storage

Result = TypeVar("Result")
OpenStorage = Callable[[], AbstractAsyncContextManager[Storage]]

some = st.integers(0, 1000)
"""Which one of several: taken modulo their number."""

words = st.lists(st.text("abc😀\n", max_size=5), min_size=1, max_size=4)


@dataclass
class Speaker:
    """An executor with a claim, perhaps void by now, and the text that it believes in."""

    claim: Claim
    log: EventLog
    text: str = ""


@dataclass
class Reader:
    """Somebody who reads a run, over any number of connections."""

    run_id: UUID
    first: int
    seen: list[StoredEvent] = field(default_factory=list[StoredEvent])
    connection: asyncio.Task[None] | None = None

    @property
    def cursor(self) -> int:
        return self.seen[-1].seq if self.seen else self.first


class RunStates(RuleBasedStateMachine):
    def __init__(self, open_storage: OpenStorage) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._runs: list[UUID] = []
        self._speakers: list[Speaker] = []
        self._readers: list[Reader] = []
        self._executors = (new_executor(), new_executor())
        self._await(self._begin(open_storage))

    def _await(self, doing: Coroutine[Any, Any, Result]) -> Result:
        return self._runner.run(doing)

    async def _begin(self, open_storage: OpenStorage) -> None:
        self._storage = await self._stack.enter_async_context(open_storage())
        self._tasks = await self._stack.enter_async_context(asyncio.TaskGroup())
        self._logs = (self._storage.log, self._storage.elsewhere)
        self._feed = HubRunFeed(self._storage.transactions, self._storage.hub, lambda: 3600.0)
        self._follow_run = FollowRun(self._storage.transactions, self._feed)
        self._thread_id = (await new_thread(self._storage.transactions)).thread_id
        await self._start(0)
        await self._follow(self._runs[0], 0)

    # -- what may happen ---------------------------------------------------------------------------------------------------------------

    @rule()
    def enqueue(self) -> None:
        run = self._await(new_run(self._storage.transactions, self._thread_id))
        self._runs.append(run.run_id)

    @rule(who=st.integers(0, 1))
    def start(self, who: int) -> None:
        """Store a run as claimed, if the thread is idle."""
        self._await(self._start(who))

    async def _start(self, who: int) -> None:
        async with self._storage.transactions.reading() as work:
            if await work.runs.unfinished(self._thread_id):
                return
        run = await new_run(self._storage.transactions, self._thread_id, self._executors[who])
        self._runs.append(run.run_id)
        await self._speak(claim_of(run), who)

    @rule(who=st.integers(0, 1))
    def claim(self, who: int) -> None:
        self._await(self._claim(who))

    async def _claim(self, who: int) -> None:
        async with self._storage.transactions.begin() as work:
            claims = await work.runs.claim_queued(self._executors[who], 10)
            await work.commit()
        for claim in claims:
            await self._speak(claim, who)

    @rule(who=st.integers(0, 1), keep=some)
    def take_over(self, who: int, keep: int) -> None:
        """Nobody here has a lease: each may take from the other."""
        self._await(self._take_over(who, keep))

    async def _take_over(self, who: int, keep: int) -> None:
        async with self._storage.transactions.begin() as work:
            claims = await work.runs.claim_orphans(self._executors[who], 10, [], judge=True)
            await work.commit()
        for claim in claims:
            await self._speak(claim, who, keep)

    async def _speak(self, claim: Claim, who: int, keep: int = 0) -> None:
        so_far = fold(await read_events(self._storage.transactions, claim.run_id))
        speaker = Speaker(claim, self._logs[who], so_far.text[:keep])
        self._speakers.append(speaker)
        await speaker.log.open(claim, so_far.last_seq)
        if so_far.last_seq:
            await speaker.log.append(claim, Restarted(claim.attempt, "executor_lost", len(speaker.text)))

    @rule(words=words, pause=st.booleans())
    def go_on(self, words: list[str], pause: bool) -> None:
        """The one who got a claim last goes on speaking."""
        self._await(self._say(self._speakers[-1], words, pause=pause))

    @rule(which=some, words=words, pause=st.booleans())
    def say(self, which: int, words: list[str], pause: bool) -> None:
        """Anybody who ever had a claim may try."""
        self._await(self._say(self._speakers[which % len(self._speakers)], words, pause=pause))

    async def _say(self, speaker: Speaker, words: list[str], *, pause: bool) -> None:
        with suppress(LeaseLost):
            for word in words:
                await speaker.log.append(speaker.claim, Token(word))
                speaker.text += word
                if pause:
                    await asyncio.sleep(0)

    @rule(which=some)
    def close(self, which: int) -> None:
        speaker = self._speakers[which % len(self._speakers)]
        with suppress(LeaseLost):
            self._await(speaker.log.close(speaker.claim, Ending.done(speaker.text)))

    @rule(which=some)
    def abandon(self, which: int) -> None:
        speaker = self._speakers[which % len(self._speakers)]
        self._await(speaker.log.abandon(speaker.claim))

    @rule(which=some)
    def cancel(self, which: int) -> None:
        self._await(CancelRun(self._storage.transactions).execute(self._runs[which % len(self._runs)]))

    @rule(which=some, after=st.integers(0, 5))
    def follow(self, which: int, after: int) -> None:
        self._await(self._follow(self._runs[which % len(self._runs)], after))

    async def _follow(self, run_id: UUID, after: int) -> None:
        run = await read_run(self._storage.transactions, run_id)
        reader = Reader(run_id, min(after, run.last_seq))
        self._readers.append(reader)
        self._connect(reader)

    @rule(which=some)
    def reconnect(self, which: int) -> None:
        self._await(self._reconnect(self._readers[which % len(self._readers)]))

    async def _reconnect(self, reader: Reader) -> None:
        assert reader.connection is not None
        if not reader.connection.done():
            reader.connection.cancel()
            await asyncio.wait([reader.connection])
            self._connect(reader)

    @rule()
    def sweep(self) -> None:
        self._await(self._feed.sweep_once())

    def _connect(self, reader: Reader) -> None:
        reader.connection = self._tasks.create_task(self._read(reader))

    async def _read(self, reader: Reader) -> None:
        with suppress(NothingNew):
            async with aclosing(await self._follow_run.execute(reader.run_id, reader.cursor)) as batches:
                async for batch in batches:
                    reader.seen += batch

    # -- what must hold ----------------------------------------------------------------------------------------------------------------

    @invariant()
    def at_most_one_run_is_running(self) -> None:
        self._await(self._check_running())

    async def _check_running(self) -> None:
        async with self._storage.transactions.reading() as work:
            unfinished = await work.runs.unfinished(self._thread_id)
        assert [run.status for run in unfinished[1:]].count(RunStatus.RUNNING) == 0

    def teardown(self) -> None:
        try:
            self._await(self._end())
        finally:
            for reader in self._readers:
                if reader.connection is not None:
                    reader.connection.cancel()
            self._await(self._stack.aclose())
            self._runner.close()

    async def _end(self) -> None:
        for run_id in self._runs:
            await CancelRun(self._storage.transactions).execute(run_id)
        await self._let_readers_finish()
        for run_id in self._runs:
            await self._check(run_id)

    async def _let_readers_finish(self) -> None:
        connections = {reader.connection for reader in self._readers if reader.connection}
        async with asyncio.timeout(3):
            while any(not connection.done() for connection in connections):
                await self._feed.sweep_once()
                await asyncio.sleep(0.001)

    async def _check(self, run_id: UUID) -> None:
        events = list(await read_events(self._storage.transactions, run_id))
        run = await read_run(self._storage.transactions, run_id)
        message = await read_message(self._storage.transactions, run.answer_id)
        transcript = fold(events)
        assert_gap_free(events)
        assert types(events).count(EventType.DONE) == 1
        assert types(events)[-1] is EventType.DONE
        assert message is not None
        assert (transcript.text, transcript.status) == (message.content, run.status)
        for reader in self._readers:
            if reader.run_id == run_id:
                assert reader.seen == events[reader.first :]


def play(open_storage: OpenStorage, examples: int) -> None:
    class Opened(RunStates):
        def __init__(self) -> None:
            super().__init__(open_storage)

    # No shrinking: a reader that waits for ever costs seconds an example, and thirty steps can be read as they are.
    rules = settings(
        max_examples=examples,
        stateful_step_count=30,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=[HealthCheck.too_slow],
    )
    run_state_machine_as_test(Opened, settings=rules)


@asynccontextmanager
async def memory_storage() -> AsyncGenerator[Storage, None]:
    yield MemoryStorage()


def test_whatever_happens_to_runs_on_memory() -> None:
    play(memory_storage, 120)


def test_whatever_happens_to_runs_on_postgres(database_url: URL) -> None:
    play(lambda: postgres_storage(database_url), 25)
