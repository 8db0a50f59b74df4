"""A scrape asks the database seldom, together with its neighbours, and does without when there is no answer."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from app.application.ports import UnitOfWork
from app.application.service import ServiceInfo
from app.bootstrap import observability
from app.bootstrap.observability import MetricsPage
from app.infrastructure.observability.metrics import Metrics
from tests.unit.chat.world import World


class Counting:
    """Transactions that count how often they are begun."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.asked = 0

    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        raise AssertionError("a scrape only reads")

    def reading(self) -> AbstractAsyncContextManager[UnitOfWork]:
        self.asked += 1
        return self._world.transactions.reading()

    def at_once(self) -> AbstractAsyncContextManager[UnitOfWork]:
        raise AssertionError("a scrape only reads")

    def snapshot(self) -> AbstractAsyncContextManager[UnitOfWork]:
        raise AssertionError("a scrape asks one question")


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def asked(world: World) -> Counting:
    return Counting(world)


@pytest.fixture
def page(asked: Counting) -> Callable[[], asyncio.Future[bytes]]:
    shown = MetricsPage(Metrics(ServiceInfo("1", "p", "m")), asked)
    return lambda: asyncio.ensure_future(shown.render())


async def test_many_scrapes_at_once_and_one_after_another_ask_once(
    world: World, asked: Counting, page: Callable[[], asyncio.Future[bytes]]
) -> None:
    await world.queued()
    pages = await asyncio.gather(*(page() for _ in range(20)))
    pages.append(await page())
    assert asked.asked == 1
    assert all(b'chatbot_queue_runs{state="claimable"} 1.0' in text for text in pages)
    assert b"chatbot_database_up 1.0" in pages[0]


async def test_what_is_old_is_asked_for_again(
    world: World, asked: Counting, page: Callable[[], asyncio.Future[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observability, "BACKLOG_AGE", -1.0)
    await page()
    await world.queued()
    assert b'chatbot_queue_runs{state="claimable"} 1.0' in await page()
    assert asked.asked == 2


async def test_without_the_database_the_page_says_so_and_shows_the_rest(world: World, page: Callable[[], asyncio.Future[bytes]]) -> None:
    world.transactions.away = True
    text = await page()
    assert b"chatbot_database_up 0.0" in text
    assert b"chatbot_queue_runs{" not in text
    assert b"chatbot_log_rows_total 0.0" in text


async def test_a_database_that_does_not_answer_holds_up_no_scrape(
    world: World, page: Callable[[], asyncio.Future[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observability, "BACKLOG_PATIENCE", 0.01)
    world.transactions.gate.clear()
    async with asyncio.timeout(10):
        assert b"chatbot_database_up 0.0" in await page()
