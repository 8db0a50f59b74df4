"""How many files a process may have open: every connection is one, and the system's default is often 1,024.

`serve` and `worker` ask for as many as they may have. When there is none left the event loop closes new connections at once;
those that are open go on, and when some end others come in again. The log cannot say it then, `process_open_fds` beside `process_max_fds` does.
"""

import resource

WANTED = 65_536
"""More than one process serves, with what Postgres and the index need."""

FEW = 4_096
"""Below this the person at the terminal is told."""


def allow_open_files() -> int:
    """Raise the soft limit as far as the hard one lets, up to `WANTED`, and never lower it; answers how many files may be open now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    if soft == resource.RLIM_INFINITY or soft >= most:
        return WANTED if soft == resource.RLIM_INFINITY else soft
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most
