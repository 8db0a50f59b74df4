"""The wheel is whole: what is built from this checkout serves answers anywhere, with migrations and documents out of the wheel itself.

Built without the network, by the hatchling that is installed with the test tools, and unpacked into a folder that comes before the checkout.
"""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the embedded database is for Unix")


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder / "dist"], cwd=ROOT, check=True)
    (wheel,) = (folder / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


@pytest.fixture
def server(unpacked: Path, tmp_path: Path) -> Generator[str, None, None]:
    """`chatbot serve` out of the wheel, with the embedded database; its address."""
    environment = {**os.environ, "PYTHONPATH": str(unpacked), "PYTHONUNBUFFERED": "1", "LLM_PROVIDER": "offline"}
    log = tmp_path / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "serve", "--port", "0"], cwd=tmp_path, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield _address(process, log)
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree((tmp_path / ".data" / "postgres").resolve(), ignore_errors=True)


def test_the_wheel_holds_what_the_checkout_has(unpacked: Path) -> None:
    for inside, outside in (
        ("app", "app"),
        ("rag", "rag"),
        ("cv_generation", "cv_generation"),
        ("app/_alembic", "alembic"),
        ("app/_data", "data"),
        ("app/_front", "front/dist"),
    ):
        wanted = {path.relative_to(ROOT / outside) for path in _files(ROOT / outside)}
        assert wanted <= {path.relative_to(unpacked / inside) for path in _files(unpacked / inside)}


def test_the_wheel_serves_an_answer(unpacked: Path, server: str, tmp_path: Path) -> None:
    home = subprocess.run(
        [sys.executable, "-c", "import app; print(app.__file__)"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(unpacked)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert Path(home.stdout.strip()).is_relative_to(unpacked)
    user = _call(f"{server}/api/users", {"name": "wheel"})
    thread = _call(f"{server}/api/threads", {"user_id": user["user_id"]})
    posted = _call(f"{server}/api/threads/{thread['thread_id']}/messages", {"content": "Who has worked with Postgres?"})
    with urllib.request.urlopen(f"{server}{posted['events_url']}", timeout=60) as events:
        text = events.read().decode()
    assert "event: done" in text
    assert '"status":"done"' in text.replace('": "', '":"')
    page = urllib.request.urlopen(f"{server}/", timeout=10)
    assert page.status == 200
    assert b'id="root"' in page.read()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        _, sign, rest = log.read_text().partition("Chatbot SSE API on ")
        if sign and "\n" in rest:
            return rest.split()[0]
        time.sleep(0.05)
    raise AssertionError(log.read_text())


def _call(url: str, body: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
