"""`RetentionRepository`, compaction and the housekeeper: after compaction every reader gets exactly what it would have got before."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from app.application.chat.transcripts import read_transcript
from app.application.retention.housekeeper import DUTY, DutyElsewhere, Housekeeper
from app.application.retention.policy import Gentleness, RetentionPolicy
from app.domain.chat.compaction import ROW_CHARACTERS, Row, cut, merges
from app.domain.chat.ending import Ending
from app.domain.chat.entities import Claim
from app.domain.chat.events import EventType, Restarted, Sources, StoredEvent, Token, payload
from app.domain.chat.repositories.retention import Due
from app.infrastructure.feed import run_feed
from app.infrastructure.feed.run_feed import HubRunFeed
from tests.contracts.conversation import SOURCE, claimed_run, new_run, new_thread, read_events
from tests.contracts.storage import PostgresStorage, Storage

AN_HOUR = 3_600.0
A_DAY = 86_400.0
QUICK = Gentleness(pause=0)


async def nothing() -> None:
    """No partitions to tend."""


def housekeeper(
    storage: Storage, compact_after: float | None = AN_HOUR, keep_threads: float | None = None, gentleness: Gentleness = QUICK
) -> Housekeeper:
    return Housekeeper(storage.transactions, uuid7(), RetentionPolicy(compact_after, keep_threads), nothing, gentleness)


async def finished_run(storage: Storage, *events: Token | Sources | Restarted) -> Claim:
    """A run whose log has a row for each event: every other process's writer commits by itself."""
    claim = await claimed_run(storage.transactions)
    for number, event in enumerate(events):
        await storage.log.open(claim, number)
        await storage.log.append(claim, event)
        await storage.log.abandon(claim)
    await storage.log.open(claim, len(events))
    await storage.log.close(claim, Ending.done("?"))
    return claim


def said(events: Sequence[StoredEvent]) -> list[tuple[str, str]]:
    """What a reader makes of events: the text between those that are no tokens, and those."""
    told: list[tuple[str, str]] = []
    for event in events:
        if event.type is not EventType.TOKEN:
            told.append((event.type, event.data))
        elif told and told[-1][0] == "token":
            told[-1] = ("token", told[-1][1] + json.loads(event.data)["text"])
        else:
            told.append(("token", json.loads(event.data)["text"]))
    return told


async def followed(storage: Storage, run_id: UUID, after: int) -> list[StoredEvent]:
    """What a reader gets who comes back after a number, through the feed."""
    return [event async for batch in HubRunFeed(storage.transactions, storage.hub, lambda: 5.0).follow(run_id, after) for event in batch]


# -- the pure part -----------------------------------------------------------------------------------------------------------------------

EVENTS = st.lists(st.one_of(st.text(min_size=1, max_size=6), st.sampled_from(["sources", "restarted"]), st.just("x" * 9_000)), max_size=30)


def _stored(parts: list[str]) -> list[StoredEvent]:
    run_id = uuid4()
    made = {"sources": Sources((SOURCE,)), "restarted": Restarted(2, "takeover", 3)}
    events = [made.get(part, Token(part)) for part in parts]
    return [StoredEvent(run_id, seq, event.type, payload(event)) for seq, event in enumerate(events, start=1)]


def _apply(rows: Sequence[Row], window: int) -> list[Row]:
    """Merge stretch by stretch, as storage would."""
    result: list[Row] = []
    for start in range(0, len(rows), window):
        stretch = rows[start : start + window]
        found = merges(stretch)
        gone = {seq for merge in found for seq in merge.gone}
        new = {merge.row.event.seq: merge.row for merge in found}
        result += [new.get(row.event.seq, row) for row in stretch if row.event.seq not in gone]
    return result


@given(EVENTS, st.integers(1, 12))
def test_after_any_number_a_merged_log_says_what_the_log_said(parts: list[str], window: int) -> None:
    events = _stored(parts)
    merged = _apply([Row(event) for event in events], window)
    assert [row.first for row in merged] == [1, *(row.event.seq + 1 for row in merged[:-1])][: len(merged)]
    for after in range(len(events) + 1):
        rest = [row for row in merged if row.event.seq > after]
        seen = [cut(row, after) for row in rest]
        assert said(seen) == said(events[after:])
        assert [event.seq for event in seen if event.type is not EventType.TOKEN] == [
            event.seq for event in events[after:] if event.type is not EventType.TOKEN
        ]
        assert not seen or seen[-1].seq == events[-1].seq


@given(EVENTS)
def test_merging_what_was_merged_changes_nothing_and_rows_stay_bounded(parts: list[str]) -> None:
    merged = _apply([Row(event) for event in _stored(parts)], 100)
    assert merges([row for row in merged if row.pieces]) == []
    assert all(len(row.event.data) <= ROW_CHARACTERS + 20 for row in merged if row.pieces)


# -- on storage --------------------------------------------------------------------------------------------------------------------------


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=EVENTS, rows=st.integers(1, 9))
async def test_a_reader_with_any_cursor_gets_the_same_before_and_after(storage: Storage, parts: list[str], rows: int) -> None:
    made = {"sources": Sources((SOURCE,)), "restarted": Restarted(2, "takeover", 3)}
    claim = await finished_run(storage, *(made.get(part, Token(part)) for part in parts))
    before = await read_events(storage.transactions, claim.run_id)
    async with storage.transactions.begin() as work:
        transcript = await read_transcript(work, claim.run_id)
    await storage.let_pass(AN_HOUR + 1)
    await housekeeper(storage, gentleness=Gentleness(rows=max(rows, 4), pause=0)).one_pass()
    for after in range(len(before)):
        assert said(await read_events(storage.transactions, claim.run_id, after)) == said(before[after:])
        assert said(await followed(storage, claim.run_id, after)) == said(before[after:])
    async with storage.transactions.begin() as work:
        assert await read_transcript(work, claim.run_id) == transcript
        assert await work.run_events.last_seqs([claim.run_id]) == {claim.run_id: len(before)}


async def test_only_runs_that_ended_long_enough_ago_are_compacted_and_each_once(storage: Storage) -> None:
    old = await finished_run(storage, *map(Token, "abcdef"))
    await storage.let_pass(AN_HOUR + 1)
    young = await finished_run(storage, *map(Token, "abcdef"))
    running = await claimed_run(storage.transactions)
    for seq, text in enumerate("abc"):
        await storage.log.open(running, seq)
        await storage.log.append(running, Token(text))
        await storage.log.abandon(running)
    keeper = housekeeper(storage)
    done = await keeper.one_pass()
    assert (done.runs_compacted, done.rows_merged_away) == (1, 5)
    assert [len(await read_events(storage.transactions, claim.run_id)) for claim in (old, young, running)] == [3, 8, 3]
    assert (await keeper.one_pass()).runs_compacted == 0
    assert keeper.tally.runs_compacted == 1
    assert not keeper.tally.on_duty


async def test_readers_in_the_middle_of_a_log_go_on_exactly_while_it_is_compacted(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_feed, "READ_AT_ONCE", 16)
    claim = await finished_run(storage, *(Token(f"{number} ") for number in range(60)))
    before = await read_events(storage.transactions, claim.run_id)
    feed = HubRunFeed(storage.transactions, storage.hub, lambda: 5.0)
    readers = [feed.follow(claim.run_id, after) for after in (0, 1, 15, 16, 17, 40)]
    seen = [list(await anext(reader)) for reader in readers]
    await storage.let_pass(AN_HOUR + 1)
    assert (await housekeeper(storage).one_pass()).rows_merged_away == 59
    seen[0] += await anext(readers[0])  # it stands at the end and is not through: what it was given is still remembered
    for after in (30, 58, 59):  # what one reader was given whole, the next one gets cut
        assert said(await followed(storage, claim.run_id, after)) == said(before[after:])
    for number, reader in enumerate(readers):
        async for batch in reader:
            seen[number] += batch
    late = [await followed(storage, claim.run_id, after) for after in (0, 5, 30)]
    assert [said(events) for events in seen] == [said(before[after:]) for after in (0, 1, 15, 16, 17, 40)]
    assert [said(events) for events in late] == [said(before[after:]) for after in (0, 5, 30)]


async def test_a_long_log_is_compacted_over_several_steps_that_may_be_interrupted(storage: Storage) -> None:
    claim = await finished_run(storage, *(Token(str(number)) for number in range(60)))
    before = await read_events(storage.transactions, claim.run_id)
    await storage.let_pass(AN_HOUR + 1)
    keeper = housekeeper(storage, gentleness=Gentleness(rows=25, pause=0))
    assert await keeper.step()
    half = await read_events(storage.transactions, claim.run_id)
    assert len(half) == 62 - 24
    assert said(half) == said(before)
    async with storage.transactions.begin() as work:
        assert (await work.retention.due(AN_HOUR, None)).runs == 1, "it is not done with"
    another = housekeeper(storage)
    with pytest.raises(DutyElsewhere):
        await another.one_pass()
    await storage.let_pass(61)
    await another.one_pass()
    rows = await read_events(storage.transactions, claim.run_id)
    assert len(rows) == 4
    assert said(rows) == said(before)


async def test_a_duty_has_one_holder_until_it_lets_go_or_its_time_is_over(storage: Storage) -> None:
    one, other = uuid7(), uuid7()

    async def take(holder: UUID) -> bool:
        async with storage.transactions.begin() as work:
            taken = await work.retention.take_duty(DUTY, holder, 60)
            await work.commit()
        return taken

    assert [await take(one), await take(other), await take(one)] == [True, False, True]
    async with storage.transactions.begin() as work:
        await work.retention.release_duty(DUTY, other)  # not hers
        await work.commit()
    assert not await take(other)
    async with storage.transactions.begin() as work:
        await work.retention.release_duty(DUTY, one)
        await work.commit()
    assert await take(other)
    await storage.let_pass(61)
    assert await take(one)


async def test_of_many_who_want_the_duty_at_once_one_gets_it(storage: Storage) -> None:
    async def take() -> bool:
        async with storage.transactions.begin() as work:
            taken = await work.retention.take_duty(DUTY, uuid7(), 60)
            await work.commit()
        return taken

    assert sorted(await asyncio.gather(*(take() for _ in range(4)))) == [False, False, False, True]


# -- threads -----------------------------------------------------------------------------------------------------------------------------


async def test_threads_that_nobody_uses_go_with_everything_in_them_and_others_stay(storage: Storage) -> None:
    old = await finished_run(storage, Token("a"), Token("b"))
    busy = await new_thread(storage.transactions)
    waiting = await new_run(storage.transactions, busy.thread_id)  # queued for days: somebody may still want its answer
    await storage.let_pass(3 * A_DAY)
    young = await finished_run(storage, Token("a"))
    keeper = housekeeper(storage, None, 2 * A_DAY)
    async with storage.transactions.begin() as work:
        assert await work.retention.due(None, 2 * A_DAY) == Due(0, 0, 1)
        assert await work.retention.due(AN_HOUR, None) == Due(1, 2, 0)
    assert (await keeper.one_pass()).threads_removed == 1
    async with storage.transactions.begin() as work:
        assert await work.threads.get(old.thread_id) is None
        assert await work.runs.get(old.run_id) is None
        assert not await work.run_events.read(old.run_id, 0, 10)
        assert await work.threads.get(young.thread_id)
        assert await work.runs.get(waiting.run_id)


async def test_a_thread_that_is_used_again_stays(storage: Storage) -> None:
    claim = await finished_run(storage, Token("a"))
    await storage.let_pass(3 * A_DAY)
    async with storage.transactions.begin() as work:
        await work.threads.touch(claim.thread_id, "again")
        await work.commit()
    assert (await housekeeper(storage, None, 2 * A_DAY).one_pass()).threads_removed == 0


async def test_a_policy_of_never_does_nothing(storage: Storage) -> None:
    await finished_run(storage, Token("a"), Token("b"))
    await storage.let_pass(1_000 * A_DAY)
    done = await housekeeper(storage, None, None).one_pass()
    assert (done.runs_compacted, done.threads_removed) == (0, 0)


async def test_the_housekeeper_survives_what_goes_wrong_and_goes_on(storage: Storage) -> None:
    tended: list[datetime] = []
    twice = asyncio.Event()

    async def tend() -> None:
        tended.append(datetime.now(UTC))
        if len(tended) == 1:
            raise RuntimeError("the first time it breaks")
        twice.set()

    keeper = Housekeeper(storage.transactions, uuid7(), RetentionPolicy(AN_HOUR, None), tend, QUICK)
    task = asyncio.ensure_future(keeper.run(lambda: 0.01))
    async with asyncio.timeout(10):
        await twice.wait()
    task.cancel()
    assert len(tended) >= 2


async def test_who_posts_and_who_tidies_up_wait_for_each_other(postgres: PostgresStorage) -> None:
    """Otherwise a question that was just accepted would go with its old conversation."""
    first, second = await finished_run(postgres, Token("a")), await finished_run(postgres, Token("b"))
    await postgres.let_pass(3 * A_DAY)
    async with postgres.transactions.begin() as posting:
        assert await posting.threads.touch(first.thread_id, "again")
        async with postgres.transactions.begin() as tidying:
            assert await tidying.retention.unused_threads(A_DAY, 10) == [second.thread_id], "one that is being posted into is passed by"
            async with postgres.transactions.begin() as late:
                touching = asyncio.ensure_future(late.threads.touch(second.thread_id, "too late"))
                await asyncio.sleep(0.1)
                assert not touching.done()
                await tidying.threads.delete(second.thread_id)
                await tidying.commit()
                assert await touching is None
        await posting.commit()
    assert (await housekeeper(postgres, None, A_DAY).one_pass()).threads_removed == 0
