"""The Postgres of a chaos run: durable, to be restarted, crashed, cut and, where a disk of its own can be mounted, filled up."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from sqlalchemy import URL, make_url

from app.infrastructure.db import migrations
from app.infrastructure.db.embedded import ensure_running

NO_DISK = "no fault 'disk': mounting a small disk needs root with the right to mount."


class Database:
    """`url` is a migrated database. `dsn` is the same for psycopg."""

    def __init__(self, url: str, home: Path, disk: Path | None) -> None:
        self.url: URL = make_url(url)
        self.dsn = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._home = home
        self.disk = disk

    def signal(self, number: signal.Signals) -> None:
        """SIGINT is a fast restart, SIGQUIT an immediate one, which recovers as after a crash: the keeper starts it again."""
        with suppress(OSError, ValueError, IndexError):  # it may be on its way down already
            os.kill(int((self._home / "data" / "postmaster.pid").read_text().split()[0]), number)

    def terminate(self) -> None:
        """pg_terminate_backend for everybody."""
        with suppress(psycopg.OperationalError), psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IS NOT NULL AND pid <> pg_backend_pid()"
            )

    def fill(self) -> None:
        """Use up the disk to the last byte."""
        assert self.disk is not None
        with suppress(OSError), self._ballast.open("ab", buffering=0) as ballast:
            while True:
                ballast.write(bytes(65_536))

    def empty(self) -> None:
        """Give the disk back."""
        self._ballast.unlink(missing_ok=True)

    @property
    def _ballast(self) -> Path:
        assert self.disk is not None
        return self.disk / "ballast"


@contextmanager
def running_database(megabytes: int) -> Generator[Database, None, None]:
    """A database for as long as the block lasts, on a disk of that size if one can be mounted."""
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    folder.chmod(0o755)  # the account that Postgres runs under, where we are root, must get in
    disk = folder if _mount(folder, megabytes) else None
    try:
        with ensure_running(folder) as embedded:
            database = Database(embedded.url, embedded.home, disk)
            migrations.upgrade(database.url)
            _keep_small(database)
            yield database
            if disk is not None:
                database.empty()
    finally:
        if disk is not None:
            subprocess.run(["umount", "--lazy", folder], check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _mount(folder: Path, megabytes: int) -> bool:
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    options = f"size={megabytes}m,mode=0755"
    return subprocess.run(["mount", "-t", "tmpfs", "-o", options, "chaos", folder], check=False, capture_output=True).returncode == 0


def _keep_small(database: Database) -> None:
    """The write-ahead log must not fill the small disk by itself."""
    with psycopg.connect(database.dsn, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET max_wal_size = '64MB'")
        connection.execute("SELECT pg_reload_conf()")
