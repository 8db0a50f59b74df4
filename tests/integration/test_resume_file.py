"""RESUME_PATH in a real process: a file that cannot be used stops the start with one sentence; one that is edited is taken over, or left with a note."""

import json
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import URL

from tests.e2e.facts import until
from tests.integration.serving import OFFLINE
from tests.processes import Processes
from tests.socket_reader import socket


@pytest.fixture
def processes(database_url: URL, tmp_path: Path) -> Generator[Processes]:
    started = Processes(database_url, tmp_path, OFFLINE)
    yield started
    started.stop()


@pytest.mark.parametrize("command", ["serve", "worker"])
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "RESUME_PATH: There is no file {path}: let RESUME_PATH name a resume that is"),
        ('{"work": [{"name": 1}, 7]}', "RESUME_PATH: {path}, work[1]: Input should be "),
        ('{"name": "Ada",\n"work" []}', "RESUME_PATH: {path}, line 2: this is not valid JSON"),
    ],
    ids=["missing", "wrong field", "no json"],
)
def test_a_resume_that_cannot_be_used_stops_the_start(
    processes: Processes, tmp_path: Path, command: str, content: str | None, sentence: str
) -> None:
    path = tmp_path / "mine.json"
    if content is not None:
        path.write_text(content)
    start = processes.serve if command == "serve" else processes.worker
    with pytest.raises(AssertionError, match="did not start"):
        start(RESUME_PATH=str(path))
    process = processes.running[-1]
    assert process.wait() == 2
    last = process.output.strip().splitlines()[-1]
    assert last.startswith(sentence.format(path=path)), process.output
    assert "Traceback" not in process.output


async def test_an_edited_resume_is_taken_over_and_a_broken_one_is_a_note(processes: Processes, tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"name": "Ada Example", "summary": "Ada lives in Rome."}))
    server = processes.serve(RESUME_PATH=str(path))

    async def answer() -> str:
        async with socket(server.url) as opened:
            await opened.hear()
            return (await opened.ask("Where does Ada live?"))[-2]["response"]

    async def note() -> str | None:
        async with httpx.AsyncClient(base_url=server.url) as client:
            ready = await client.get("/ready")
        assert ready.status_code == 200
        return ready.json()["notes"].get("resume")

    assert "Rome" in await answer()
    path.write_text(json.dumps({"name": "Ada Example", "summary": "Ada lives in Oslo."}))
    assert "Oslo" in await answer()
    assert await note() is None

    path.write_text("{")
    assert "Oslo" in await answer()
    assert await note() == f"{path}, line 1: this is not valid JSON (Expecting property name enclosed in double quotes)."
    assert server.output.count("A changed document cannot be used") == 1
    async with httpx.AsyncClient(base_url=server.url) as client:
        assert "chatbot_resume_outdated 1.0" in (await client.get("/metrics")).text

    replacement = tmp_path / "new.json"
    replacement.write_text(json.dumps({"name": "Ada Example", "summary": "Ada lives in Bern."}))
    replacement.replace(path)
    assert "Bern" in await answer()
    await until(lambda: note_is_gone(server.url))


async def note_is_gone(url: str) -> bool:
    async with httpx.AsyncClient(base_url=url) as client:
        return "resume" not in (await client.get("/ready")).json()["notes"]
