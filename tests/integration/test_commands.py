"""What operators type: each command does what it says, ends with the right status, and says in a sentence what is wrong. The larger ones have tests of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import URL

from app.settings import Settings
from tests.processes import ROOT

CLEAN = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}


class Shell:
    """`chatbot`, in a folder of its own, on a migrated database."""

    def __init__(self, folder: Path, database: URL) -> None:
        self._folder = folder
        self._database = database.set(drivername="postgresql").render_as_string(hide_password=False)

    def __call__(self, *arguments: str, **settings: str) -> tuple[int, str, str]:
        """Status, output, complaints."""
        environment = CLEAN | {"PYTHONPATH": str(ROOT), "DATABASE_URL": self._database, "LLM_PROVIDER": "offline"} | settings
        command = [sys.executable, "-m", "app", *arguments]
        done = subprocess.run(command, cwd=self._folder, env=environment, capture_output=True, text=True, check=False, timeout=100)
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout, done.stderr


@pytest.fixture
def chatbot(tmp_path: Path, database_url: URL) -> Shell:
    return Shell(tmp_path, database_url)


def test_keys_are_made_shown_without_their_secret_and_revoked(chatbot: Shell) -> None:
    status, made, said = chatbot("keys", "create", "--new-user", "Ada", "--name", "laptop")
    assert (status, made.count("\n")) == (0, 1)
    assert "user 1" in said
    key_id, secret = made.strip().split("_")[1:3]
    chatbot("keys", "create", "--admin", "--name", "prometheus")
    _, listed, _ = chatbot("keys", "list")
    assert secret not in listed
    assert [(line.split()[0] == key_id, "valid" in line) for line in listed.splitlines()] == [(True, True), (False, True)]
    assert "admin" in listed.splitlines()[1]
    status, said, _ = chatbot("keys", "revoke", key_id)
    assert (status, said) == (0, f"Key {key_id} of user 1 is worthless now.\n")
    assert "revoked" in chatbot("keys", "list")[1].splitlines()[0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("keys", "create"), ["--user ID", "--new-user NAME", "--admin"]),
        (("keys", "create", "--admin", "--user", "1"), ["Say whose key it is"]),
        (("keys", "create", "--user", "7"), ["There is no user 7", "--new-user"]),
        (("keys", "create", "--new-user", " "), ["at most 200 characters"]),
        (("keys", "create", "--new-user", "a\nb"), ["printable"]),
        (("keys", "revoke", "nobody"), ["There is no key nobody", "chatbot keys list"]),
        (("retention", "--now", "--dry-run"), ["either --now or --dry-run"]),
        (("index", "--contextual"), ["needs a model", "LLM_PROVIDER"]),
    ],
)
def test_what_makes_no_sense_is_told_in_a_sentence(chatbot: Shell, arguments: tuple[str, ...], words: list[str]) -> None:
    status, output, said = chatbot(*arguments)
    assert (status, output) == (2, "")
    assert said.count("\n") == 1
    for word in words:
        assert word in said


def test_retention_says_what_there_is_to_do_and_does_it(chatbot: Shell) -> None:
    status, told, _ = chatbot("retention", KEEP_THREADS_DAYS="30", COMPACT_AFTER_HOURS="2")
    assert status == 0
    assert "merged: 2 hours after its end" in told
    assert "removed: 30 days after" in told
    assert "To do now: 0 answers" in told
    assert "never" in chatbot("retention")[1]
    assert "Done: 0 answers merged" in chatbot("retention", "--now")[1]


def test_the_log_is_partitioned_once_and_shown(chatbot: Shell) -> None:
    status, shown, _ = chatbot("partition", "--show")
    assert (status, shown) == (0, "")
    status, made, _ = chatbot("partition")
    assert status == 0
    assert made.startswith("Made: ")
    assert "nothing, it is as it should be" in chatbot("partition")[1]
    assert len(chatbot("partition", "--show")[1].splitlines()) >= 2


def test_documents_are_printed_for_programs(chatbot: Shell) -> None:
    assert json.loads(chatbot("openapi")[1])["openapi"].startswith("3.1")
    assert chatbot("env")[1] == (ROOT / ".env_ex").read_text()
