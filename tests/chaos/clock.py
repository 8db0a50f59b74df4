"""A wall clock that jumps in one process alone: a small library of our own, built where a C compiler is, and the file that says how far off it is.

Why not libfaketime: Debian 12's (0.9.10) makes every `time.sleep` of a newer Python fail with EINVAL and takes hold of timed waits, so a process under it
crawls and does not end on SIGTERM, whatever its clock says.
"""

import os
import shutil
import struct
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("clock.c")

NO_CLOCK = "no fault 'clock': there is no C compiler here (apt install gcc libc6-dev) to build tests/chaos/clock.c with."


@dataclass(frozen=True, slots=True)
class Clock:
    """How far one process's wall clock is off: `library` is loaded into it and reads `file`."""

    library: Path
    file: Path

    @property
    def environment(self) -> Mapping[str, str]:
        """What the process has to be started with."""
        return {"LD_PRELOAD": str(self.library), "CHAOS_CLOCK": str(self.file)}

    def step(self, seconds: int) -> None:
        """Let the wall clock jump to so many seconds from the real time; the monotonic clock goes on."""
        with self.file.open("r+b" if self.file.exists() else "wb") as file:
            file.write(struct.pack("=q", seconds))


def build_library(folder: Path) -> Path | None:
    """The library, built into the folder; None where there is no C compiler. Raises `CalledProcessError` if it does not build."""
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    library = folder / "clock.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", str(library), str(SOURCE)], check=True)
    return library
