"""Invariant 7: a reader that never reads costs itself only. It is cut after a set time, and keeps no server from stopping."""

import asyncio
import socket
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from tests.e2e.conversation import Asked, ask, assert_kept
from tests.e2e.facts import metric, until
from tests.e2e.fleet import server, start
from tests.processes import Process, Processes
from tests.reader import Reader

pytestmark = pytest.mark.alone

MUCH = "tokens=300 rate=100 huge=3000000"
"""An answer whose end fits into no socket's buffer."""


async def test_it_is_cut_and_all_others_see_everything_in_time(processes: Processes, client: httpx.AsyncClient) -> None:
    [process] = await start(processes, server(STREAM_SEND_TIMEOUT="1", STREAM_HEARTBEAT="0.5", RUN_MAX_CHARACTERS="10000000"))
    asked = await ask(client, process.url, MUCH)
    with _never_read(process, asked) as frozen:
        begun = time.monotonic()
        seen = await asyncio.gather(*(Reader(client, asked.run_id).read_to_the_end(process.url) for _ in range(3)))
        print(f"three readers beside five frozen ones: {time.monotonic() - begun:.2f} s for an answer of 3 s")
        assert time.monotonic() - begun < 10
        await assert_kept(client, process.url, asked, *seen)
        await until(lambda: _nobody_reads(client, process), within=10)
        came_back = await Reader(client, asked.run_id).read_to_the_end(process.url)
        came_back.assert_exact(asked.text)
        assert {(await _left(reader))[0] for reader in frozen} == {True}


async def test_it_keeps_no_server_from_stopping(processes: Processes, client: httpx.AsyncClient) -> None:
    [process] = await start(processes, server(STREAM_SEND_TIMEOUT="20", SHUTDOWN_GRACE="0", RUN_MAX_CHARACTERS="10000000"))
    asked = await ask(client, process.url, MUCH.replace("rate=100", "rate=400"))
    with _never_read(process, asked) as frozen:
        await Reader(client, asked.run_id).read_to_the_end(process.url)
        begun = time.monotonic()
        process.terminate()
        status = await asyncio.to_thread(process.wait, 15)
        print(f"stopped {time.monotonic() - begun:.2f} s after SIGTERM with five frozen readers")
        assert status == 0
        assert time.monotonic() - begun < 8
        for reader in frozen:
            cut, had = await _left(reader)
            assert cut
            assert b"event: done" not in had, "this one was not frozen: all had come before the server was told to stop"


async def _nobody_reads(client: httpx.AsyncClient, process: Process) -> bool:
    return await metric(client, process.url, "feed_readers") == 0


@contextmanager
def _never_read(process: Process, asked: Asked) -> Generator[list[socket.socket], None, None]:
    """Five readers with the smallest buffer there is, and no interest in what comes."""
    address = httpx.URL(process.url)
    with ExitStack() as stack:
        readers = [stack.enter_context(socket.socket()) for _ in range(5)]
        for number, reader in enumerate(readers):
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
            reader.connect((address.host, address.port))
            reader.sendall(f"GET /api/runs/{asked.run_id}/events?pace={number * 100} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        yield readers


async def _left(reader: socket.socket) -> tuple[bool, bytes]:
    """Whether the connection is gone, once what the kernel had is read; and that."""
    reader.settimeout(5)
    had = bytearray()
    try:
        while piece := await asyncio.to_thread(reader.recv, 1 << 20):
            had += piece
    except TimeoutError:
        return False, bytes(had)
    except ConnectionError:
        pass
    return True, bytes(had)
