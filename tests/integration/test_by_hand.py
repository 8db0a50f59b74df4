"""What people type who come from other projects: `alembic` in the project's folder, `uvicorn app.main:app`. It works, or says in a sentence what to type instead."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import URL

from app.settings import Settings
from tests.processes import ROOT

CLEAN = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what alembic reads: it writes new revisions beside the old ones."""
    shutil.copytree(ROOT / "alembic", tmp_path / "alembic", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "alembic.ini", tmp_path)
    return tmp_path


def alembic(project: Path, *arguments: str, **settings: str) -> str:
    environment = CLEAN | {"PYTHONPATH": str(ROOT)} | settings
    command = [sys.executable, "-m", "alembic", *arguments]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_alembic_by_hand(project: Path, empty_database_url: URL) -> None:
    url = {"DATABASE_URL": empty_database_url.set(drivername="postgresql").render_as_string(hide_password=False)}
    assert "<base> -> 2026_11_20_2100" in alembic(project, "history", **url)
    alembic(project, "upgrade", "head", **url)
    assert "(head)" in alembic(project, "current", **url)
    assert "No new upgrade operations" in alembic(project, "check", **url)
    before = {path.name for path in (project / "alembic" / "versions").glob("*.py")}
    alembic(project, "revision", "--autogenerate", "-m", "a description", **url)
    (new,) = {path.name for path in (project / "alembic" / "versions").glob("*.py")} - before
    assert re.fullmatch(r"\d{4}_\d\d_\d\d_\d{4}_a_description.py", new)
    text = (project / "alembic" / "versions" / new).read_text()
    assert f"revision = '{new[:15]}'" in text, "named by its date, as the others are"
    assert "op." not in text.partition("def upgrade")[2], "there is nothing to change"
    alembic(project, "upgrade", "head", **url)
    assert f"{new[:15]} (head)" in alembic(project, "current", **url)
    alembic(project, "downgrade", "base", **url)


@pytest.mark.skipif(sys.platform == "win32", reason="the embedded database is for Unix")
def test_alembic_by_hand_on_the_embedded_database(project: Path) -> None:
    data = project / "data"
    try:
        alembic(project, "upgrade", "head", DATA_DIR=str(data))
        assert "(head)" in alembic(project, "current", DATA_DIR=str(data))
    finally:
        shutil.rmtree((data / "postgres").resolve(), ignore_errors=True)


def test_uvicorn_by_hand_is_told_what_to_type(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "uvicorn", "app.main:app", "--port", "0"]
    done = subprocess.run(
        command, cwd=tmp_path, env=CLEAN | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode != 0
    assert "chatbot serve" in done.stderr
    assert "Traceback" not in done.stderr
