"""`LogConnection`: what a cursor of psycopg would do, at the price of libpq. Errors, sizes and losses are Postgres' own."""

import asyncio
from uuid import UUID

import psycopg
import pytest
from psycopg.pq import ConnStatus

from app.domain.chat.entities import Claim
from app.domain.chat.events import EventType, StoredEvent
from app.infrastructure.db.engine import PREPARED
from app.infrastructure.db.hang_up import hang_up
from app.infrastructure.db.log_connection import LogConnection
from app.infrastructure.repositories.log_statements import Written
from tests.contracts.conversation import claimed_run, fence, read_events
from tests.contracts.storage import PostgresStorage
from tests.contracts.waiting import run_held, until_waiting


def words(claim: Claim, seq: int, text: str) -> Written:
    return Written(claim, (StoredEvent(claim.run_id, seq, EventType.TOKEN, f'{{"text":"{text}"}}'),))


async def stored(storage: PostgresStorage, run_id: UUID) -> list[str]:
    return [event.data for event in await read_events(storage.transactions, run_id)]


@pytest.mark.parametrize("prepared", [True, False])
async def test_it_says_which_runs_may_still_be_written(postgres: PostgresStorage, prepared: bool) -> None:
    sound, other, void = [await claimed_run(postgres.transactions) for _ in range(3)]
    await fence(postgres.transactions, void.run_id)
    url = postgres.url if prepared else postgres.url.update_query_dict({PREPARED: "off"})
    async with await LogConnection.open(url) as connection:
        assert await connection.append([words(sound, 1, "a"), words(other, 1, "b")], "me") == {sound.run_id, other.run_id}
        assert await connection.append([words(void, 1, "c"), words(sound, 2, "d")], "me") == {sound.run_id}
        assert await connection.append([words(void, 1, "c")], "me") == set()
        known = await (await connection.execute("SELECT count(*) FROM pg_prepared_statements WHERE name = 'append_to_log'")).fetchone()
    assert known == (1 if prepared else 0,)
    assert await stored(postgres, sound.run_id) == ['{"text":"a"}', '{"text":"d"}']
    assert await stored(postgres, void.run_id) == []


async def test_more_than_a_socket_takes_at_once_arrives_whole(postgres: PostgresStorage) -> None:
    claim = await claimed_run(postgres.transactions)
    large = "x" * 8_000_000
    async with await LogConnection.open(postgres.url) as connection:
        await connection.append([words(claim, 1, large)], "me")
        await connection.append([words(claim, 2, "small")], "me")
    assert await stored(postgres, claim.run_id) == [f'{{"text":"{large}"}}', '{"text":"small"}']


async def test_a_refusal_is_psycopg_s_own_and_the_connection_goes_on(postgres: PostgresStorage) -> None:
    claim = await claimed_run(postgres.transactions)
    async with await LogConnection.open(postgres.url) as connection:
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            await connection.append([Written(claim, (StoredEvent(claim.run_id, 1, EventType.TOKEN, "no json"),))], "me")
        assert await connection.append([words(claim, 1, "a")], "me") == {claim.run_id}
        assert await (await connection.execute("SELECT 1")).fetchone() == (1,)


async def test_a_lost_connection_leaves_nothing_watched_by_its_number(postgres: PostgresStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    """libpq closes a lost socket itself, and its number may be another's by the time anybody looks: so nobody watches it when libpq reads."""
    claim, loop = await claimed_run(postgres.transactions), asyncio.get_running_loop()
    connection = await LogConnection.open(postgres.url)
    number, closed_while_watched = connection.fileno(), list[int]()
    remove = loop.remove_reader

    def forgotten(line: int) -> bool:
        if line == number and connection.pgconn.status == ConnStatus.BAD:
            closed_while_watched.append(line)
        return remove(line)

    async with run_held(postgres, claim) as other:
        monkeypatch.setattr(loop, "remove_reader", forgotten)
        appending = asyncio.ensure_future(connection.append([words(claim, 1, "a")], "me"))
        await until_waiting(postgres)
        await other.execute("SELECT pg_terminate_backend(%s)", [connection.info.backend_pid])
        with pytest.raises(psycopg.OperationalError):
            await appending
    assert not closed_while_watched
    await connection.close()


@pytest.mark.parametrize("ended_by", ["us", "the server"])
async def test_a_connection_that_ends_under_the_statement_says_so(postgres: PostgresStorage, ended_by: str) -> None:
    claim = await claimed_run(postgres.transactions)
    connection = await LogConnection.open(postgres.url)
    async with run_held(postgres, claim) as other:
        appending = asyncio.ensure_future(connection.append([words(claim, 1, "a")], "me"))
        await until_waiting(postgres)
        if ended_by == "us":
            hang_up(connection)
        else:
            await other.execute("SELECT pg_terminate_backend(%s)", [connection.info.backend_pid])
        with pytest.raises(psycopg.OperationalError):
            await appending
    assert connection.closed
    await connection.close()
