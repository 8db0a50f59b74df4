"""`ThreadRepository`."""

import asyncio
from uuid import uuid4

import pytest

from app.domain.chat.entities import Assistant, Thread
from app.domain.chat.repositories.threads import ThreadCursor
from tests.contracts.conversation import answer, claim_of, new_executor, new_run, new_thread
from tests.contracts.storage import Storage


async def touch(storage: Storage, thread: Thread, title: str = "title") -> Thread:
    async with storage.transactions.begin() as work:
        touched = await work.threads.touch(thread.thread_id, title_if_none=title)
        await work.commit()
    assert touched is not None
    return touched


async def page(
    storage: Storage, user_id: int, limit: int = 10, before: ThreadCursor | None = None, query: str | None = None
) -> list[Thread]:
    async with storage.transactions.begin() as work:
        return list(await work.threads.page(user_id, limit, before, query))


async def test_a_thread_is_read_as_it_was_stored(storage: Storage) -> None:
    thread = await new_thread(storage.transactions, title="Ça va?")
    async with storage.transactions.begin() as work:
        assert await work.threads.get(thread.thread_id) == thread
        assert await work.threads.get(uuid4()) is None
    assert (thread.assistant, thread.title, thread.updated_at) == (Assistant.CVS, "Ça va?", thread.created_at)


async def test_a_thread_of_nobody_is_not_stored(storage: Storage) -> None:
    async with storage.transactions.begin() as work:
        assert await work.threads.add(uuid4(), 99, Assistant.RESUME, None) is None


async def test_the_thread_used_last_comes_first(storage: Storage) -> None:
    first = await new_thread(storage.transactions)
    second = await new_thread(storage.transactions, first.user_id)
    await new_thread(storage.transactions)  # somebody else's
    assert await page(storage, first.user_id) == [second, first]
    used = await touch(storage, first)
    assert used.updated_at > second.updated_at
    assert await page(storage, first.user_id) == [used, second]


async def test_pages_follow_each_other_without_gap_or_repeat(storage: Storage) -> None:
    first = await new_thread(storage.transactions)
    threads = [first, *[await new_thread(storage.transactions, first.user_id) for _ in range(6)]]
    seen: list[Thread] = []
    cursor: ThreadCursor | None = None
    while found := await page(storage, first.user_id, limit=3, before=cursor):
        seen += found
        cursor = ThreadCursor(found[-1].updated_at, found[-1].thread_id)
    assert seen == threads[::-1]


async def test_threads_used_at_the_same_moment_have_an_order(storage: Storage) -> None:
    async with storage.transactions.begin() as work:  # Postgres: now() stands still within a transaction
        user = await work.users.add("Ada")
        for _ in range(4):
            await work.threads.add(uuid4(), user.user_id, Assistant.CVS, None)
        await work.commit()
    everything = await page(storage, user.user_id)
    cursor = ThreadCursor(everything[1].updated_at, everything[1].thread_id)
    assert await page(storage, user.user_id, before=cursor) == everything[2:]


@pytest.mark.parametrize(
    ("query", "found"),
    [("GO", True), ("éCOLE", True), ("titl", True), ("%", False), ("_", False), ("100%", False), ("\\", False), ("nothing", False)]
    + [
        ("ecole", True),
        ("ECOLE", True),
        ("e\u0301cole", True),
        ("ècole", True),
        ("gó", True),
        ("l'école?", True),
        ("ruben", True),
        ("RUBÉN", True),
    ]
    + [(sign, False) for sign in ("***=", "(?i)x", "[a", "a{9}", ".", "^", "$", "|", "か")]
    + [("が", True), ("\u0435cole", False), ("e" * 200, False), ("z" * 200, False), ("queue", True), ("\u0301", True), ("\u0302", False)],
)
async def test_search_finds_text_in_titles_and_messages_whatever_the_case_and_the_accents(
    storage: Storage, query: str, found: bool
) -> None:
    thread = await new_thread(storage.transactions, title="My Title")
    other = await new_thread(storage.transactions, thread.user_id, title="other")
    await new_run(storage.transactions, thread.thread_id, content="Who writes Go à l'École? Rube\u0301n が q\u0303ueue")
    assert await page(storage, thread.user_id, query=query) == ([thread] if found else [])
    assert await page(storage, thread.user_id, query="") == [other, thread]


async def test_search_finds_percent_signs_and_answers(storage: Storage) -> None:
    thread = await new_thread(storage.transactions)
    run = await new_run(storage.transactions, thread.thread_id, new_executor())
    await answer(storage.log, claim_of(run), "She is 100% sure_")
    assert await page(storage, thread.user_id, query="100%") == [thread]
    assert await page(storage, thread.user_id, query="SURE_") == [thread]


async def test_renaming_is_not_using(storage: Storage) -> None:
    thread = await new_thread(storage.transactions, title="old")
    async with storage.transactions.begin() as work:
        renamed = await work.threads.rename(thread.thread_id, "new")
        assert await work.threads.rename(uuid4(), "new") is None
        await work.commit()
    assert renamed is not None
    assert (renamed.title, renamed.updated_at) == ("new", thread.updated_at)


async def test_touch_gives_a_title_once(storage: Storage) -> None:
    thread = await new_thread(storage.transactions)
    assert (await touch(storage, thread, "first")).title == "first"
    assert (await touch(storage, thread, "second")).title == "first"
    async with storage.transactions.begin() as work:
        assert await work.threads.touch(uuid4(), "title") is None


async def test_touch_puts_those_who_post_in_a_row(storage: Storage) -> None:
    thread = await new_thread(storage.transactions)
    order: list[str] = []

    async def post(name: str, locked: asyncio.Event, go_on: asyncio.Event) -> None:
        async with storage.transactions.begin() as work:
            await work.threads.touch(thread.thread_id, name)
            order.append(f"{name} in")
            locked.set()
            await go_on.wait()
            order.append(f"{name} out")
            await work.commit()

    locked, go_on = asyncio.Event(), asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(post("first", locked, go_on))
        await locked.wait()
        tasks.create_task(post("second", asyncio.Event(), go_on))
        async with storage.transactions.begin() as work:  # time enough for the second to be at the lock: a round trip
            assert await work.threads.get(thread.thread_id) == thread
        go_on.set()
    assert order == ["first in", "first out", "second in", "second out"]


async def test_readers_of_a_thread_hear_that_it_is_gone(storage: Storage) -> None:
    thread = await new_thread(storage.transactions)
    async with storage.listening() as heard:
        async with storage.transactions.begin() as work:
            assert not await work.threads.delete(uuid4())
            assert await work.threads.delete(thread.thread_id)
            await work.commit()
        await heard.until(lambda: bool(heard.added))
    assert heard.added == [thread.thread_id]


async def test_delete_removes_messages_runs_and_events(storage: Storage) -> None:
    thread, other = await new_thread(storage.transactions), await new_thread(storage.transactions)
    run = await new_run(storage.transactions, thread.thread_id, new_executor())
    kept = await new_run(storage.transactions, other.thread_id, new_executor())
    await answer(storage.log, claim_of(run))
    await answer(storage.log, claim_of(kept))
    async with storage.transactions.begin() as work:
        assert await work.threads.delete(thread.thread_id)
        assert not await work.threads.delete(uuid4())
        await work.commit()
    async with storage.transactions.begin() as work:
        assert await work.threads.get(thread.thread_id) is None
        assert await work.runs.get(run.run_id) is None
        assert await work.messages.get(run.message_id) is None
        assert await work.messages.get(run.answer_id) is None
        assert not await work.run_events.read(run.run_id, 0, 10)
        assert await work.run_events.last_seqs([run.run_id, kept.run_id]) == {kept.run_id: 3}
        assert len(await work.messages.page(other.thread_id, 10, None)) == 2
