"""Fixtures of the contract suites: `storage` is each storage in turn, `postgres` the one with locks and connections to hold."""

from collections.abc import AsyncGenerator

import pytest
from sqlalchemy import URL

from tests.contracts.storage import MemoryStorage, PostgresStorage, Storage, postgres_storage


@pytest.fixture(params=["memory", "postgres"])
async def storage(request: pytest.FixtureRequest) -> AsyncGenerator[Storage, None]:
    """Each storage in turn, empty."""
    if request.param == "memory":
        yield MemoryStorage()
        return
    async with postgres_storage(request.getfixturevalue("database_url")) as opened:
        yield opened


@pytest.fixture
async def postgres(database_url: URL) -> AsyncGenerator[PostgresStorage, None]:
    """Postgres alone."""
    async with postgres_storage(database_url) as opened:
        yield opened
