"""`chatbot serve`, started anew whenever Python under app/ or rag/ changes. Arguments go to `chatbot serve`. Called by scripts/dev.sh (`make dev`).

A restart is like any other: what is being answered is handed over and goes on in the new process, readers come back by their cursor. A file that cannot be imported
leaves no server; the next change starts it again.
"""

import os
import shlex
import sys
from pathlib import Path

from watchfiles import PythonFilter, run_process
from watchfiles.main import FileChange

ROOT = Path(__file__).parents[1]
STOP_SECONDS = 20
"""Draining is quick without a grace time; whatever takes longer is ended, and taken over like after a crash."""


def tell(changes: set[FileChange]) -> None:
    """Say what happens, in a line."""
    names = sorted({str(Path(path).relative_to(ROOT)) for _, path in changes})
    shown = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
    print(f"{shown} changed: the server starts anew. What is being answered goes on.", flush=True)


def main() -> None:
    """Serve until Ctrl-C or SIGTERM."""
    os.environ.setdefault("SHUTDOWN_GRACE", "0")  # noqa: TID251 - for the server that is started from here
    run_process(
        ROOT / "app",
        ROOT / "rag",
        target=shlex.join([sys.executable, "-m", "app", "serve", *sys.argv[1:]]),
        target_type="command",
        callback=tell,
        watch_filter=PythonFilter(),
        grace_period=0.5,  # a start reads files, and may write them: no change of anybody's
        sigint_timeout=STOP_SECONDS,
    )


if __name__ == "__main__":
    main()
