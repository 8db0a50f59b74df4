"""Readers of a log that is compacted under them, by `chatbot retention --now` beside a real server: over SSE and WebSocket, with any cursor."""

import os
import subprocess
import sys

import httpx
import psycopg
from sqlalchemy import URL

from app.infrastructure.db.engine import conninfo
from app.settings import Settings
from tests.e2e.conversation import ask, assert_kept
from tests.processes import ROOT, Processes
from tests.reader import Frame, Reader, Seen, frames
from tests.socket_reader import socket

AT_ONCE = "0.000001"
"""Hours."""


def retention(processes: Processes, *arguments: str, **settings: str) -> str:
    """`chatbot retention`, as an operator would call it."""
    inherited = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}
    url = processes.database.set(drivername="postgresql").render_as_string(hide_password=False)
    environment = {**inherited, **processes.settings, "DATABASE_URL": url, "PYTHONPATH": str(ROOT), **settings}
    command = [sys.executable, "-m", "app", "retention", *arguments]
    return subprocess.run(command, cwd=processes.folder, env=environment, check=True, capture_output=True, text=True, timeout=60).stdout


def rows(database: URL, run_id: str) -> int:
    with psycopg.connect(conninfo(database)) as connection:
        [(count,)] = connection.execute("SELECT count(*) FROM run_events WHERE run_id = %s", (run_id,)).fetchall()
    return count


async def read_after(client: httpx.AsyncClient, url: str, run_id: str, after: int) -> list[Frame]:
    async with client.stream("GET", f"{url}/api/runs/{run_id}/events", headers={"Last-Event-ID": str(after)}) as response:
        assert response.status_code == 200
        return [frame async for frame in frames(response)]


async def test_every_cursor_gets_exactly_the_rest_over_sse_and_websocket(processes: Processes, client: httpx.AsyncClient) -> None:
    server = processes.serve()
    asked = await ask(client, server.url, "tokens=40 rate=80")
    live = await Reader(client, asked.run_id).read_to_the_end(server.url)
    await assert_kept(client, server.url, asked, live)
    before = rows(processes.database, asked.run_id)
    last = live.frames[-1].id
    assert before > 20

    said = retention(processes, "--dry-run", COMPACT_AFTER_HOURS=AT_ONCE)
    assert "1 answers" in said
    assert rows(processes.database, asked.run_id) == before
    assert "1 answers merged" in retention(processes, "--now", COMPACT_AFTER_HOURS=AT_ONCE)
    assert rows(processes.database, asked.run_id) < 6

    for after in range(int(last)):
        expected = Seen([frame for frame in live.frames if int(frame.id) > after])
        got = Seen(await read_after(client, server.url, asked.run_id, after))
        assert got.text == expected.text
        assert [(frame.id, frame.data) for frame in got.frames if frame.event != "token"] == [
            (frame.id, frame.data) for frame in expected.frames if frame.event != "token"
        ]
    assert (await client.get(f"{server.url}/api/runs/{asked.run_id}/events?after={last}")).status_code == 204

    middle = before // 2
    async with socket(server.url, session_id=asked.thread_id, after=f"{asked.run_id}:{middle}") as opened:
        heard = await opened.until("done")
    expected = Seen([frame for frame in live.frames if int(frame.id) > middle])
    assert "".join(message["token"] for message in heard if message["type"] == "token") == expected.text
    assert heard[-1]["seq"] == int(last)


async def test_what_is_old_goes_while_the_server_serves(processes: Processes, client: httpx.AsyncClient) -> None:
    server = processes.serve()
    asked = await ask(client, server.url, "tokens=5")
    await Reader(client, asked.run_id).read_to_the_end(server.url)
    assert "1 conversations removed" in retention(processes, "--now", COMPACT_AFTER_HOURS="0", KEEP_THREADS_DAYS="0.0000001")
    assert (await client.get(f"{server.url}/api/threads/{asked.thread_id}")).status_code == 404
    assert (await client.get(f"{server.url}/api/runs/{asked.run_id}/events")).status_code == 404
    again = await ask(client, server.url, "tokens=5")
    await assert_kept(client, server.url, again, await Reader(client, again.run_id).read_to_the_end(server.url))
