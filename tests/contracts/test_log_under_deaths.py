"""`GroupCommitLog` whose connections die before and after any commit, with runs fenced off meanwhile: what is stored is what was said, once.

Hypothesis chooses who says what, when the writer gets a turn, when a connection dies (before it has sent anything, or after the commit whose answer is then
lost), and which run is taken away. The ways that `test_group_commit.py` shows one by one come here in all orders.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import UUID

import psycopg
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import URL

from app.domain.chat.ending import Ending
from app.domain.chat.entities import Claim
from app.domain.chat.errors import LeaseLost
from app.domain.chat.events import EventType, StoredEvent, Token
from app.infrastructure.db.event_log import GroupCommitLog
from app.infrastructure.repositories.log_statements import Written
from tests.contracts.conversation import assert_gap_free, claimed_run, fence, read_events, read_message, read_run, tokens, types
from tests.contracts.storage import PostgresStorage, postgres_storage
from tests.contracts.test_group_commit import DyingConnection, writing

RUNS = 3

step = st.one_of(
    st.tuples(st.just("say"), st.integers(0, RUNS - 1)),
    st.tuples(st.just("say"), st.integers(0, RUNS - 1)),
    st.tuples(st.just("turn"), st.integers(0, 4)),
    st.tuples(st.just("die before"), st.just(0)),
    st.tuples(st.just("die after"), st.just(0)),
    st.tuples(st.just("fence"), st.integers(0, RUNS - 1)),
)


TAKEN_BEFORE_THE_REPEAT = [("die after", 0), ("say", 0), *[("turn", 4)] * 4, ("fence", 0)]
"""A commit whose answer got lost, and the run is gone before the writer can ask again: what is stored then was never published here. Readers here
learn of it from whoever has the run now, or from the sweep."""


class MortalConnection(DyingConnection):
    """Dies after commits as `DyingConnection` does, and also before anything is sent."""

    early_deaths = 0

    async def append(self, batch: Sequence[Written], writer: str) -> set[UUID]:
        await self._die_early_if_due()
        return await super().append(batch, writer)

    async def execute(self, *args: Any, **kwargs: Any) -> Any:
        await self._die_early_if_due()
        return await super().execute(*args, **kwargs)

    async def _die_early_if_due(self) -> None:
        if MortalConnection.early_deaths:
            MortalConnection.early_deaths -= 1
            await self.close()
            raise psycopg.OperationalError("the connection is lost")


def test_what_is_stored_is_what_was_said_once(database_url: URL) -> None:
    @settings(max_examples=12, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(step, max_size=30))
    @example(TAKEN_BEFORE_THE_REPEAT)
    def played(steps: list[tuple[str, int]]) -> None:
        asyncio.run(_play(database_url, steps))

    played()


async def _play(url: URL, steps: Sequence[tuple[str, int]]) -> None:
    DyingConnection.deaths = MortalConnection.early_deaths = 0
    published: defaultdict[UUID, list[StoredEvent]] = defaultdict(list)
    async with postgres_storage(url) as storage:
        claims = [await claimed_run(storage.transactions) for _ in range(RUNS)]
        said: list[list[str]] = [[] for _ in claims]
        fenced: set[int] = set()
        mortal = partial(MortalConnection.open, url)
        async with writing(mortal, lambda run_id, events: published[run_id].extend(events)) as log:
            for claim in claims:
                await log.open(claim, 0)
            for what, which in steps:
                await _do(what, which, log, storage, claims, said, fenced)
            endings = (log.close(claim, Ending.done("".join(words))) for claim, words in zip(claims, said, strict=True))
            results = await asyncio.gather(*endings, return_exceptions=True)
        for number, (claim, words, result) in enumerate(zip(claims, said, results, strict=True)):
            events = list(await read_events(storage.transactions, claim.run_id))
            assert_gap_free(events)
            told = published[claim.run_id]
            assert told == events if ("die after", 0) not in steps else told == events[: len(told)]
            if number in fenced:
                assert isinstance(result, LeaseLost)
                assert "".join(words).startswith("".join(tokens(events)))
                assert EventType.DONE not in types(events)
            else:
                assert told == events
                assert result is None
                assert "".join(tokens(events)) == "".join(words)
                assert types(events)[-2:] == [EventType.FINAL, EventType.DONE]
                message = await read_message(storage.transactions, claim.answer_id)
                assert message is not None
                assert message.content == "".join(words)
                assert (await read_run(storage.transactions, claim.run_id)).status == "done"


async def _do(
    what: str,
    which: int,
    log: GroupCommitLog,
    storage: PostgresStorage,
    claims: Sequence[Claim],
    said: Sequence[list[str]],
    fenced: set[int],
) -> None:
    match what:
        case "say":
            word = f"{len(said[which])} "
            with suppress(LeaseLost):
                await log.append(claims[which], Token(word))
            said[which].append(word)
        case "turn":
            await asyncio.sleep(which / 1000)
        case "die before":
            MortalConnection.early_deaths += 1
        case "die after":
            DyingConnection.deaths += 1
        case _:
            await fence(storage.transactions, claims[which].run_id)
            fenced.add(which)
