"""Fixtures of the end-to-end tests: real processes on a real database, fed by fake providers that speak the true wire formats.

`processes` starts processes that a test may kill, on a database of its own. `fleet` is one set of healthy processes for all tests that do
not harm them.
"""

import asyncio
import uuid
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import URL

from tests.e2e import fleet as fleets
from tests.e2e.fleet import Fleet
from tests.processes import Processes
from tests.providers.running import RunningProviders, running_providers


@pytest.fixture
def providers() -> Generator[RunningProviders, None, None]:
    with running_providers() as running:
        yield running


@pytest.fixture
def processes(database_url: URL, tmp_path: Path, providers: RunningProviders) -> Generator[Processes, None, None]:
    """Starts processes that ask the fake OpenAI-compatible provider."""
    started = Processes(database_url, tmp_path, {**asking(providers), "RUN_LEASE": "2"})
    yield started
    started.stop()


@pytest.fixture(scope="session")
def fleet(cluster: URL, template: str, tmp_path_factory: pytest.TempPathFactory) -> Generator[Fleet, None, None]:
    """Two servers and a worker with a short patience for the provider, until the session ends."""
    database = cluster.set(database=f"fleet_{uuid.uuid4().hex}")
    address = cluster.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        assert database.database is not None
        names = sql.Identifier(database.database), sql.Identifier(template)
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(*names))
    with running_providers() as providers:
        settings = {**asking(providers), "LLM_TOKEN_TIMEOUT": "1.5", "DATABASE_POOL_SIZE": "10"}
        processes = Processes(database, tmp_path_factory.mktemp("fleet"), settings)
        few = fleets.server("--slots", "30")
        try:
            first, second, worker = asyncio.run(fleets.start(processes, few, few, fleets.worker()))
            yield Fleet(first, second, worker, providers)
        finally:
            processes.stop()


@pytest.fixture
async def client() -> AsyncGenerator[httpx.AsyncClient, None]:
    limits = httpx.Limits(max_connections=2000, max_keepalive_connections=50)
    async with httpx.AsyncClient(timeout=30, limits=limits) as opened:
        yield opened


def asking(providers: RunningProviders) -> dict[str, str]:
    """Settings of a process that asks the fake OpenAI-compatible provider."""
    return {"LLM_PROVIDER": "openai_compatible", "LLM_BASE_URL": f"{providers.url}/v1", "LLM_MODEL": "fake"}
