"""The keeper: a small process of its own that runs Postgres for as long as anybody uses it, then stops it and ends.

    started by the door, holding keeper.lock ──► server up (made, started or adopted) ──► "ready"
    while users.lock is held by anybody:         a server that died is brought up again, with its data
    users.lock free for the grace time:          take it exclusively ─► stop the server ─► end, which frees all locks

Promises: exactly one keeper a home (it inherits `keeper.lock`); no user is ever left with a stopping server, because a user holds
`users.lock` shared before it looks at anything, and the keeper stops only while it holds that lock alone; if the home is removed, the
server goes with it. A killed keeper harms nothing: Postgres runs on, and the next user's keeper adopts it. A keeper that is asked to end
(SIGTERM, at the end of a service or of the machine) still serves the users it has, only without the grace time: they may be writing their
last words.

    python -m app.infrastructure.db.embedded.keeper ORDER       (started by `door`, never by hand)
"""

import os
import select
import shutil
import signal
import sys
import time
import traceback
from pathlib import Path
from types import FrameType

from app.infrastructure.db.embedded import locks, log
from app.infrastructure.db.embedded.accounts import acting_as, become
from app.infrastructure.db.embedded.cluster import Cluster
from app.infrastructure.db.embedded.errors import EmbeddedDatabaseError, explained
from app.infrastructure.db.embedded.flavours import FLAVOURS
from app.infrastructure.db.embedded.order import Order, Reports
from app.infrastructure.db.embedded.programs import Programs, choose, within_reach
from app.infrastructure.db.embedded.record import Record, read_record, remove_record, write_record
from app.infrastructure.db.embedded.sockets import remove_socket_folder, socket_folder

_RESTARTS = 6
"""Failed attempts in a row before the keeper gives up; then the next process that starts hears why."""


class Keeper:
    """Watches users and server. `run` is its whole life."""

    def __init__(self, order: Order, reports: Reports) -> None:
        self._home = Path(order.home)
        self._order = order
        self._reports = reports
        self._flavour = FLAVOURS[order.flavour]
        self._users = locks.open_lock(self._home / locks.USERS)
        self._asked_to_end = False
        self._bell, bell_rope = os.pipe()
        for end in (self._bell, bell_rope):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(bell_rope, warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, self._on_term)
        signal.signal(signal.SIGCHLD, _only_wake)

    def run(self) -> None:
        """Bring the server up, watch until nobody uses it, stop it. Raises `EmbeddedDatabaseError`; a server that it brought up is stopped then."""
        programs = self._prepare()
        before = read_record(self._home)
        folder = socket_folder(self._home, Path(before.socket_folder) if before else None)
        cluster = Cluster(self._home, self._flavour, programs, folder)
        try:
            self._serve(cluster, programs)
        except BaseException:
            cluster.stop(signal.SIGINT)  # a server without a keeper would run for ever
            raise

    def _serve(self, cluster: Cluster, programs: Programs) -> None:
        cluster.bring_up(self._reports.progress)
        write_record(self._home, Record(str(cluster.socket_folder), programs.folder))
        self._reports.ready()
        if self._watch(cluster):
            cluster.stop(self._flavour.stop_signal)
            self._leave(cluster)
        else:
            # Killed, not stopped: a Postgres that ends by itself removes its socket by name, which may be a new server's by now.
            cluster.stop(signal.SIGKILL)

    def _prepare(self) -> Programs:
        """Find the programs and become the account that runs them."""
        account = self._order.account
        with acting_as(account):
            programs = choose(self._order.programs, self._home / "data")
        if account is not None:
            programs = within_reach(programs, account)
            become(account)
        return programs

    def _watch(self, cluster: Cluster) -> bool:
        """Return True when the last user is gone, holding the users' lock exclusively; False if the home was removed."""
        free_since: float | None = None
        while True:
            self._rest()
            if not locks.is_at(self._order.keeper_lock, self._home / locks.KEEPER):
                return False
            log.bound()
            if locks.try_exclusive(self._users):
                free_since = free_since or time.monotonic()
                if self._asked_to_end or time.monotonic() - free_since >= self._flavour.grace:
                    return True
                locks.unlock(self._users)
            else:
                free_since = None
                if not cluster.is_alive():
                    self._bring_back(cluster)

    def _rest(self) -> None:
        """Until it is time to look again, or a signal says so: the server died, or the keeper is asked to end."""
        if select.select([self._bell], [], [], self._flavour.poll)[0]:
            os.read(self._bell, 4096)

    def _bring_back(self, cluster: Cluster) -> None:
        log.note("Postgres ended while it is in use; starting it again.")
        for attempt in range(_RESTARTS):
            try:
                cluster.bring_up(log.note)
            except EmbeddedDatabaseError as error:
                log.note(str(error))
                time.sleep(0.2 * 2**attempt)
            else:
                return
        raise EmbeddedDatabaseError("Postgres ended while it was in use and does not start again.")

    def _leave(self, cluster: Cluster) -> None:
        remove_record(self._home)
        remove_socket_folder(cluster.socket_folder, self._home)
        if not self._flavour.keep:
            shutil.rmtree(self._home, ignore_errors=True)

    def _on_term(self, _signal: int, _frame: FrameType | None) -> None:
        self._asked_to_end = True


def _only_wake(_signal: int, _frame: FrameType | None) -> None:
    pass


def main() -> None:
    """Detach from the door that started this process and keep its order (`argv[1]`); what goes wrong is told to the door and the log."""
    order = Order.from_argument(sys.argv[1])
    if os.fork() > 0:
        os._exit(0)  # the keeper is nobody's child: the process that started it has nothing to wait for
    os.umask(0o077)
    reports = Reports(order.reports)
    try:
        with explained(Path(order.home)):
            Keeper(order, reports).run()
    except EmbeddedDatabaseError as error:
        log.note(str(error))
        reports.failed(str(error))
    except Exception as error:
        log.note(traceback.format_exc())
        reports.failed(f"The keeper of the embedded database failed ({error}): see {Path(order.home) / log.NAME}.")
        raise


if __name__ == "__main__":
    main()
