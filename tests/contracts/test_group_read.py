"""What another process writes is read for all readers of this one at once; whatever becomes of that, they miss nothing."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager

import pytest

from app.domain.chat.ending import Ending
from app.domain.chat.entities import Claim
from app.domain.chat.events import Sources, StoredEvent, Token
from app.infrastructure.feed import group_read, run_feed
from app.infrastructure.feed.group_read import GroupRead
from app.infrastructure.feed.run_feed import HubRunFeed
from tests.contracts.conversation import assert_gap_free, claimed_run, read_events
from tests.contracts.storage import Storage
from tests.contracts.test_feed import NEVER, Gated
from tests.e2e.facts import until


class Elsewhere:
    """Runs that another process answers, and their readers here."""

    def __init__(self, storage: Storage, feed: HubRunFeed, claims: Sequence[Claim]) -> None:
        self._storage = storage
        self._feed = feed
        self.claims = claims
        self.seen: dict[Claim, list[StoredEvent]] = {claim: [] for claim in claims}

    async def read(self, claim: Claim) -> None:
        async with aclosing(self._feed.follow(claim.run_id, 0)) as batches:
            async for batch in batches:
                self.seen[claim] += batch

    async def say(self, words: int) -> None:
        """Every run says so much, and all are committed; nobody here has heard of it."""
        for claim in self.claims:
            for word in range(words):
                await self._storage.elsewhere.append(claim, Token(f"{word} "))
                await self._storage.elsewhere.append(claim, Sources(()))  # keeps tokens from being merged
        await self.committed(2 * words)

    async def committed(self, more: int) -> None:
        before = {claim: len(self.seen[claim]) for claim in self.claims}

        async def enough() -> bool:
            latest = await self.latest()
            return all(latest[claim] >= before[claim] + more for claim in self.claims)

        await until(enough)

    async def latest(self) -> dict[Claim, int]:
        async with self._storage.transactions.reading() as work:
            seqs = await work.run_events.last_seqs([claim.run_id for claim in self.claims])
        return {claim: seqs[claim.run_id] for claim in self.claims}

    async def heard(self) -> None:
        """The notification comes."""
        self._storage.hub.heard([(claim.run_id, seq) for claim, seq in (await self.latest()).items()])

    async def until_all_is_seen(self) -> None:
        latest = await self.latest()
        await until(lambda: all(len(self.seen[claim]) >= latest[claim] for claim in self.claims))


@asynccontextmanager
async def elsewhere(storage: Storage, transactions: Gated, runs: int) -> AsyncGenerator[Elsewhere, None]:
    """Runs that are followed here before anything is said; at the end they are closed, and their readers have seen it all."""
    claims = [await claimed_run(storage.transactions) for _ in range(runs)]
    for claim in claims:
        await storage.elsewhere.open(claim, 0)
    all_runs = Elsewhere(storage, HubRunFeed(transactions, storage.hub, lambda: NEVER), claims)
    reading = [asyncio.ensure_future(all_runs.read(claim)) for claim in claims]
    await until(lambda: transactions.count == runs)  # each has looked once, and found nothing
    await all_runs.say(1)
    await all_runs.heard()
    await all_runs.until_all_is_seen()
    yield all_runs
    for claim in claims:
        await storage.elsewhere.close(claim, Ending.done("?"))
    await all_runs.heard()
    async with asyncio.timeout(10):
        await asyncio.gather(*reading)
    for claim in claims:
        assert_gap_free(all_runs.seen[claim])
        assert all_runs.seen[claim] == list(await read_events(storage.transactions, claim.run_id))


@asynccontextmanager
async def reading_for_all(storage: Storage, transactions: Gated) -> AsyncGenerator[None, None]:
    task = asyncio.ensure_future(GroupRead(transactions, storage.hub).run())
    await asyncio.sleep(0)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_a_notification_about_many_runs_costs_one_look(storage: Storage) -> None:
    readers, for_all = Gated(storage.transactions), Gated(storage.transactions)
    async with reading_for_all(storage, for_all), elsewhere(storage, readers, runs=12) as runs:
        looked, looked_for_all = readers.count, for_all.count
        for _ in range(3):
            await runs.say(4)
            await runs.heard()
            await runs.until_all_is_seen()
        assert (readers.count - looked, for_all.count - looked_for_all) == (0, 3)


async def test_what_is_more_than_one_look_takes_comes_with_the_next(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_read, "EVENTS_AT_ONCE", 4)
    monkeypatch.setattr(group_read, "RUNS_AT_ONCE", 2)
    readers, for_all = Gated(storage.transactions), Gated(storage.transactions)
    async with reading_for_all(storage, for_all), elsewhere(storage, readers, runs=3) as runs:
        looked = readers.count
        await runs.say(9)  # 18 rows of each of three runs
        await runs.heard()
        await runs.until_all_is_seen()
        assert readers.count == looked


@pytest.mark.parametrize("trouble", ["away", "stopped"])
async def test_readers_look_for_themselves_when_nobody_does_it_for_them(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    monkeypatch.setattr(run_feed, "RETRY_AFTER", 0.001)
    readers, for_all = Gated(storage.transactions), Gated(storage.transactions)
    async with reading_for_all(storage, for_all), elsewhere(storage, readers, runs=3) as runs:
        if trouble == "away":
            for_all.failures = 10_000
        else:
            for_all.gate.clear()  # it hangs, and is then cancelled with the readers waiting for it
        looked = readers.count
        await runs.say(3)
        await runs.heard()
        if trouble == "stopped":
            await for_all.asked.wait()
            hanging = next(task for task in asyncio.all_tasks() if "GroupRead.run" in repr(task))
            hanging.cancel()
        await runs.until_all_is_seen()
        assert readers.count >= looked + 3


async def test_a_run_that_comes_home_while_it_is_read_for_all_goes_on_without_a_gap(storage: Storage) -> None:
    readers, for_all = Gated(storage.transactions), Gated(storage.transactions)
    async with reading_for_all(storage, for_all), elsewhere(storage, readers, runs=1) as runs:
        await runs.say(2)
        for_all.gate.clear()
        await runs.heard()
        await for_all.asked.wait()
        for event in await read_events(storage.transactions, runs.claims[0].run_id):  # this process has published them meanwhile
            storage.hub.publish(runs.claims[0].run_id, [event])
        for_all.gate.set()
        await runs.until_all_is_seen()
