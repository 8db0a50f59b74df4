"""One story for all tests of this folder: a server that only accepts, two workers that answer, every kind of end, one of the workers killed.

All processes log as JSON, serve /metrics and send their traces to one collector. What they logged, showed and sent is kept in `Story`.
"""

import asyncio
import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from sqlalchemy import URL

from tests.e2e.conversation import Asked, ask
from tests.e2e.facts import until
from tests.e2e.fleet import server, start, worker
from tests.integration.serving import copy_of
from tests.otlp import Collector, collecting
from tests.processes import Process, Processes
from tests.providers.running import running_providers
from tests.reader import Reader

TRACE = "0af7651916cd43dd8448eb211c80319c"
CALLER = "b7ad6b7169203331"
"""A trace that a client began before it asked us, and its span."""

SECRET = "tck-5up3r-s3cr3t"
QUESTION = "What next?"
"""With what every question begins: it must be nowhere but in the database and at the provider."""


@dataclass
class Story:
    """What happened, by name of the question, and what could be seen of it."""

    collector: Collector
    server: Process
    victim: Process
    heir: Process
    asked: dict[str, Asked] = field(default_factory=dict[str, Asked])
    pages: dict[str, str] = field(default_factory=dict[str, str])
    """/metrics of the server, and of both workers, at the end; of the killed one just before."""
    ready: dict[str, Any] = field(default_factory=dict[str, Any])

    def lines(self, process: Process) -> list[dict[str, Any]]:
        """What a process has logged."""
        return [json.loads(line) for line in process.output.splitlines() if line.startswith("{")]

    def of(self, name: str, process: Process) -> list[dict[str, Any]]:
        """What a process has logged under the request of a question."""
        return [line for line in self.lines(process) if line.get("request_id") == f"asks-{name}"]


@pytest.fixture(scope="session")
def story(cluster: URL, template: str, tmp_path_factory: pytest.TempPathFactory) -> Generator[Story]:
    with running_providers() as providers, collecting() as collector:
        settings = {
            "LLM_PROVIDER": "openai_compatible",
            "LLM_BASE_URL": f"{providers.url}/v1",
            "LLM_MODEL": "fake",
            "LOG_FORMAT": "json",
            "RUN_LEASE": "2",
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
            "OTEL_BSP_SCHEDULE_DELAY": "100",
        }
        processes = Processes(copy_of(cluster, template), tmp_path_factory.mktemp("story"), settings)
        try:
            yield asyncio.run(_tell(processes, collector))
        finally:
            processes.stop()


async def _tell(processes: Processes, collector: Collector) -> Story:
    window, one, two = await start(processes, server("--slots", "0"), worker(METRICS_PORT="0"), worker(METRICS_PORT="0"))
    story = Story(collector, window, one, two)
    async with httpx.AsyncClient(timeout=30) as client:
        await _ask_and_wait(client, story, "well", "tokens=40 rate=200", {"traceparent": f"00-{TRACE}-{CALLER}-01"})
        await _ask_and_wait(client, story, "badly", "fault=400", {"traceparent": "00-not-a-trace"})
        await _cancelled(client, story)
        await _knock(client, window.url)
        await _killed(client, story)
        urls = {"server": window.url, "heir": _metrics_url(story, story.heir)}
        for name, url in urls.items():
            story.pages[name] = (await client.get(f"{url}/metrics")).raise_for_status().text
        story.ready = {name: (await client.get(f"{url}/ready")).json() for name, url in urls.items()}
    for process in (story.server, story.heir):
        process.terminate()
        assert process.wait() == 0, process.output
    return story


async def _ask_and_wait(client: httpx.AsyncClient, story: Story, name: str, directives: str, headers: Mapping[str, str]) -> None:
    await _asked(client, story, name, directives, headers)
    await Reader(client, story.asked[name].run_id).read_to_the_end(story.server.url)


async def _asked(client: httpx.AsyncClient, story: Story, name: str, directives: str, headers: Mapping[str, str] | None = None) -> Asked:
    async with httpx.AsyncClient(timeout=30, headers={"X-Request-ID": f"asks-{name}", **(headers or {})}) as asking:
        story.asked[name] = await ask(asking, story.server.url, directives)
    return story.asked[name]


async def _cancelled(client: httpx.AsyncClient, story: Story) -> None:
    asked = await _asked(client, story, "cancelled", "tokens=5000 rate=50")
    await _begun(client, story, asked)
    url = f"{story.server.url}/api/runs/{asked.run_id}/cancel"
    (await client.post(url, headers={"X-Request-ID": "cancels"})).raise_for_status()
    await until(lambda: _line(story, "A run was left to others", asked) is not None, within=20)


async def _knock(client: httpx.AsyncClient, url: str) -> None:
    """What only a scanner or an attacker sends."""
    await client.get(f"{url}/api/cvs?ticket={SECRET}", headers={"Authorization": f"Bearer {SECRET}", "Cookie": f"session={SECRET}"})
    await client.get(f"{url}/{SECRET}/%0d%0a%5Berror%5D%20forged%1b%5B2K")
    await client.get(f"{url}/health", headers={"X-Request-ID": "two words"})
    reader, writer = await asyncio.open_connection(httpx.URL(url).host, httpx.URL(url).port)
    writer.write(f"NONSENSE {SECRET}\r\n\r\n".encode())
    await reader.read()
    writer.close()


async def _killed(client: httpx.AsyncClient, story: Story) -> None:
    asked = await _asked(client, story, "taken-over", "tokens=150 rate=50")
    await _begun(client, story, asked)
    line = _line(story, "A run begins", asked)
    assert line is not None
    if line in story.lines(story.heir):
        story.victim, story.heir = story.heir, story.victim
    story.pages["victim"] = (await client.get(f"{_metrics_url(story, story.victim)}/metrics")).raise_for_status().text
    story.victim.kill()
    await Reader(client, asked.run_id).read_to_the_end(story.server.url)


async def _begun(client: httpx.AsyncClient, story: Story, asked: Asked) -> None:
    """Some of the answer is there."""

    async def some() -> bool:
        page = (await client.get(f"{story.server.url}/api/runs/{asked.run_id}")).json()
        return page["last_seq"] > 5

    await until(some, within=20)


def _line(story: Story, event: str, asked: Asked) -> dict[str, Any] | None:
    lines = [*story.lines(story.victim), *story.lines(story.heir)]
    return next((line for line in lines if line["event"] == event and line.get("run_id") == asked.run_id), None)


def _metrics_url(story: Story, process: Process) -> str:
    [running] = [line for line in story.lines(process) if line["event"] == "The worker runs"]
    return f"http://127.0.0.1:{running['metrics_port']}"
