"""Migrations: every step goes up, down and up again; what they make is what the models say; many processes may run them at once; a blocked one gives up.

Everything runs through `app.infrastructure.db.migrations`, as `chatbot migrate` does.
"""

import re
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from psycopg import sql
from sqlalchemy import URL, create_engine, pool, text
from sqlalchemy.exc import OperationalError

from app.infrastructure.db import migrations
from app.infrastructure.db.engine import conninfo
from app.infrastructure.models.tables import Base
from tests.processes import ROOT

LOCK_TIMEOUT = 5.0
AT_ONCE = 6


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(migrations.scripts()))
    return ScriptDirectory.from_config(config)


REVISIONS: list[Script] = list(reversed(list(_scripts().walk_revisions())))
"""Oldest first."""


# -- the files -------------------------------------------------------------------------------------------------------------------------


def test_there_is_one_newest_revision_and_the_product_knows_it_without_alembic() -> None:
    assert _scripts().get_heads() == [migrations.head()]


@pytest.mark.parametrize("revision", REVISIONS, ids=lambda revision: revision.revision)
def test_a_revision_is_named_by_its_date_which_its_file_begins_with(revision: Script) -> None:
    assert datetime.strptime(revision.revision, "%Y_%m_%d_%H%M")  # noqa: DTZ007 - raises if it is none
    assert Path(revision.path).name.startswith(f"{revision.revision}_")
    assert re.search(rf"Revision: {revision.revision}\b", revision.longdoc)
    assert not revision.down_revision or str(revision.down_revision) < revision.revision, "a later date comes later"


# -- up and down -----------------------------------------------------------------------------------------------------------------------


def test_every_step_goes_up_down_and_up_again(empty_database_url: URL) -> None:
    states = [_schema(empty_database_url)]
    for number, revision in enumerate(REVISIONS):
        migrations.upgrade(empty_database_url, revision.revision)
        states.append(_schema(empty_database_url))
        migrations.downgrade(empty_database_url, str(revision.down_revision or "base"))
        assert _schema(empty_database_url) == states[number], f"{revision.revision} leaves something behind"
        migrations.upgrade(empty_database_url, revision.revision)
        assert _schema(empty_database_url) == states[number + 1], f"{revision.revision} differs the second time"
    assert migrations.current(empty_database_url) == migrations.head()


def test_going_down_to_base_leaves_nothing(database_url: URL, empty_database_url: URL) -> None:
    migrations.downgrade(database_url, "base")
    assert migrations.current(database_url) is None
    assert _schema(database_url) == _schema(empty_database_url) == []


def test_a_migration_keeps_what_is_stored(database_url: URL) -> None:
    with psycopg.connect(conninfo(database_url), autocommit=True) as connection:
        connection.execute("INSERT INTO users (name) VALUES ('kept')")
        migrations.upgrade(database_url)
        assert connection.execute("SELECT name FROM users").fetchall() == [("kept",)]


SCHEMA = """
SELECT 'column', table_name, column_name, concat_ws(' ', data_type, is_nullable, column_default, is_identity, identity_generation)
    FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'type', typname, typtype::text, '' FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')
UNION ALL SELECT 'function', proname, pg_get_functiondef(oid), '' FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'sequence', sequence_name, data_type, '' FROM information_schema.sequences WHERE sequence_schema = 'public'
ORDER BY 1, 2, 3, 4
"""


def _schema(url: URL) -> list[tuple[Any, ...]]:
    """Everything in the database but Alembic's own table, as Postgres describes it."""
    with psycopg.connect(conninfo(url), autocommit=True) as connection:
        return [row for row in connection.execute(SCHEMA).fetchall() if row[1] != "alembic_version"]


# -- models and migrations -------------------------------------------------------------------------------------------------------------


def test_migrations_make_what_the_models_say(database_url: URL) -> None:
    with create_engine(database_url, poolclass=pool.NullPool).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrations_make_every_detail_that_the_models_say(database_url: URL, empty_database_url: URL) -> None:
    """Alembic's comparison does not see checks, nor the conditions of indexes: so build the models beside, and let Postgres describe both."""
    engine = create_engine(empty_database_url, poolclass=pool.NullPool)
    Base.metadata.create_all(engine)
    assert _schema(database_url) == _schema(empty_database_url)


# -- many at once, and in the way of others --------------------------------------------------------------------------------------------


UPGRADE = """
import sys
from sqlalchemy import make_url
from app.infrastructure.db import migrations
migrations.upgrade(make_url(sys.argv[1]))
"""


def test_many_processes_may_migrate_at_once(empty_database_url: URL) -> None:
    command = [sys.executable, "-c", UPGRADE, empty_database_url.render_as_string(hide_password=False)]
    started = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for _ in range(AT_ONCE)]
    outputs = [process.communicate(timeout=60)[0] for process in started]
    assert [process.returncode for process in started] == [0] * AT_ONCE, outputs
    assert migrations.current(empty_database_url) == migrations.head()


@contextmanager
def _holding(url: URL, statement: str) -> Generator[None]:
    with psycopg.connect(conninfo(url)) as connection:
        connection.execute(sql.SQL(statement))  # pyright: ignore[reportArgumentType] - a constant
        yield
        connection.rollback()


def test_a_migration_that_cannot_get_a_tables_lock_gives_up_with_a_clear_error(database_url: URL) -> None:
    """Instead of standing in the queue for it, with every query of the service behind."""
    before = _schema(database_url)
    started = time.monotonic()
    with _holding(database_url, "SELECT * FROM users"), pytest.raises(OperationalError, match="lock timeout"):
        migrations.downgrade(database_url, "base")
    assert LOCK_TIMEOUT - 0.5 < time.monotonic() - started < LOCK_TIMEOUT + 3
    assert _schema(database_url) == before
    assert migrations.current(database_url) == migrations.head()


def test_a_migration_waits_its_turn_behind_another_for_longer_than_for_a_table(empty_database_url: URL) -> None:
    """The other one may take long; its turn is kept by a lock of its own, which no query of the service asks for."""
    engine = create_engine(empty_database_url, poolclass=pool.NullPool)
    with engine.begin() as other:
        other.execute(text("SELECT pg_advisory_xact_lock(7243392026)"))
        waiting = threading.Thread(target=migrations.upgrade, args=(empty_database_url,))
        waiting.start()
        waiting.join(0.5)
        assert waiting.is_alive()
        assert migrations.current(empty_database_url) is None
    waiting.join(20)
    assert migrations.current(empty_database_url) == migrations.head()
