"""A small world for use cases: memory for storage, a model that follows a script, a context that is what the test says.

`World` wires them as `bootstrap` wires the real ones. Nothing here waits for time.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from uuid import UUID

from app.application.chat.run_executor import Limits, RunExecutor
from app.application.ports import Completion, Context, LanguageModel, Prompt, UnitOfWork
from app.application.telemetry import RunWatch
from app.domain.chat.entities import Assistant, Claim, Executor, Message, Run, RunStatus, Source
from app.domain.chat.errors import Unavailable
from app.domain.chat.events import EventType, Sources, Started, StoredEvent, Token
from app.domain.chat.transcript import fold
from app.infrastructure.feed.hub import Hub
from app.infrastructure.feed.run_feed import HubRunFeed
from app.infrastructure.memory.database import MemoryDatabase
from app.infrastructure.memory.event_log import MemoryEventLog
from app.infrastructure.memory.unit_of_work import MemoryTransactions
from tests.contracts.conversation import SOURCE, claim_of, new_executor, new_run, new_thread, read_events, read_message, read_run

END = Completion("stop", None)
PARTIAL = "Ada Example has written Go for nine years and"


class ScriptedModel:
    """A model that follows its script: text is said, a `Completion` ends, an exception is raised, an event is waited for."""

    provider = "scripted"
    model = "scripted-1"

    def __init__(self, *script: str | Completion | Exception | asyncio.Event, continues_exactly: bool = False) -> None:
        self._script = script
        self.continues_exactly = continues_exactly
        self.prompts: list[Prompt] = []
        self.waits = asyncio.Event()
        self.closed = asyncio.Event()

    async def stream(self, prompt: Prompt) -> AsyncGenerator[str | Completion, None]:
        self.prompts.append(prompt)
        try:
            for step in self._script:
                if isinstance(step, Exception):
                    raise step
                if isinstance(step, asyncio.Event):
                    self.waits.set()
                    await step.wait()
                else:
                    yield step
        finally:
            self.closed.set()

    async def close(self) -> None:
        pass


class GivenContext:
    """Finds what it was given, or raises it."""

    def __init__(self, found: Context | Exception) -> None:
        self.found = found

    async def find(self, question: str, history: Sequence[Message], assistant: Assistant) -> Context:
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Breakable:
    """Transactions of a database that can be away, or kept waiting before its commits."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._transactions = MemoryTransactions(database)
        self.away = False
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked = asyncio.Event()

    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._guarded(self._transactions.begin())

    def reading(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._guarded(self._transactions.reading())

    def at_once(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._guarded(self._transactions.at_once())

    def snapshot(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._guarded(self._transactions.snapshot())

    @asynccontextmanager
    async def _guarded(self, beginning: AbstractAsyncContextManager[UnitOfWork]) -> AsyncGenerator[UnitOfWork, None]:
        self.asked.set()
        await self.gate.wait()
        if self.away:
            raise Unavailable("database_unavailable", "Away.")
        async with beginning as work:
            yield work


class World:
    """One process on memory."""

    def __init__(self, sources: tuple[Source, ...] = (SOURCE,)) -> None:
        self.database = MemoryDatabase()
        self.transactions = Breakable(self.database)
        self.hub = Hub()
        self.log = MemoryEventLog(self.database, self.hub.publish)
        self.feed = HubRunFeed(self.transactions, self.hub, lambda: 3600.0)
        self.context = GivenContext(Context(sources=sources))
        self.clock = Clock()
        self.limits = Limits()

    def executor(self, model: LanguageModel, limits: Limits | None = None, watch: RunWatch | None = None) -> RunExecutor:
        return RunExecutor(self.transactions, self.log, self.context, model, limits or self.limits, self.clock, watch=watch)

    async def run(self, owner: Executor | None = None) -> Claim:
        """A claimed run in a thread of its own."""
        thread = await new_thread(self.transactions)
        return claim_of(await new_run(self.transactions, thread.thread_id, owner or new_executor()))

    async def queued(self) -> Run:
        thread = await new_thread(self.transactions)
        return await new_run(self.transactions, thread.thread_id)

    async def begun(self, text: str = PARTIAL, *, sources: tuple[Source, ...] = (SOURCE,)) -> Claim:
        """A run that was taken over after its first executor had said so much, from these sources."""
        claim = await self.run()
        await self.log.open(claim, 0)
        await self.log.append(claim, Started(1, "dead", "dead-1", str(claim.answer_id)))
        if sources:
            await self.log.append(claim, Sources(sources))
        if text:
            await self.log.append(claim, Token(text))
        return await self.take_over(claim)

    async def take_over(self, claim: Claim) -> Claim:
        """The claim of somebody who takes the run from its executor."""
        async with self.transactions.begin() as work:
            claims = await work.runs.claim_orphans(new_executor(), 100, [], judge=True)
            await work.commit()
        return next(new for new in claims if new.run_id == claim.run_id)

    async def ended(self, run_id: UUID) -> Run:
        """The run, once its `done` has been read by a follower."""
        async with asyncio.timeout(10), aclosing(self.feed.follow(run_id, 0)) as batches:
            async for _ in batches:
                pass
        return await read_run(self.transactions, run_id)

    async def restarts(self, claim: Claim) -> list[int]:
        """What each `restarted` kept."""
        return [json.loads(event.data)["keep"] for event in await self.events(claim.run_id) if event.type is EventType.RESTARTED]

    async def events(self, run_id: UUID) -> list[StoredEvent]:
        return list(await read_events(self.transactions, run_id))

    async def kinds(self, run_id: UUID) -> list[str]:
        return [event.type.value for event in await self.events(run_id)]

    async def answer(self, claim: Claim) -> tuple[Run, str]:
        """The finished run and its stored text; checks what must hold for every run, however it ended."""
        run, message = await read_run(self.transactions, claim.run_id), await read_message(self.transactions, claim.answer_id)
        events = await self.events(claim.run_id)
        transcript = fold(events)
        assert message is not None
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert [event.type for event in events].count(EventType.DONE) == 1
        assert (transcript.text, transcript.status) == (message.content, run.status)
        assert (transcript.sources, message.status.value) == (message.sources, run.status.value)
        assert run.status is not RunStatus.RUNNING
        return run, message.content


async def until(fact: Callable[[], bool] | Callable[[], Awaitable[bool]]) -> None:
    """Return when it is so: every other task gets its turns meanwhile."""
    async with asyncio.timeout(10):
        while True:
            so = fact()
            if so if isinstance(so, bool) else await so:
                return
            await asyncio.sleep(0.001)
