"""The tour in README.md, run as it stands by bash with curl and python3: on the embedded database and on a Postgres elsewhere, with the offline
model and with every provider through its real SDK, against a local server that speaks its wire format.

Only the server's address is replaced. `.venv/bin/chatbot` is this checkout under this Python.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import URL

from tests.integration.serving import OFFLINE, assert_quiet
from tests.integration.test_embedded_database import clear
from tests.processes import ROOT, Process, Processes
from tests.providers.running import running_providers
from tests.providers.script import expected_text

MARK = "<<<next>>>"
PLACE = "http://localhost:8000"

PROVIDERS: dict[str, Mapping[str, str]] = {
    "offline": OFFLINE | {"OFFLINE_TOKENS_PER_SECOND": "60"},
    "anthropic": {"LLM_PROVIDER": "anthropic", "ANTHROPIC_API_KEY": "sk-tour", "ANTHROPIC_BASE_URL": "{fake}"},
    "google": {"LLM_PROVIDER": "google", "GEMINI_API_KEY": "sk-tour", "GEMINI_BASE_URL": "{fake}"},
    "openrouter": {"LLM_PROVIDER": "openrouter", "OPENROUTER_API_KEY": "sk-tour", "OPENROUTER_BASE_URL": "{fake}/api/v1"},
    "openai_compatible": {"LLM_PROVIDER": "openai_compatible", "LLM_BASE_URL": "{fake}/v1", "LLM_MODEL": "fake-model"},
}


def tour() -> list[str]:
    """The tour's shell blocks, one a step."""
    section = (ROOT / "README.md").read_text().partition("<!-- tour -->")[2].partition("<!-- /tour -->")[0]
    return re.findall(r"^```(?:sh|bash)?\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Stop:
    """What one step of the tour printed."""

    printed: str

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.printed)

    @property
    def events(self) -> list[tuple[int, str, dict[str, Any]]]:
        """Number, type and data of each frame."""
        found = re.findall(r"^id: (\d+)\nevent: (\w+)\ndata: (.*)$", self.printed, re.MULTILINE)
        return [(int(seq), kind, json.loads(data)) for seq, kind, data in found]


def walk(server: Process, folder: Path, environment: Mapping[str, str]) -> list[Stop]:
    """Run the whole tour in one shell, as a reader of the README would."""
    program = folder / ".venv" / "bin" / "chatbot"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m app "$@"\n')
    program.chmod(0o755)
    script = f"\necho '{MARK}'\n".join(step.replace(PLACE, server.url) for step in tour())
    done = subprocess.run(
        ["bash", "-c", script], check=False, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, timeout=90
    )
    assert done.returncode == 0, done.stderr
    return [Stop(printed.strip()) for printed in done.stdout.split(f"{MARK}\n")]


@pytest.fixture(params=PROVIDERS)
def provider(request: pytest.FixtureRequest) -> Generator[dict[str, str]]:
    """The settings of a provider, fake but for `offline`."""
    with running_providers() as fake:
        yield {name: value.format(fake=fake.url) for name, value in PROVIDERS[request.param].items()}


@pytest.fixture
def embedded(tmp_path: Path) -> Generator[dict[str, str]]:
    """Settings for an embedded database that is gone afterwards."""
    data_dir = tmp_path / "data"
    yield {"DATABASE_URL": "", "DATA_DIR": str(data_dir)}
    clear(data_dir)


@pytest.fixture
def processes(cluster: URL, tmp_path: Path) -> Generator[Processes]:
    started = Processes(cluster, tmp_path)
    yield started
    started.stop()


def test_the_tour_has_all_its_steps() -> None:
    steps = tour()
    assert len(steps) == 8
    assert all(PLACE in step for step in steps[:7])
    assert "psql" in steps[7]


def test_the_tour_on_a_postgres_elsewhere(processes: Processes, database_url: URL, provider: dict[str, str], tmp_path: Path) -> None:
    url = database_url.set(drivername="postgresql").render_as_string(hide_password=False)
    check_tour(processes, provider | {"DATABASE_URL": url}, tmp_path)


def test_the_tour_on_the_embedded_database(embedded: dict[str, str], processes: Processes, tmp_path: Path) -> None:
    check_tour(processes, {**PROVIDERS["offline"], **embedded}, tmp_path)


def check_tour(processes: Processes, settings: dict[str, str], folder: Path) -> None:
    server = processes.serve(**settings)
    user, thread, run, status, stream, resumed, cancelled, listing = walk(server, folder, settings)

    assert user.json == {"user_id": 1, "name": "smoke-user"}
    assert re.fullmatch(r"THREAD_ID=[0-9a-f-]{36}", thread.printed)
    assert re.fullmatch(r"RUN_ID=[0-9a-f-]{36}", run.printed)
    assert status.json["run_id"] == run.printed.removeprefix("RUN_ID=")
    assert status.json["provider"] == settings["LLM_PROVIDER"]

    kinds = [kind for _, kind, _ in stream.events]
    assert [seq for seq, _, _ in stream.events] == list(range(1, len(kinds) + 1))
    assert (kinds[:2], kinds[-2:]) == (["started", "token"], ["final", "done"])  # nobody's CV answers a hello: no sources
    assert stream.events[-1][2] == {"status": "done"}
    text = "".join(data["text"] for _, kind, data in stream.events if kind == "token")
    assert text == stream.events[-2][2]["text"]
    assert settings["LLM_PROVIDER"] == "offline" or text == expected_text("hello")

    assert resumed.events == stream.events[10:]
    assert resumed.events or settings["LLM_PROVIDER"] != "offline", "the offline model speaks slowly enough to be resumed"
    assert cancelled.json["status"] == "done", "a finished run stays as it ended"
    assert httpx.post(f"{server.url}/api/runs/{status.json['run_id']}/cancel").status_code == 202
    check_listing(listing, stream)
    assert_quiet(server)


def check_listing(listing: Stop, stream: Stop) -> None:
    """psql shows the events that were streamed, one a row."""
    if shutil.which("psql") is None and not listing.printed:
        pytest.skip("there is no psql on this machine")
    assert f"({len(stream.events)} rows)" in listing.printed
    rows = re.findall(r"^ +(\d+) \| (\w+) +\| (.*?) *$", listing.printed, re.MULTILINE)
    assert [(int(seq), kind) for seq, kind, _ in rows] == [(seq, kind) for seq, kind, _ in stream.events]
