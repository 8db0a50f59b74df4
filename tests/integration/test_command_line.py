"""`chatbot`, used wrongly or asked for what it is: one sentence and the right exit status, never a traceback."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import URL

from app.bootstrap.version import app_version
from tests.processes import ROOT


def chatbot(*arguments: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "DATA_DIR": str(folder), **settings}
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def refused(told: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a command that failed."""
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.count("\n") == 1, told.stderr
    return told.stderr.strip()


def test_it_says_its_version(tmp_path: Path) -> None:
    told = chatbot("--version", folder=tmp_path)
    assert (told.returncode, told.stdout, told.stderr) == (0, f"{app_version()}\n", "")


@pytest.mark.parametrize("asked", [("nonsense",), ("--down", "nonsense"), ("+9",)])
def test_a_revision_that_there_is_not(database_url: URL, tmp_path: Path, asked: tuple[str, ...]) -> None:
    url = database_url.set(drivername="postgresql").render_as_string(hide_password=False)
    sentence = refused(chatbot("migrate", *asked, folder=tmp_path, DATABASE_URL=url))
    assert asked[-1] in sentence
    assert "`head`" in sentence


def test_an_address_that_is_not_this_machines_asks_for_another_host(database_url: URL, tmp_path: Path) -> None:
    url = database_url.set(drivername="postgresql").render_as_string(hide_password=False)
    assert refused(chatbot("serve", "--host", "192.0.2.1", "--port", "0", folder=tmp_path, DATABASE_URL=url)).endswith("another HOST.")


def test_a_folder_of_cvs_that_is_not_there_stops_the_start(database_url: URL, tmp_path: Path) -> None:
    url = database_url.set(drivername="postgresql").render_as_string(hide_password=False)
    told = chatbot("serve", "--port", "0", folder=tmp_path, DATABASE_URL=url, CVS_PDF_DIR=str(tmp_path / "none"))
    assert told.returncode == 2
    assert told.stderr.splitlines()[-1].startswith(f"CVS_PDF_DIR: there is no folder {tmp_path / 'none'}.")
