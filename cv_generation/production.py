"""Makes a dataset: writes the profiles that are missing, prints the PDFs that don't match, several at a time.

A failure of one CV doesn't stop the others; what failed is in the `Outcome`. Only when no page can be printed at all (`RendererMissing`) does
the work stop. Cancelling stops at once, kills the renderers, and leaves whole files only.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial

from cv_generation.briefs import Brief
from cv_generation.profiles import Profile
from cv_generation.render.html import NoSuchTemplate, fingerprint, to_html
from cv_generation.render.pdf import CHILD, DEFAULT_LIMIT, Press, RendererMissing, RenderFailed, press
from cv_generation.shelf import Shelf
from cv_generation.writer import ProfileWriter, WritingFailed


class Step(StrEnum):
    """What happened to a CV, as the progress display hears it."""

    WRITTEN = "written"
    KEPT = "kept"
    PRINTED = "printed"
    PRINT_KEPT = "print kept"
    FAILED = "failed"


Notice = Callable[[Step, str], None]
"""Called with the step and the CV's id."""


_Piece = Callable[[Press], Awaitable[None]]


@dataclass(slots=True)
class Outcome:
    """What a run did: how often each step happened, and why CVs failed, by id."""

    counts: dict[Step, int] = field(default_factory=lambda: dict.fromkeys(Step, 0))
    failures: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Order:
    """How to work: `redo` ignores what is there; `jobs` CVs at a time."""

    jobs: int = 2
    redo: bool = False
    limit: float = DEFAULT_LIMIT
    child: Sequence[str] = CHILD


class Production:
    """One run over one folder."""

    def __init__(self, shelf: Shelf, order: Order, notice: Notice) -> None:
        self._shelf = shelf
        self._order = order
        self._notice = notice
        self._outcome = Outcome()
        self._missing: RendererMissing | None = None

    async def write(self, briefs: Sequence[Brief], writer: ProfileWriter) -> Outcome:
        """The profiles of the briefs, as JSON."""

        async def piece(brief: Brief, _: Press) -> None:
            await self._write_one(brief, writer)

        return await self._in_parallel([partial(piece, brief) for brief in briefs])

    async def render(self, profiles: Sequence[Profile]) -> Outcome:
        """The PDFs of the profiles. Raises `RendererMissing`."""
        return await self._in_parallel([partial(self._print_one, profile) for profile in profiles])

    async def make(self, briefs: Sequence[Brief], writer: ProfileWriter) -> Outcome:
        """Both, CV by CV. Raises `RendererMissing`."""

        async def piece(brief: Brief, press: Press) -> None:
            profile = await self._write_one(brief, writer)
            if profile is not None:
                await self._print_one(profile, press)

        return await self._in_parallel([partial(piece, brief) for brief in briefs])

    async def _in_parallel(self, pieces: Sequence[_Piece]) -> Outcome:
        waiting = iter(pieces)
        try:
            async with asyncio.TaskGroup() as workers:
                for number in range(min(self._order.jobs, len(pieces))):
                    workers.create_task(self._work(waiting), name=f"cv-worker-{number}")
        except* RendererMissing as missing:
            first = missing.exceptions[0]
            self._missing = first if isinstance(first, RendererMissing) else None
        if self._missing is not None:
            raise self._missing
        return self._outcome

    async def _work(self, waiting: Iterator[_Piece]) -> None:
        """Take pieces, with one press, until there are none."""
        async with press(self._order.limit, self._order.child) as one:
            for piece in waiting:
                await piece(one)

    async def _write_one(self, brief: Brief, writer: ProfileWriter) -> Profile | None:
        kept = None if self._order.redo else self._shelf.holds(brief, writer.provenance(brief))
        if kept is not None and kept.presentation == brief.presentation:
            self._tell(Step.KEPT, brief.cv_id)
            return kept
        try:
            profile = await writer.write(brief) if kept is None else kept.model_copy(update={"presentation": brief.presentation})
            self._shelf.save(profile)
        except (WritingFailed, OSError) as failure:
            self._fail(brief.cv_id, failure)
            return None
        self._tell(Step.WRITTEN, brief.cv_id)
        return profile

    async def _print_one(self, profile: Profile, press: Press) -> None:
        try:
            html = to_html(profile)
            identifier = fingerprint(html)
            if not self._order.redo and self._shelf.has_pdf_of(profile.cv_id, identifier):
                self._tell(Step.PRINT_KEPT, profile.cv_id)
                return
            with self._shelf.incoming(self._shelf.pdf_path(profile.cv_id)) as unfinished:
                await press.print(html, identifier, unfinished)
        except (RenderFailed, NoSuchTemplate, OSError) as failure:
            self._fail(profile.cv_id, failure)
            return
        self._tell(Step.PRINTED, profile.cv_id)

    def _fail(self, cv_id: str, failure: Exception) -> None:
        self._outcome.failures[cv_id] = str(failure)
        self._tell(Step.FAILED, cv_id)

    def _tell(self, step: Step, cv_id: str) -> None:
        self._outcome.counts[step] += 1
        self._notice(step, cv_id)
