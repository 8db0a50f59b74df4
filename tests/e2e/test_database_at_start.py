"""A process that finds no database: it waits as long as it was told to, then says in one sentence what to do, and ends with status 2."""

import asyncio
import socket
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

import httpx
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import URL, make_url

from tests.e2e.conversation import ask, assert_kept
from tests.e2e.facts import until
from tests.e2e.fleet import server, start, worker
from tests.processes import Processes
from tests.reader import Reader

pytestmark = pytest.mark.alone

WAIT = 2.0


@contextmanager
def _nobody_there() -> Generator[URL, None, None]:
    with tempfile.TemporaryDirectory() as folder:
        yield make_url(f"postgresql://chatbot@/chatbot?host={folder}")


@contextmanager
def _takes_connections_and_says_nothing() -> Generator[URL, None, None]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(10)
        yield make_url(f"postgresql://chatbot@127.0.0.1:{listening.getsockname()[1]}/chatbot")


@pytest.mark.parametrize("absent", [_nobody_there, _takes_connections_and_says_nothing])
async def test_it_never_comes(processes: Processes, absent: Callable[[], AbstractContextManager[URL]]) -> None:
    with absent() as url:
        lost = replace(processes, database=url)
        begun = time.monotonic()
        with pytest.raises(AssertionError, match="did not start"):
            await start(lost, server(DATABASE_WAIT=str(WAIT)), worker(DATABASE_WAIT=str(WAIT)))
        lasted = time.monotonic() - begun
        assert WAIT <= lasted < WAIT + 15, "it waits as long as it was told to, and not for a connection that hangs"
        for process in lost.running:
            assert await asyncio.to_thread(process.wait, 5) == 2
            *_, sentence = process.output.strip().splitlines()
            assert sentence.startswith("The database at postgresql")
            assert sentence.endswith("Is DATABASE_URL right, and the server running?")
            assert "Traceback" not in process.output


async def test_it_comes_in_time(processes: Processes, database_url: URL, cluster: URL, client: httpx.AsyncClient) -> None:
    """Refused at first, as by a server that is still starting; then admitted, and all is well."""
    _admit(cluster, database_url, allow=False)
    starting = asyncio.ensure_future(start(processes, server(DATABASE_WAIT="30")))
    await until(lambda: any("Waiting for the database" in log.read_text() for log in processes.folder.rglob("*.log")), within=20)
    _admit(cluster, database_url, allow=True)
    [process] = await starting
    asked = await ask(client, process.url, "tokens=20")
    await assert_kept(client, process.url, asked, await Reader(client, asked.run_id).read_to_the_end(process.url))


def _admit(cluster: URL, database: URL, *, allow: bool) -> None:
    assert database.database is not None
    with psycopg.connect(cluster.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True) as connection:
        statement = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        connection.execute(statement.format(sql.Identifier(database.database), sql.Literal(allow)))
