"""The two kinds of cluster this package runs, with their Postgres settings: the durable one, and the throwaway one of the test suite.

Promises that a setting is written down once, with its reason. Settings in `written` go into `postgresql.conf` when a cluster is made, so
`ALTER SYSTEM` can change them; those in `commanded` are given at every start and hold whatever the files say. All of them are known to
Postgres 15. Called by `cluster` and by the keeper.
"""

import signal
from collections.abc import Mapping
from dataclasses import dataclass

USER = "chatbot"

_COMMANDED = {
    "listen_addresses": "",  # the socket only: its folder is the password
    "unix_socket_permissions": "0777",  # root may connect to the account's server; the folder keeps everybody else out
    "logging_collector": "off",  # the keeper bounds the log
    "log_destination": "stderr",
}

_SMALL_AND_SELF_HOSTED = {
    "shared_buffers": "128MB",
    "max_connections": "200",
    "wal_level": "minimal",  # nobody replicates from an embedded server
    "max_wal_senders": "0",
    "jit": "off",  # short queries: compiling costs more than it saves
    "log_checkpoints": "off",  # one line every five minutes says nothing here
    "dynamic_shared_memory_type": "mmap",  # logind removes a user's shared memory at logout, containers have little of it
    "timezone": "UTC",
    "log_timezone": "UTC",
}

_NOTHING_TO_LOSE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",  # query plans must not depend on when it ran
}


@dataclass(frozen=True, slots=True)
class Flavour:
    """What kind of cluster to make, and what its keeper does with it."""

    database: str
    """Created if it is missing."""
    initdb_options: tuple[str, ...]
    written: Mapping[str, str]
    grace: float
    """Seconds without users before the server is stopped: long enough for one command to follow another."""
    poll: float
    """Seconds between two looks at users and server."""
    stop_signal: signal.Signals
    keep: bool
    """Does the data outlive the server?"""
    commanded: Mapping[str, str]


FLAVOURS = {
    "durable": Flavour(
        database="chatbot",
        initdb_options=(),
        written=_SMALL_AND_SELF_HOSTED,
        commanded=_COMMANDED,
        grace=1.0,
        poll=0.2,
        stop_signal=signal.SIGINT,  # "fast": ends sessions, writes a checkpoint
        keep=True,
    ),
    "throwaway": Flavour(
        database="postgres",
        initdb_options=("--no-sync",),
        written=_SMALL_AND_SELF_HOSTED | _NOTHING_TO_LOSE,
        commanded=_COMMANDED,
        grace=0.0,
        poll=0.05,
        stop_signal=signal.SIGQUIT,  # "immediate"
        keep=False,
    ),
}
