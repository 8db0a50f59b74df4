"""`RunFeed`: replay, then live; and everything that may come between a reader and its events."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, asynccontextmanager
from uuid import UUID

import pytest

from app.application.ports import Transactions, UnitOfWork
from app.domain.chat.ending import Ending
from app.domain.chat.entities import Claim
from app.domain.chat.errors import Unavailable
from app.domain.chat.events import EventType, Sources, StoredEvent, Token
from app.infrastructure.feed import run_feed
from app.infrastructure.feed.hub import LOOKS_IN_VAIN, REMEMBERED_EVENTS, Tail
from app.infrastructure.feed.run_feed import HubRunFeed
from tests.contracts.conversation import assert_gap_free, claimed_run, fence, new_run, new_thread, read_events
from tests.contracts.storage import Storage

NEVER = 3600.0


class Reader:
    """Reads a run in a task of its own, and remembers what came."""

    def __init__(self, feed: HubRunFeed, run_id: UUID, after: int = 0) -> None:
        self._events = feed.follow(run_id, after)
        self._more = asyncio.Event()
        self.seen: list[StoredEvent] = []
        self.batches = 0

    async def read(self) -> None:
        async with aclosing(self._events) as batches:
            async for batch in batches:
                assert batch
                self.seen += batch
                self.batches += 1
                self._more.set()

    async def until_seen(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(self.seen) < count:
                self._more.clear()
                await self._more.wait()


class Gated:
    """Transactions that may be made to wait, or to fail. `asked` is set whenever somebody asks."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked = asyncio.Event()
        self.count = 0
        self.failures = 0

    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._gated(self._transactions.begin())

    def reading(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._gated(self._transactions.reading())

    def at_once(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._gated(self._transactions.at_once())

    def snapshot(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._gated(self._transactions.snapshot())

    @asynccontextmanager
    async def _gated(self, beginning: AbstractAsyncContextManager[UnitOfWork]) -> AsyncGenerator[UnitOfWork, None]:
        self.count += 1
        self.asked.set()
        async with beginning as work:
            await self.gate.wait()
            if self.failures:
                self.failures -= 1
                raise Unavailable("database_unavailable", "Away.")
            yield work


def feed_of(storage: Storage, transactions: Transactions | None = None, poll: float = NEVER) -> HubRunFeed:
    return HubRunFeed(transactions or storage.transactions, storage.hub, lambda: poll)


async def speaking(storage: Storage, words: int = 0) -> Claim:
    """A run that its executor here has begun to answer."""
    claim = await claimed_run(storage.transactions)
    await storage.log.open(claim, 0)
    await say(storage, claim, words)
    return claim


async def say(storage: Storage, claim: Claim, words: int) -> None:
    """So many rows: sources keep the tokens from being merged."""
    for n in range(words):
        await storage.log.append(claim, Token(f"{n} ") if n % 2 else Sources(()))


async def whole(storage: Storage, run_id: UUID) -> Sequence[StoredEvent]:
    return list(await read_events(storage.transactions, run_id))


# -- replay and live -------------------------------------------------------------------------------------------------------------------


async def test_a_finished_run_is_replayed_and_then_the_reader_ends(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_feed, "READ_AT_ONCE", 256)
    claim = await speaking(storage, 600)  # more than is read from storage in one go
    await storage.log.close(claim, Ending.done("long"))
    reader = Reader(feed_of(storage), claim.run_id)
    await reader.read()
    assert_gap_free(reader.seen)
    assert reader.seen == await whole(storage, claim.run_id)
    assert reader.batches >= 2  # page by page, however long the log is
    assert storage.hub.readers == 0


async def test_a_reader_of_a_running_run_gets_what_comes_as_it_comes(storage: Storage) -> None:
    claim = await speaking(storage)
    reader = Reader(feed_of(storage), claim.run_id)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(reader.read())
        for n in range(5):
            await storage.log.append(claim, Token(str(n)))
            await reader.until_seen(n + 1)
        await storage.log.close(claim, Ending.done("01234"))
    assert reader.seen == await whole(storage, claim.run_id)


async def test_readers_that_come_at_any_time_with_any_cursor_see_what_follows_it(storage: Storage) -> None:
    claim = await speaking(storage)
    readers: list[tuple[int, Reader]] = []
    feed = feed_of(storage)
    async with asyncio.TaskGroup() as tasks:
        for n in range(10):
            for cursor in {0, n // 2, max(0, n - 1)}:
                reader = Reader(feed, claim.run_id, cursor)
                readers.append((cursor, reader))
                tasks.create_task(reader.read())
            await say(storage, claim, 2)
            await readers[0][1].until_seen(2 * n + 1)
        await storage.log.close(claim, Ending.done("?"))
    events = await whole(storage, claim.run_id)
    assert all(reader.seen == events[cursor:] for cursor, reader in readers)


async def test_a_late_reader_with_a_cursor_at_the_end_waits_for_the_rest(storage: Storage) -> None:
    claim = await speaking(storage, 4)
    early, late = Reader(feed_of(storage), claim.run_id), Reader(feed_of(storage), claim.run_id, 4)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(early.read())
        await early.until_seen(4)
        tasks.create_task(late.read())
        await storage.log.close(claim, Ending.done("?"))
    assert [event.type for event in late.seen] == [EventType.FINAL, EventType.DONE]


# -- memory and its limits -------------------------------------------------------------------------------------------------------------


async def test_a_slow_reader_falls_back_on_storage_and_costs_the_others_nothing(storage: Storage) -> None:
    claim = await speaking(storage, 1)
    slow = feed_of(storage).follow(claim.run_id, 0)
    quick = Reader(feed_of(storage), claim.run_id)
    async with asyncio.TaskGroup() as tasks, aclosing(slow):
        seen = list(await anext(slow))
        tasks.create_task(quick.read())
        for _ in range(5):
            await say(storage, claim, REMEMBERED_EVENTS // 2)
            await quick.until_seen(len(await whole(storage, claim.run_id)))
        await storage.log.close(claim, Ending.done("?"))
        await quick.until_seen(3 + 5 * (REMEMBERED_EVENTS // 2))
        async for batch in slow:
            seen += batch
    assert seen == quick.seen == await whole(storage, claim.run_id)


async def test_readers_at_the_same_place_ask_storage_once(storage: Storage) -> None:
    claim = await speaking(storage, 20)
    await storage.log.close(claim, Ending.done("?"))
    transactions = Gated(storage.transactions)
    transactions.gate.clear()
    readers = [Reader(feed_of(storage, transactions), claim.run_id) for _ in range(10)]
    async with asyncio.TaskGroup() as tasks:
        for reader in readers:
            tasks.create_task(reader.read())
        await transactions.asked.wait()
        transactions.gate.set()
    assert all(len(reader.seen) == 22 for reader in readers)
    assert transactions.count == 1


# -- other processes -------------------------------------------------------------------------------------------------------------------


async def test_what_another_process_writes_is_read_once_it_is_heard_of(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_feed, "RETRY_AFTER", 0.1)
    claim, transactions = await claimed_run(storage.transactions), Gated(storage.transactions)
    reader = Reader(feed_of(storage, transactions), claim.run_id)
    await storage.elsewhere.open(claim, 0)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(reader.read())
        await transactions.asked.wait()
        for n in range(3):
            await storage.elsewhere.append(claim, Token(str(n)))
            storage.hub.heard([(claim.run_id, n + 1)])  # before it is there, perhaps: a reader looks until it is
            await reader.until_seen(n + 1)
        await storage.elsewhere.close(claim, Ending.done("012"))
        storage.hub.heard([(claim.run_id, 5)])
    assert reader.seen == await whole(storage, claim.run_id)


async def test_what_is_published_while_a_reader_asks_storage_reaches_it_at_once(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_feed, "RETRY_AFTER", NEVER)
    claim, transactions = await speaking(storage), Gated(storage.transactions)
    found_nothing = asyncio.Event()

    class Late(HubRunFeed):
        async def _stored(self, run_id: UUID, tail: Tail, cursor: int) -> Sequence[StoredEvent] | None:
            events = await super()._stored(run_id, tail, cursor)
            found_nothing.set()
            await transactions.gate.wait()
            return events

    transactions.gate.clear()
    reader = Reader(Late(storage.transactions, storage.hub, lambda: NEVER), claim.run_id)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(reader.read())
        await found_nothing.wait()
        await storage.log.append(claim, Token("a"))
        await storage.log.close(claim, Ending.done("a"))
        transactions.gate.set()
        await reader.until_seen(3)
    assert reader.seen == await whole(storage, claim.run_id)


async def test_a_number_that_no_run_has_is_soon_disbelieved(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_feed, "RETRY_AFTER", 0.001)
    claim, transactions = await speaking(storage), Gated(storage.transactions)
    reader = Reader(feed_of(storage, transactions), claim.run_id)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(reader.read())
        await transactions.asked.wait()
        storage.hub.heard([(claim.run_id, 1_000_000)])
        await asyncio.sleep(0.3)  # time for a hundred looks
        assert 1 < transactions.count <= 2 + LOOKS_IN_VAIN
        await storage.log.close(claim, Ending.done("a"))
    assert reader.seen == await whole(storage, claim.run_id)


async def found_by_sweeps(feed: HubRunFeed, reader: Reader, count: int) -> None:
    while len(reader.seen) < count:
        await feed.sweep_once()
        await asyncio.sleep(0)


async def test_a_lost_notification_is_found_by_the_sweep(storage: Storage) -> None:
    claim = await claimed_run(storage.transactions)
    feed = feed_of(storage)
    reader = Reader(feed, claim.run_id)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(reader.read())
        await storage.elsewhere.open(claim, 0)
        await storage.elsewhere.append(claim, Token("a"))
        await found_by_sweeps(feed, reader, 1)
        await storage.elsewhere.close(claim, Ending.done("a"))
        await found_by_sweeps(feed, reader, 3)
    assert reader.seen == await whole(storage, claim.run_id)


async def test_a_run_that_goes_elsewhere_and_comes_back_goes_on_without_a_gap(storage: Storage) -> None:
    claim = await claimed_run(storage.transactions)
    reader = Reader(feed_of(storage), claim.run_id)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(reader.read())
        for seq, log in enumerate((storage.log, storage.elsewhere, storage.log)):
            await log.open(claim, seq)
            await log.append(claim, Token(str(seq)))  # the last time the hub hears of 3 before anybody has told it of 2
            await log.abandon(claim)
            if seq == 0:
                await reader.until_seen(1)
            new = await fence(storage.transactions, claim.run_id)
            assert new is not None
            claim = new
        await storage.log.open(claim, 3)
        await storage.log.close(claim, Ending.done("012"))
    assert_gap_free(reader.seen)
    assert reader.seen == await whole(storage, claim.run_id)


# -- ends ------------------------------------------------------------------------------------------------------------------------------


async def test_a_removed_run_ends_its_readers(storage: Storage) -> None:
    claim = await speaking(storage, 2)
    feed = feed_of(storage)
    reader = Reader(feed, claim.run_id)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(reader.read())
        await reader.until_seen(2)
        async with storage.transactions.begin() as work:
            await work.threads.delete(claim.thread_id)
            await work.commit()
        await feed.sweep_once()
    assert len(reader.seen) == 2


async def test_drain_ends_readers_between_two_events_and_they_may_come_back(storage: Storage) -> None:
    claim = await speaking(storage, 3)
    reader = Reader(feed_of(storage), claim.run_id)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(reader.read())
        await reader.until_seen(3)
        storage.hub.drain()
    assert_gap_free(reader.seen)
    storage.hub.draining = False
    again = Reader(feed_of(storage), claim.run_id, 3)
    await storage.log.close(claim, Ending.done("?"))
    await again.read()
    assert [*reader.seen, *again.seen] == await whole(storage, claim.run_id)


@pytest.mark.parametrize("end", ["drain", "removal"])
async def test_an_end_that_comes_while_a_reader_asks_storage_ends_it(storage: Storage, end: str) -> None:
    claim = await claimed_run(storage.transactions)
    transactions = Gated(storage.transactions)
    transactions.gate.clear()
    reader = Reader(feed_of(storage, transactions), claim.run_id)
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        tasks.create_task(reader.read())
        await transactions.asked.wait()
        if end == "drain":
            storage.hub.drain()
        else:
            storage.hub.lost(claim.run_id)
        transactions.gate.set()
    assert not reader.seen


async def test_a_reader_waits_while_the_database_is_away(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_feed, "RETRY_AFTER", 0.001)
    claim = await speaking(storage, 2)
    await storage.log.close(claim, Ending.done("?"))
    transactions = Gated(storage.transactions)
    transactions.failures = 3
    reader = Reader(feed_of(storage, transactions), claim.run_id)
    await reader.read()
    await feed_of(storage, transactions).sweep_once()
    assert reader.seen == await whole(storage, claim.run_id)


async def test_a_sweep_without_a_database_does_nothing(storage: Storage) -> None:
    transactions = Gated(storage.transactions)
    transactions.failures = 1
    with storage.hub.tail((await claimed_run(storage.transactions)).run_id) as tail:
        await feed_of(storage, transactions).sweep_once()
        assert not tail.gone
        assert transactions.failures == 0


async def test_nobody_is_asked_when_nobody_reads(storage: Storage) -> None:
    transactions = Gated(storage.transactions)
    await feed_of(storage, transactions).sweep_once()
    assert transactions.count == 0


# -- bells -----------------------------------------------------------------------------------------------------------------------------


async def test_a_bell_rings_for_runs_of_its_thread(storage: Storage) -> None:
    thread = await new_thread(storage.transactions)
    async with storage.listening() as heard, feed_of(storage).runs_of(thread.thread_id) as bell:
        await new_run(storage.transactions, thread.thread_id)
        await heard.until(lambda: bool(heard.added))
        storage.hub.ring(heard.added[0])
        assert await bell.rung(None)


async def test_a_lost_notification_of_a_run_is_found_by_the_sweep(storage: Storage) -> None:
    thread, quiet = [await new_thread(storage.transactions) for _ in range(2)]
    feed, waiting = feed_of(storage), list[asyncio.Future[bool]]()
    async with feed.runs_of(thread.thread_id) as bell, feed.runs_of(quiet.thread_id) as other:
        waiting += [asyncio.ensure_future(one.rung(None)) for one in (bell, other)]
        await asyncio.sleep(0)
        await feed.sweep_once()  # nothing that they have not seen
        await asyncio.sleep(0)
        assert not any(one.done() for one in waiting)
        run = await new_run(storage.transactions, thread.thread_id)  # nobody tells the hub
        await feed.sweep_once()
        assert await waiting[0]
        waiting[1].cancel()
        async with storage.transactions.begin() as work:
            await work.threads.delete(thread.thread_id)
            await work.commit()
        await feed.sweep_once()
        assert await bell.rung(run.run_id)
        ringing = asyncio.ensure_future(other.rung(None))
        await feed.sweep_once()
        await asyncio.sleep(0)
        assert not ringing.done()
        ringing.cancel()


async def test_a_run_that_came_before_anybody_waited_is_found_by_the_sweep(storage: Storage) -> None:
    thread, feed = await new_thread(storage.transactions), feed_of(storage)
    async with feed.runs_of(thread.thread_id) as bell:
        await new_run(storage.transactions, thread.thread_id)  # after the reader looked, before it waited; nobody tells the hub
        waiting = asyncio.ensure_future(bell.rung(None))
        await asyncio.sleep(0)
        await feed.sweep_once()
        assert await waiting


async def test_readers_that_wait_after_different_runs_are_all_let_look(storage: Storage) -> None:
    thread, feed = await new_thread(storage.transactions), feed_of(storage)
    older, newer = [await new_run(storage.transactions, thread.thread_id) for _ in range(2)]
    async with feed.runs_of(thread.thread_id) as late, feed.runs_of(thread.thread_id) as early:
        waiting = [asyncio.ensure_future(late.rung(newer.run_id)), asyncio.ensure_future(early.rung(older.run_id))]
        await asyncio.sleep(0)
        await feed.sweep_once()
        assert await asyncio.gather(*waiting) == [True, True]


async def test_all_watched_threads_are_asked_for_at_once(storage: Storage) -> None:
    transactions = Gated(storage.transactions)
    feed = feed_of(storage, transactions)
    async with AsyncExitStack() as watching:
        for _ in range(20):
            await watching.enter_async_context(feed.runs_of((await new_thread(storage.transactions)).thread_id))
        await feed.sweep_once()
    assert transactions.count == 1


async def test_a_bell_rings_after_a_while_if_asked_to_and_for_the_last_time_at_the_drain(storage: Storage) -> None:
    thread = await new_thread(storage.transactions)
    async with feed_of(storage).runs_of(thread.thread_id) as bell:
        assert await bell.rung(None, within=0.001)
        storage.hub.ring_all()
        assert await bell.rung(None)
        storage.hub.drain()
        assert not await bell.rung(None)
    assert storage.hub.readers == 0
