"""Fake providers on a loopback port, and one fixture that makes each of the product's adapters talk to them."""

from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from app.application.ports import LanguageModel
from tests.providers import adapters
from tests.providers.running import RunningProviders, running_providers

Make = Callable[..., LanguageModel]


@pytest.fixture(scope="session")
def running() -> Iterator[RunningProviders]:
    with running_providers() as providers:
        yield providers


@pytest.fixture
def providers(running: RunningProviders) -> RunningProviders:
    running.clear()
    return running


@pytest.fixture(params=adapters.NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def make(name: str, providers: RunningProviders) -> AsyncIterator[Make]:
    """Makes the adapter under test; closed after the test."""
    made: list[LanguageModel] = []

    def make_one(**options: object) -> LanguageModel:
        url = str(options.pop("url", providers.url))
        made.append(adapters.make(name, url, **options))  # pyright: ignore[reportArgumentType]
        return made[-1]

    yield make_one
    for model in made:
        await model.close()
