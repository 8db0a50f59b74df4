"""Somebody who has been let in, and takes what they can get: connections, messages over one connection. The others do not notice."""

import asyncio
import time
from collections.abc import Generator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx
import pytest
import websockets
from sqlalchemy import URL

from tests.e2e.facts import until
from tests.integration.access.conftest import run_keys
from tests.integration.serving import OFFLINE, assert_problem, assert_quiet, copy_of
from tests.processes import Process, Processes
from tests.socket_reader import Socket, address

STREAMS = 3
REQUESTS = 60
PINGS = 5_000


@dataclass
class Target:
    process: Process
    ada: dict[str, str]
    eve: dict[str, str]

    @property
    def url(self) -> str:
        return self.process.url


@pytest.fixture(scope="module")
def target(cluster: URL, template: str, tmp_path_factory: pytest.TempPathFactory) -> Generator[Target]:
    folder, database = tmp_path_factory.mktemp("floods"), copy_of(cluster, template)
    settings = {"AUTH_MODE": "api_key", "USER_STREAMS": str(STREAMS), "RATE_LIMIT_USER": f"{REQUESTS}/hour"}
    processes = Processes(database, folder, OFFLINE | settings)
    try:
        process = processes.serve()
        keys = [run_keys(database, folder, "create", "--new-user", name) for name in ("Ada", "Eve")]
        yield Target(process, *({"Authorization": f"Bearer {key}"} for key in keys))
    finally:
        processes.stop()


async def _thread(client: httpx.AsyncClient, headers: dict[str, str]) -> str:
    user = (await client.get("/api/session", headers=headers)).json()["user_id"]
    return (await client.post("/api/threads", json={"user_id": user}, headers=headers)).json()["thread_id"]


async def test_a_user_does_not_take_all_connections(target: Target) -> None:
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=target.url, timeout=10))
        thread, path = await _thread(client, target.ada), "/api/threads/{}/events"
        first = AsyncExitStack()
        for number in range(STREAMS - 1):
            opened = await (first if number == 0 else stack).enter_async_context(
                client.stream("GET", path.format(thread), headers=target.ada)
            )
            assert opened.status_code == 200
        connection = await stack.enter_async_context(websockets.connect(address(target.url), additional_headers=target.ada))
        assert (await Socket(connection).hear())["type"] == "session"

        refused = await client.get(path.format(thread), headers=target.ada)
        assert_problem(refused, 429, "too_many_streams")
        assert int(refused.headers["retry-after"]) > 0
        ticket = (await client.post("/api/tickets", json={"thread_id": thread}, headers=target.ada)).json()["ticket"]
        assert_problem(await client.get(path.format(thread), params={"ticket": ticket}), 429, "too_many_streams")
        async with websockets.connect(address(target.url), additional_headers=target.ada) as another:
            told = await Socket(another).hear()
            assert (told["code"], told["reason"]) == ("RATE_LIMIT", "too_many_streams")
            with pytest.raises(websockets.ConnectionClosed):
                await another.recv()
            assert another.close_code == 1013

        eves = await _thread(client, target.eve)
        async with client.stream("GET", path.format(eves), headers=target.eve) as opened:
            assert opened.status_code == 200, "nobody else is concerned"
        await first.aclose()
        await until(lambda: _opens(client, path.format(thread), target.ada), 10, 0.5)


async def _opens(client: httpx.AsyncClient, path: str, headers: dict[str, str]) -> bool:
    async with client.stream("GET", path, headers=headers) as response:
        return response.status_code == 200


async def test_a_flood_of_messages_waits_in_the_clients_own_socket(target: Target) -> None:
    async with websockets.connect(address(target.url), additional_headers=target.eve, max_queue=None) as connection:
        hearing = Socket(connection)
        assert (await hearing.hear())["type"] == "session"
        flooding = asyncio.ensure_future(_flood(connection))
        async with httpx.AsyncClient(base_url=target.url, timeout=10) as client:
            begun = time.monotonic()
            heard = 0
            while time.monotonic() - begun < 3:
                heard += (await hearing.hear())["type"] == "pong"
            assert 100 <= heard <= 100 + 20 * (time.monotonic() - begun + 1)
            assert (await client.get("/health")).status_code == 200
        flooding.cancel()
        await asyncio.gather(flooding, return_exceptions=True)


async def _flood(connection: websockets.ClientConnection) -> None:
    for number in range(PINGS):
        await connection.send(f'{{"type": "ping", "id": "{number}"}}')


async def test_cancelling_over_and_over_is_counted_like_any_request(target: Target) -> None:
    async with websockets.connect(address(target.url), additional_headers=target.eve) as connection:
        hearing = Socket(connection)
        assert (await hearing.hear())["type"] == "session"
        answers = list[str]()
        for _ in range(REQUESTS + 1):
            await connection.send('{"type": "cancel"}')
            said = await hearing.hear()
            answers.append(said.get("reason") or said["type"])
        assert answers[0] == "cancelled"
        assert answers[-1] == "rate_limited"


def test_nothing_unexpected_happened(target: Target) -> None:
    assert_quiet(target.process)
