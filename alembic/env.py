"""Runs migrations, for `chatbot migrate` (which hands over a connection) and for `alembic` by hand (which connects as the settings say).

Every migration runs in one transaction, under an advisory lock, so that many processes may start at once, and with a lock time-out: a migration that
cannot get a table's lock fails within seconds and can be repeated, instead of queueing the whole service behind itself.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from alembic import context
from alembic.operations.ops import MigrationScript
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, pool, text

from app.infrastructure.models.tables import Base

LOCK_TIMEOUT = "5s"
ADVISORY_LOCK = 7_243_392_026
"""Any number, the same in every process of this product."""


def name_by_date(_context: MigrationContext, _revision: str | Iterable[str | None] | Iterable[str], scripts: list[MigrationScript]) -> None:
    """A new revision (`alembic revision --autogenerate`) is called like its file begins: see tests/integration/test_migrations.py."""
    for script in scripts:
        script.rev_id = datetime.now(UTC).strftime("%Y_%m_%d_%H%M")


def migrate(connection: Connection) -> None:
    """Run the migrations that the caller asked for on this connection."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        compare_server_default=True,
        process_revision_directives=name_by_date,
    )
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        connection.execute(text("SELECT set_config('lock_timeout', :limit, true)"), {"limit": LOCK_TIMEOUT})
        context.run_migrations()


def migrate_by_hand() -> None:
    """Connect as the application would."""
    from app.infrastructure.db.database import open_database
    from app.infrastructure.db.engine import plain, preparing
    from app.settings import load_settings

    settings = load_settings()
    url = settings.database_url
    with (
        open_database(url.get_secret_value() if url else None, settings.data_dir) as database,
        create_engine(plain(database.url), poolclass=pool.NullPool, connect_args=preparing(database.url)).connect() as connection,
    ):
        migrate(connection)


handed_over = context.config.attributes.get("connection")
if handed_over is None:
    migrate_by_hand()
else:
    migrate(handed_over)
