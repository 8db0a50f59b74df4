"""One real server that believes API keys and tokens, two users with a conversation each, an admin, and somebody who came with a token."""

import subprocess
import sys
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import URL

from tests.integration.access.identity_provider import AUDIENCE, IdentityProvider, identity_provider
from tests.integration.serving import OFFLINE, copy_of
from tests.processes import ROOT, Process, Processes

FRIEND = "https://friend.example.com"


@dataclass
class User:
    """Somebody with an API key, a thread and a finished run."""

    user_id: int
    key: str
    client: httpx.Client
    thread: str = ""
    run: str = ""
    message: str = ""

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


@dataclass
class Place:
    process: Process
    database: URL
    provider: IdentityProvider
    ada: User
    eve: User
    admin: User
    anonymous: httpx.Client

    @property
    def url(self) -> str:
        return self.process.url

    def keys(self, *arguments: str) -> str:
        """What `chatbot keys` prints."""
        return run_keys(self.database, self.process.log.parent, *arguments)


def run_keys(database: URL, folder: Path, *arguments: str) -> str:
    """`chatbot keys`, as an operator would call it."""
    environment = {"DATABASE_URL": database.set(drivername="postgresql").render_as_string(hide_password=False), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "app", "keys", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def provider() -> Generator[IdentityProvider]:
    with identity_provider() as running:
        yield running


@pytest.fixture(scope="module")
def place(cluster: URL, template: str, provider: IdentityProvider, tmp_path_factory: pytest.TempPathFactory) -> Generator[Place]:
    folder = tmp_path_factory.mktemp("access")
    database = copy_of(cluster, template)
    settings = {
        "AUTH_MODE": "jwt",
        "JWT_ISSUER": provider.url,
        "JWT_AUDIENCE": AUDIENCE,
        "CORS_ORIGINS": FRIEND,
        "LOG_LEVEL": "DEBUG",
        "LOG_FORMAT": "json",
    }
    processes = Processes(database, folder, OFFLINE | settings)
    try:
        process = processes.serve()
        people = [_somebody(process, database, folder, *who) for who in (["--new-user", "Ada"], ["--new-user", "Eve"], ["--admin"])]
        with httpx.Client(base_url=process.url, timeout=10) as anonymous:
            ada, eve, admin = people
            for person in (ada, eve):
                _talk(person)
            yield Place(process, database, provider, ada, eve, admin, anonymous)
        for person in people:
            person.client.close()
    finally:
        processes.stop()


def _somebody(process: Process, database: URL, folder: Path, *who: str) -> User:
    key = run_keys(database, folder, "create", *who)
    client = httpx.Client(base_url=process.url, timeout=10, headers={"Authorization": f"Bearer {key}"})
    return User(client.get("/api/session").raise_for_status().json()["user_id"], key, client)


def _talk(person: User) -> None:
    person.thread = _post(person, "/api/threads", {"user_id": person.user_id})["thread_id"]
    posted = _post(person, f"/api/threads/{person.thread}/messages", {"content": "Who knows Kubernetes?"})
    person.run, person.message = posted["run_id"], posted["message_id"]
    assert "event: done" in person.client.get(f"/api/runs/{person.run}/events").text


def _post(person: User, path: str, body: dict[str, Any]) -> dict[str, Any]:
    return person.client.post(path, json=body).raise_for_status().json()
