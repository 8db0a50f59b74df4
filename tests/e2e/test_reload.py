"""`make dev` starts the server anew when its Python changes: on a copy of the code, so that the checkout stays as it is. An answer under way goes on."""

import asyncio
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import URL

from tests.e2e.conftest import asking
from tests.e2e.facts import until, until_tokens
from tests.processes import ROOT, healthy, sample_index
from tests.providers.running import RunningProviders
from tests.reader import Reader

TITLE = "Chatbot SSE API"
WORDS = 400


class Development:
    """`scripts/reload.py serve` on a copy of the code."""

    def __init__(self, code: Path, port: int) -> None:
        self.code = code
        self.url = f"http://127.0.0.1:{port}"
        self.log = code / "reload.log"

    @property
    def application(self) -> Path:
        return self.code / "app" / "infrastructure" / "web" / "application.py"

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    async def title(self) -> str:
        """What the code that runs now calls itself; empty while none runs."""
        try:
            async with httpx.AsyncClient() as client:
                return (await client.get(f"{self.url}/openapi.json", timeout=5)).json()["info"]["title"]
        except httpx.TransportError:
            return ""


@pytest.fixture
def development(tmp_path: Path, database_url: URL, providers: RunningProviders) -> Generator[Development]:
    for folder in ("app", "rag", "alembic", "data", "scripts"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = Development(tmp_path, port)
    url = database_url.set(drivername="postgresql").render_as_string(hide_password=False)
    environment = {
        "PYTHONPATH": str(tmp_path),
        "PYTHONUNBUFFERED": "1",
        "DATABASE_URL": url,
        "RAG_STORE": str(sample_index()),
        **asking(providers),
    }
    command = [sys.executable, "scripts/reload.py", "--port", str(port)]
    with running.log.open("wb") as output:
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    assert not healthy(running.url), "it takes its server along"


async def test_a_change_starts_the_server_anew_and_an_answer_goes_on(development: Development, client: httpx.AsyncClient) -> None:
    await until(lambda: healthy(development.url), 60)
    user = (await client.post(f"{development.url}/api/users", json={"name": "Ada"})).json()["user_id"]
    thread = (await client.post(f"{development.url}/api/threads", json={"user_id": user, "assistant": "resume"})).json()["thread_id"]
    question = {"content": f"[[tokens={WORDS} rate=40]]"}
    run = (await client.post(f"{development.url}/api/threads/{thread}/messages", json=question)).json()["run_id"]
    reader = Reader(client, run)
    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(reader.read_to_the_end(development.url, attempts=2_000))
        await until_tokens(reader.seen, 200)
        code = development.application.read_text()
        development.application.write_text(code.replace(f'title="{TITLE}"', 'title="Something newer"'))
    seen = reading.result()
    assert await development.title() == "Something newer"
    assert "app/infrastructure/web/application.py changed: the server starts anew. What is being answered goes on.\n" in development.output
    stored = (await client.get(f"{development.url}/api/threads/{thread}/messages")).json()["messages"][0]
    seen.assert_exact(stored["content"])
    assert seen.status == "done"
    assert any(frame.event == "restarted" for frame in seen.frames), "the change came while it was answering"

    development.application.write_text("this is no Python")
    await until(lambda: not healthy(development.url), 60)
    await until(lambda: "SyntaxError" in development.output, 60)
    development.application.write_text(code)
    await until(lambda: healthy(development.url), 60)
    assert await development.title() == TITLE
