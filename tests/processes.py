"""Real processes of the product, for tests that kill them: `chatbot serve` and `chatbot worker` as a user would start them.

`Processes` (fixture `processes` in `tests/e2e/conftest.py`) starts them on one database, waits until they answer, and ends what is left.
"""

import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import httpx
from sqlalchemy import URL

from app.settings import Settings

ROOT = Path(__file__).parents[1]
SAMPLE_CVS = ROOT / "cv_generation" / "data" / "cvs"
START_SECONDS = 30.0


@cache
def sample_index() -> Path:
    """An index of the sample CVs, built once for all tests of this session; read only."""
    store = Path(tempfile.mkdtemp(prefix="chatbot-index-"))
    atexit.register(shutil.rmtree, store, ignore_errors=True)
    build_index(SAMPLE_CVS, store)
    return store


def build_index(pdf_dir: Path, store: Path) -> None:
    """As `make rag-rebuild` does it: in a process of its own, beside whoever reads the store."""
    command = [sys.executable, "-m", "rag", "index", "--pdf-dir", pdf_dir, "--store", store, "--json"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


@dataclass(eq=False)
class Process:
    """One running process; `url` is empty for a worker."""

    popen: subprocess.Popen[bytes]
    log: Path
    url: str = ""

    def kill(self) -> None:
        """kill -9: no goodbye."""
        self.popen.kill()
        self.popen.wait()

    def terminate(self) -> None:
        """SIGTERM; does not wait."""
        self.popen.terminate()

    def pause(self) -> None:
        """SIGSTOP."""
        self.popen.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT."""
        self.popen.send_signal(signal.SIGCONT)

    def wait(self, seconds: float = 30.0) -> int:
        """The exit status."""
        return self.popen.wait(seconds)

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")


@dataclass
class Processes:
    """Starts processes on one database with one set of settings."""

    database: URL
    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    running: list[Process] = field(default_factory=list[Process])
    start_seconds: float = START_SECONDS
    """How long a process may take until it answers."""

    def serve(self, *arguments: str, **settings: str) -> Process:
        """An API process on a free port, answering."""
        process = self._start(["serve", "--port", "0", *arguments], settings)
        process.url = self._await(process, "Chatbot SSE API on ")
        return process

    def worker(self, *arguments: str, **settings: str) -> Process:
        """An executor process, running."""
        process = self._start(["worker", *arguments], settings)
        self._await(process, "The worker runs")
        return process

    def stop(self) -> None:
        """End everything that still runs."""
        for process in self.running:
            if process.popen.poll() is None:
                process.resume()
                process.kill()

    def _start(self, arguments: list[str], settings: Mapping[str, str]) -> Process:
        log = self.folder / f"process-{len(self.running)}.log"
        url = self.database.set(drivername="postgresql").render_as_string(hide_password=False)
        inherited = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}
        inherited.pop("PYTHONDONTWRITEBYTECODE", None)  # a process that compiles everything anew takes seconds to start
        index = {} if "RAG_STORE" in {*self.settings, *settings} else {"RAG_STORE": str(sample_index())}
        own = {"DATABASE_URL": url, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        environment = {**inherited, **own, **index, **self.settings, **settings}
        with log.open("wb") as output:
            popen = subprocess.Popen(
                [sys.executable, "-m", "app", *arguments], cwd=self.folder, env=environment, stdout=output, stderr=subprocess.STDOUT
            )
        process = Process(popen, log)
        self.running.append(process)
        return process

    def _await(self, process: Process, sign: str) -> str:
        """Wait for a line; answers the word that follows the sign."""
        deadline = time.monotonic() + self.start_seconds
        while time.monotonic() < deadline:
            if sign in process.output:
                rest = process.output.partition(sign)[2].split()
                return rest[0] if rest else ""
            if process.popen.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"the process did not start:\n{process.output}")


def healthy(url: str) -> bool:
    """Whether a server answers."""
    try:
        return httpx.get(f"{url}/health", timeout=1).status_code == 200
    except httpx.TransportError:
        return False
