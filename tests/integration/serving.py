"""One real `chatbot serve` process for all tests of a module, on a database of its own, with the offline model.

`serving` starts it and ends it; `Problem`-shaped answers are checked by `assert_problem`, which knows nothing of the product but its contract.
"""

import uuid
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
from psycopg import sql
from sqlalchemy import URL

from tests.processes import Process, Processes

OFFLINE = {"LLM_PROVIDER": "offline", "OFFLINE_TOKENS_PER_SECOND": "0"}


@contextmanager
def serving(cluster: URL, template: str, folder: Path, **settings: str) -> Generator[Process]:
    """A server that answers. Its database goes with the cluster."""
    processes = Processes(copy_of(cluster, template), folder, OFFLINE | settings)
    try:
        yield processes.serve()
    finally:
        processes.stop()


def copy_of(cluster: URL, template: str) -> URL:
    """A migrated database for a whole module; it goes with the cluster."""
    name = f"module_{uuid.uuid4().hex}"
    with psycopg.connect(cluster.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True) as connection:
        create = "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy"
        connection.execute(sql.SQL(create).format(sql.Identifier(name), sql.Identifier(template)))
    return cluster.set(database=name)


def assert_problem(response: httpx.Response, status: int, code: str) -> None:
    """The status, and an error in the one form, named by the same id in the body and in the header."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    error = response.json()["error"]
    assert error["code"] == code
    assert error["message"].strip()
    assert error["request_id"] == response.headers["x-request-id"]


def assert_quiet(process: Process) -> None:
    """Nothing unexpected has happened inside the server."""
    assert process.popen.poll() is None, f"it ended with {process.popen.returncode}:\n{process.output}"
    assert "Traceback" not in process.output, process.output
    assert "unexpected" not in process.output, process.output
