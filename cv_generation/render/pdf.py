"""Pages to PDF in child processes that can be killed: some layouts make WeasyPrint loop for ever, and a thread can't be stopped.

A press keeps one child for many pages (importing WeasyPrint costs more than a page), kills it when a page takes too long, and starts another
for the next page.
"""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

DEFAULT_LIMIT = 30.0
"""Seconds for one CV; a normal one takes a tenth of a second."""

CHILD = (sys.executable, "-P", str(Path(__file__).with_name("child.py")))
"""By path, so that it runs from any folder; -P keeps the modules beside it from hiding those of the standard library."""


class RenderFailed(Exception):
    """This page didn't become a PDF. The message says why."""


class RendererMissing(Exception):
    """No page can become a PDF on this machine; the message says what to install."""

    @classmethod
    def libraries(cls, cause: str) -> "RendererMissing":
        """WeasyPrint is there, and what it is built on is not."""
        return cls(
            f"WeasyPrint can't load its system libraries ({cause}). Debian or Ubuntu: "
            "apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0; macOS: brew install pango"
        )

    @classmethod
    def package(cls, cause: str) -> "RendererMissing":
        """WeasyPrint itself is not there."""
        return cls(f"WeasyPrint is not installed ({cause}): uv sync --extra cvs")


class Press:
    """One child process at a time. For one caller: pages are printed one after another."""

    def __init__(self, limit: float, child: Sequence[str]) -> None:
        self._limit = limit
        self._command = child
        self._child: Process | None = None

    async def print(self, html: str, identifier: str, pdf: Path) -> int:
        """Write the PDF and return its number of pages. What stands at `pdf` after a failure is not a PDF."""
        child = await self._started()
        page = json.dumps({"html": html, "pdf": str(pdf), "identifier": identifier})
        try:
            async with asyncio.timeout(self._limit):
                answer = await _ask(child, page)
        except TimeoutError:
            await self.stop()
            raise RenderFailed(f"not laid out within {self._limit:g} s; the renderer was stopped") from None
        except asyncio.CancelledError:
            await self.stop()
            raise
        if answer is None:
            await self.stop()
            raise RenderFailed("the renderer died")
        return _pages(answer)

    async def stop(self) -> None:
        """Kill the child, if there is one, and wait until it is gone, also if the wait is cancelled; and its pipes with it: they outlive it by a moment."""
        child, self._child = self._child, None
        if child is None:
            return
        with suppress(ProcessLookupError):
            child.kill()
        assert child.stdin is not None
        child.stdin.close()
        gone = asyncio.ensure_future(child.communicate())
        try:
            await asyncio.shield(gone)
        except asyncio.CancelledError:
            await gone
            raise

    async def _started(self) -> Process:
        if self._child is None:
            self._child = await asyncio.create_subprocess_exec(*self._command, stdin=PIPE, stdout=PIPE, stderr=asyncio.subprocess.DEVNULL)
        return self._child


@asynccontextmanager
async def press(limit: float = DEFAULT_LIMIT, child: Sequence[str] = CHILD) -> AsyncGenerator[Press]:
    """A press whose child is gone afterwards, whatever happened."""
    one = Press(limit, child)
    try:
        yield one
    finally:
        await one.stop()


async def _ask(child: Process, page: str) -> dict[str, object] | None:
    """The child's answer; None if it died."""
    assert child.stdin is not None
    assert child.stdout is not None
    with suppress(BrokenPipeError, ConnectionResetError):
        child.stdin.write(page.encode() + b"\n")
        await child.stdin.drain()
    line = await child.stdout.readline()
    return json.loads(line) if line.endswith(b"\n") else None


def _pages(answer: dict[str, object]) -> int:
    if "missing" in answer:
        raise RendererMissing.libraries(str(answer["missing"]))
    if "missing_package" in answer:
        raise RendererMissing.package(str(answer["missing_package"]))
    if "error" in answer:
        raise RenderFailed(str(answer["error"]))
    pages = answer["pages"]
    assert isinstance(pages, int)
    return pages
