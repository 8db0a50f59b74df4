"""Two processes behind a real PgBouncer, in both modes that can work. Skipped where there is none, as on most machines."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import httpx
import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import URL

from app.infrastructure.db.engine import conninfo
from tests.processes import Processes
from tests.reader import Reader
from tests.talk import messages, new_thread, post

PGBOUNCER = shutil.which("pgbouncer")
SETTINGS = {"LLM_PROVIDER": "offline", "OFFLINE_TOKENS_PER_SECOND": "200"}

pytestmark = pytest.mark.skipif(PGBOUNCER is None, reason="pgbouncer is not installed (Debian: apt-get install pgbouncer)")


@contextmanager
def pooler(database: URL, mode: str) -> Generator[URL]:
    """PgBouncer before the database; yields where it is. As root it becomes somebody else, who must be able to read its file."""
    assert PGBOUNCER
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    there = conninfo_to_dict(conninfo(database))
    place = " ".join(f"{name}='{value}'" for name, value in there.items() if name in ("host", "port", "dbname", "user", "password"))
    folder = Path(mkdtemp(prefix="pgbouncer-"))
    folder.chmod(0o755)
    config = folder / "pgbouncer.ini"
    config.write_text(
        f"[databases]\nchat = {place}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        f"auth_type = any\npool_mode = {mode}\ndefault_pool_size = 60\n"
    )
    as_somebody = ["-u", _may_connect(str(there.get("host", "")))] if os.geteuid() == 0 else []
    with subprocess.Popen([PGBOUNCER, *as_somebody, str(config)], stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port)
            yield URL.create("postgresql+psycopg", str(there.get("user", "")), host="127.0.0.1", port=port, database="chat")
        finally:
            process.terminate()
            shutil.rmtree(folder)


def _may_connect(host: str) -> str:
    """Who owns the database's socket, if it has one."""
    return next(Path(host).glob(".s.PGSQL.*")).owner() if host.startswith("/") else "nobody"


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline, "pgbouncer does not listen"
            time.sleep(0.05)
        else:
            return


@pytest.mark.parametrize(("mode", "query", "deaf"), [("session", {}, "0.0"), ("transaction", {"prepared_statements": "off"}, "1.0")])
async def test_answers_are_whole_behind_pgbouncer(database_url: URL, tmp_path: Path, mode: str, query: dict[str, str], deaf: str) -> None:
    """Posted to one process, which writes the answers, and read from another."""
    with pooler(database_url, mode) as there:
        processes = Processes(there.update_query_dict(query), tmp_path, SETTINGS)
        try:
            writer, api = processes.serve(), processes.serve("--slots", "0")
            async with httpx.AsyncClient(timeout=30) as client:
                for number in range(12):
                    thread = await new_thread(client, api.url, assistant="resume")
                    run = await post(client, writer.url, thread, f"What does this person know, number {number}?")
                    seen = await Reader(client, run["run_id"]).read_to_the_end(api.url)
                    page = (await messages(client, api.url, thread))["messages"]
                    [stored] = [message["content"] for message in page if message["role"] == "assistant"]
                    seen.assert_exact(stored)
                assert f"chatbot_notifications_deaf {deaf}" in (await client.get(f"{writer.url}/metrics")).text
            for process in (writer, api):
                assert "Traceback" not in process.output, process.output
        finally:
            processes.stop()
