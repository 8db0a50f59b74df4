"""Fixtures of the end-to-end tests: real processes on a real database, fed by fake providers that speak the true wire formats."""

from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import URL

from tests.processes import Processes
from tests.providers.running import RunningProviders, running_providers


@pytest.fixture
def providers() -> Generator[RunningProviders, None, None]:
    with running_providers() as running:
        yield running


@pytest.fixture
def processes(database_url: URL, tmp_path: Path, providers: RunningProviders) -> Generator[Processes, None, None]:
    """Starts processes that ask the fake OpenAI-compatible provider."""
    settings = {"LLM_PROVIDER": "openai_compatible", "LLM_BASE_URL": f"{providers.url}/v1", "LLM_MODEL": "fake", "RUN_LEASE": "2"}
    started = Processes(database_url, tmp_path, settings)
    yield started
    started.stop()


@pytest.fixture
async def client() -> AsyncGenerator[httpx.AsyncClient, None]:
    limits = httpx.Limits(max_connections=2000, max_keepalive_connections=50)
    async with httpx.AsyncClient(timeout=30, limits=limits) as opened:
        yield opened
