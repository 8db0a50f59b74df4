"""The CVs, searched and read off the event loop: a `ContextProvider` for the assistant `cvs`, and the `CvLibrary` behind `/api/cvs`.

Behind it stands `HybridRag`, which takes a second to import and milliseconds to search: a few threads do both. `run` is one of the service's
background tasks: it opens the index at the start, and builds it first if there is none that can be used. Who asks meanwhile waits, within bounds.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import Protocol, TypeVar

import structlog

from app.application.cvs.library import CvCard, CvPage
from app.application.ports import Context
from app.domain.chat.entities import Assistant, Message
from app.domain.chat.errors import Unavailable
from app.infrastructure.context.cv_index_place import CvIndexPlace
from app.infrastructure.context.first_index import BuildFailed, build_index, turn_to_build
from app.infrastructure.context.follow_ups import FollowUps

THREADS = 4
PATIENCE = 30.0
"""Seconds that a question waits for an index that is being built."""

T = TypeVar("T")

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class _Door(Protocol):
    """`HybridRag`, as seen from here: importing it is what has to be put off."""

    def reason_to_build(self) -> str: ...
    def no_cvs(self) -> bool: ...
    def search(self, question: str, history: Sequence[Message], rewritten: str = "") -> Context: ...
    def page(self, after: str, limit: int) -> CvPage: ...
    def card(self, cv_id: str) -> CvCard: ...
    def pdf(self, cv_id: str) -> Path: ...


class IndexedCvs:
    """See the module. Every call but `run` waits until `run` has an index, or knows that there will be none."""

    def __init__(self, place: CvIndexPlace, follow_ups: FollowUps | None = None) -> None:
        self._place = place
        self._follow_ups = follow_ups
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="cvs")
        self._opened: asyncio.Event = asyncio.Event()
        self._door: _Door | None = None
        self._problem = ""

    async def run(self) -> None:
        """Open the index, after building it if need be. Returns then; a failure is one line in the log, and what callers are told."""
        try:
            door = await self._in_thread(lambda: _open(self._place))
            if await self._in_thread(door.reason_to_build):
                await self._build(door)
            self._door = door
        except BuildFailed as failed:
            self._problem = str(failed)
            log.error("The CVs cannot be searched", why=self._problem)  # noqa: TRY400 - the sentence says it all
        finally:
            self._opened.set()

    async def find(self, question: str, history: Sequence[Message], assistant: Assistant) -> Context:  # noqa: ARG002 - asked for `cvs` only
        """What the CVs say about the question. Without passages if nobody's CV answers it. Raises `Unavailable`."""
        door = await self._ready()
        rewritten = await self._follow_ups.standing_alone(question, history) if self._follow_ups and history else ""
        return await self._in_thread(lambda: door.search(question, history, rewritten))

    async def page(self, after: str, limit: int) -> CvPage:
        """See `CvLibrary`."""
        door = await self._ready()
        return await self._in_thread(lambda: door.page(after, limit))

    async def card(self, cv_id: str) -> CvCard:
        """See `CvLibrary`."""
        door = await self._ready()
        return await self._in_thread(lambda: door.card(cv_id))

    async def pdf(self, cv_id: str) -> Path:
        """See `CvLibrary`."""
        door = await self._ready()
        return await self._in_thread(lambda: door.pdf(cv_id))

    def close(self) -> None:
        """Let go of the threads; searches under way end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _build(self, door: _Door) -> None:
        async with turn_to_build(self._place.store):
            reason = await self._in_thread(door.reason_to_build)  # again: another process may have had its turn
            if not reason:
                return
            if await self._in_thread(door.no_cvs):
                log.warning("There are no CVs to answer from", folder=str(self._place.pdf_dir))
                return
            log.info("Indexing the CVs", folder=str(self._place.pdf_dir), why=reason)
            await build_index(self._place)
            await self._in_thread(door.reason_to_build)  # opens what was built

    async def _ready(self) -> _Door:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._opened.wait()
        except TimeoutError:
            raise Unavailable("index_building", "The CVs are still being indexed. Ask again in a moment.", retry_after=5) from None
        if self._door is None:
            raise Unavailable("index_unusable", self._problem or "The CVs cannot be searched.", retry_after=30)
        return self._door

    async def _in_thread(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, copy_context().run, call)  # log lines in there name the run


def _open(place: CvIndexPlace) -> _Door:
    from app.infrastructure.context.hybrid_rag.door import HybridRag

    return HybridRag(place)
