"""`Transactions` and `UnitOfWork`: what is seen when, and what is left."""

from typing import Any

import pytest
from sqlalchemy import event

from app.domain.chat.entities import Assistant
from app.domain.chat.errors import Unavailable
from tests.contracts.conversation import new_executor, new_run, new_thread
from tests.contracts.storage import PostgresStorage, Storage


async def test_leaving_without_commit_leaves_nothing(storage: Storage) -> None:
    thread = await new_thread(storage.transactions)
    async with storage.transactions.begin() as work:
        await work.threads.rename(thread.thread_id, "new")
        await work.users.add("Nobody")
        assert (await work.threads.get(thread.thread_id)).title == "new"  # pyright: ignore[reportOptionalMemberAccess]
    async with storage.transactions.begin() as work:
        assert await work.threads.get(thread.thread_id) == thread
        assert await work.users.get(thread.user_id + 1) is None


async def test_leaving_with_an_error_leaves_nothing(storage: Storage) -> None:
    thread = await new_thread(storage.transactions)

    async def fail_halfway() -> None:
        async with storage.transactions.begin() as work:
            await work.threads.delete(thread.thread_id)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_halfway()
    async with storage.transactions.begin() as work:
        assert await work.threads.get(thread.thread_id) == thread


async def test_a_storage_rule_that_breaks_takes_its_transaction_along(storage: Storage) -> None:
    thread = await new_thread(storage.transactions)
    await new_run(storage.transactions, thread.thread_id, new_executor())
    with pytest.raises(storage.refusal):
        await new_run(storage.transactions, thread.thread_id, new_executor(), content="second")
    async with storage.transactions.begin() as work:
        assert len(await work.messages.page(thread.thread_id, 10, None)) == 1


async def test_what_is_not_committed_is_seen_inside_only(storage: Storage) -> None:
    async with storage.transactions.begin() as work, storage.transactions.begin() as other:
        user = await work.users.add("Ada")
        assert await other.users.get(user.user_id) is None
        await work.commit()
        assert await other.users.get(user.user_id) == user


async def test_reading_sees_what_is_committed_at_each_question(storage: Storage) -> None:
    thread = await new_thread(storage.transactions)
    async with storage.transactions.reading() as work:
        assert await work.messages.latest(thread.thread_id) is None
        run = await new_run(storage.transactions, thread.thread_id)
        assert await work.runs.get(run.run_id) == run


async def test_a_snapshot_sees_one_moment(storage: Storage) -> None:
    thread = await new_thread(storage.transactions)
    async with storage.transactions.snapshot() as moment:
        assert await moment.threads.get(thread.thread_id) == thread
        run = await new_run(storage.transactions, thread.thread_id)
        async with storage.transactions.begin() as work:
            await work.threads.add(run.run_id, thread.user_id, Assistant.CVS, "later")
            await work.commit()
        assert await moment.runs.get(run.run_id) is None
        assert await moment.messages.latest(thread.thread_id) is None
        assert await moment.threads.page(thread.user_id, 10, None, None) == [thread]
    async with storage.transactions.snapshot() as moment:
        assert await moment.runs.get(run.run_id) is not None


async def test_after_a_commit_a_unit_of_work_may_go_on(storage: Storage) -> None:
    async with storage.transactions.begin() as work:
        first = await work.users.add("kept")
        await work.commit()
        second = await work.users.add("lost")
    async with storage.transactions.begin() as work:
        assert await work.users.get(first.user_id) == first
        assert await work.users.get(second.user_id) is None


async def test_connections_that_die_as_soon_as_they_are_made_are_an_absence(postgres: PostgresStorage) -> None:
    """A server that goes down may do that to several in a row. It must not look like a fault of ours: that would end the process."""

    def die(connection: Any, _record: object) -> None:
        connection.driver_connection.pgconn.finish()

    event.listen(postgres.engine.sync_engine, "connect", die)
    with pytest.raises(Unavailable) as away:
        async with postgres.transactions.reading():
            pass
    assert away.value.code == "database_unavailable"
    event.remove(postgres.engine.sync_engine, "connect", die)
    await new_thread(postgres.transactions)
