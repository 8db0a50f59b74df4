"""Builds the index of the CVs in a process of its own, so that a server that has none yet can answer other requests meanwhile.

`IndexedCvs` calls it at the start. Several processes that share a store take turns, and those that come later find the work done.
"""

import asyncio
import fcntl
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TextIO

import structlog

from app.infrastructure.context.cv_index_place import CvIndexPlace

LOCK_POLL = 0.2

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class BuildFailed(Exception):
    """The index could not be built; the sentence says why."""


@asynccontextmanager
async def turn_to_build(store: Path) -> AsyncGenerator[None]:
    """One process at a time. The lock goes with the process, whatever happens to it. Raises `BuildFailed` if the store cannot be written."""
    with _lock_file(store) as file:
        while not _locked(file.fileno()):  # noqa: ASYNC110 - another process cannot set an event here
            await asyncio.sleep(LOCK_POLL)
        yield


async def build_index(place: CvIndexPlace) -> None:
    """Index the folder and make the result current. Raises `BuildFailed`. Cancelled, it ends the process it started."""
    arguments = ["index", "--pdf-dir", str(place.pdf_dir), "--store", str(place.store), "--embedder", place.embedder, "--json"]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "rag", *arguments, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe
    )
    try:
        output, trouble = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        lines = trouble.decode(errors="replace").strip().splitlines()
        raise BuildFailed(lines[-1] if lines else f"It ended with status {process.returncode}.")
    report = json.loads(output)
    for skipped in report["skipped"]:
        log.warning("A CV cannot be read and is left out", file=skipped["file"], why=skipped["reason"])
    log.info("The CVs are indexed", cvs=report["cvs"], passages=report["passages"], seconds=round(report["seconds"], 1))


def _lock_file(store: Path) -> TextIO:
    try:
        store.mkdir(parents=True, exist_ok=True)
        return (store / ".building").open("w")
    except OSError as error:
        raise BuildFailed(f"The index cannot be written to {store}: {error.strerror}. Let RAG_STORE name another folder.") from error


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
