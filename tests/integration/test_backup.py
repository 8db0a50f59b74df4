"""`chatbot backup` and `chatbot restore` as an operator uses them, on the embedded database and on one elsewhere."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL

from app.infrastructure.db import dump, migrations
from app.infrastructure.db.engine import conninfo
from app.settings import Settings
from tests.contracts.conversation import answer, claimed_run, read_events, read_message, read_run
from tests.contracts.storage import postgres_storage
from tests.integration.serving import copy_of
from tests.processes import ROOT


def chatbot(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}
    environment = {**inherited, "PYTHONPATH": str(ROOT), **variables}
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments], cwd=folder, env=environment, check=False, capture_output=True, text=True, timeout=100
    )


def address(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


async def test_everything_comes_back_to_the_letter_and_a_run_under_way_is_anybodys(
    cluster: URL, template: str, empty_database_url: URL, tmp_path: Path
) -> None:
    url = copy_of(cluster, template)
    async with postgres_storage(url) as storage:
        finished, running = await claimed_run(storage.transactions), await claimed_run(storage.transactions)
        await answer(storage.log, finished, 'said "so"\n – 😀')
        done = chatbot(tmp_path, "backup", "kept.dump", DATABASE_URL=address(url))
        assert done.returncode == 0, done.stderr
        events = await read_events(storage.transactions, finished.run_id)
        message = await read_message(storage.transactions, finished.answer_id)
    assert (tmp_path / "kept.dump").stat().st_mode & 0o777 == 0o600
    restored = chatbot(tmp_path, "restore", "kept.dump", DATABASE_URL=address(empty_database_url))
    assert restored.returncode == 0, restored.stderr
    assert migrations.current(empty_database_url) == migrations.head()
    async with postgres_storage(empty_database_url) as storage:
        assert await read_events(storage.transactions, finished.run_id) == events
        assert await read_message(storage.transactions, finished.answer_id) == message
        assert (await read_run(storage.transactions, running.run_id)).attempt == 1
        later = await claimed_run(storage.transactions)  # the counters went on, so nothing is numbered twice
        await answer(storage.log, later)
    with psycopg.connect(conninfo(empty_database_url)) as connection:
        assert connection.execute("SELECT count(*) FROM executors").fetchone() == (0,)


def test_the_embedded_database_is_backed_up_and_comes_back_elsewhere(tmp_path: Path) -> None:
    here, there = {"DATA_DIR": str(tmp_path / "here")}, {"DATA_DIR": str(tmp_path / "there")}
    assert chatbot(tmp_path, "migrate", **here).returncode == 0
    assert chatbot(tmp_path, "psql", "-c", "INSERT INTO users (name) VALUES ('kept')", **here).returncode == 0
    assert chatbot(tmp_path, "backup", "b.dump", **here).returncode == 0
    restored = chatbot(tmp_path, "restore", "b.dump", **there)
    assert restored.returncode == 0, restored.stderr
    assert "kept" in chatbot(tmp_path, "psql", "-c", "SELECT name FROM users", **there).stdout


def test_a_backup_overwrites_nothing_and_a_restore_neither_unless_told(database_url: URL, tmp_path: Path) -> None:
    file = tmp_path / "a.dump"
    dump.back_up(database_url, file)
    with pytest.raises(dump.DumpFailed, match="exists"):
        dump.back_up(database_url, file)
    with pytest.raises(dump.DumpFailed, match="not empty"):
        dump.restore(database_url, file, replace=False)
    _execute(database_url, "INSERT INTO users (name) VALUES ('later')")
    dump.restore(database_url, file, replace=True)
    assert _execute(database_url, "SELECT count(*) FROM users") == 0


def test_a_restore_that_fails_leaves_everything_as_it_was(database_url: URL, tmp_path: Path) -> None:
    file = tmp_path / "a.dump"
    dump.back_up(database_url, file)
    whole = file.read_bytes()
    _execute(database_url, "INSERT INTO users (name) VALUES ('stays')")
    file.write_bytes(whole[: len(whole) - 2_000])
    with pytest.raises(dump.DumpFailed):
        dump.restore(database_url, file, replace=True)
    file.write_text("no dump at all")
    with pytest.raises(dump.DumpFailed):
        dump.restore(database_url, file, replace=True)
    assert _execute(database_url, "SELECT count(*) FROM users") == 1
    assert migrations.current(database_url) == migrations.head()


def test_nobody_is_restored_under_a_running_server(database_url: URL, tmp_path: Path) -> None:
    file = tmp_path / "a.dump"
    dump.back_up(database_url, file)
    with psycopg.connect(conninfo(database_url)), pytest.raises(dump.DumpFailed, match="in use"):
        dump.restore(database_url, file, replace=True)


def _execute(url: URL, statement: str) -> int:
    with psycopg.connect(conninfo(url), autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else 0
