"""The default database: a Postgres of the product's own, in DATA_DIR, with nothing to install, configure or clean up.

    ensure_running ─► place (home, account) ─► locks: hold users.lock ─► keeper alive? ── no ─► start one ─► record ─► url
                                                                                              │
    keeper ─► programs (wheel or system) ─► cluster (initdb, start, adopt) ─► watch users and server ─► stop

Promises one Postgres a data directory, shared by any number of processes that come, go and are killed in any order: servers, workers,
psql, commands. It starts with the first and stops after the last. Unix only; on Windows set DATABASE_URL. Standard library only, and
quick to import. Called by `bootstrap` when no DATABASE_URL is set, by the command line, and by the test suite (`throwaway`).
"""

from app.infrastructure.db.embedded.door import EmbeddedDatabase, ensure_running
from app.infrastructure.db.embedded.errors import EmbeddedDatabaseError
from app.infrastructure.db.embedded.programs import psql
from app.infrastructure.db.embedded.throwaway import throwaway

__all__ = ["EmbeddedDatabase", "EmbeddedDatabaseError", "ensure_running", "psql", "throwaway"]
