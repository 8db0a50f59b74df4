"""The CVs behind the sources, as the use cases see them: a narrow port and its values. `infrastructure/context/indexed_cvs.py` stands behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class CvSkill:
    """A skill as the CV names it; `years` where it says how many."""

    name: str
    years: int | None = None


@dataclass(frozen=True, slots=True)
class CvCard:
    """What the index knows about one CV. All of it was read from the PDF by rules, so any of it may be missing."""

    cv_id: str
    candidate: str
    headline: str
    file: str
    pages: int
    language: str
    skills: tuple[CvSkill, ...] = ()
    spoken: tuple[str, ...] = ()
    employers: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    schools: tuple[str, ...] = ()
    degrees: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CvPage:
    """Some CVs in the order of their ids, and the generation of the index that knows them (None: there is no index, since there are no CVs)."""

    cards: Sequence[CvCard]
    generation: str | None


class CvLibrary(Protocol):
    """The CVs of the current index. Ids come from the index alone: no id is ever taken for a path.

    Every call may raise `Unavailable`: the index is being built, or cannot be used.
    """

    async def page(self, after: str, limit: int) -> CvPage:
        """Up to `limit` CVs whose ids sort after `after`; everything sorts after the empty text."""
        ...

    async def card(self, cv_id: str) -> CvCard:
        """Raises `NotFound`."""
        ...

    async def pdf(self, cv_id: str) -> Path:
        """The CV's file, which exists. Raises `NotFound`, also if the file is gone since it was indexed."""
        ...
