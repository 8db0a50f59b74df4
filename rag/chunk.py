"""Cuts a CV into the passages that are indexed, each under a header line `candidate · section · employer · dates`.

One passage is one entry of a section, or a whole short section; never over two pages, so that a citation's page is exact.
The rules are deterministic; `contextual.py` offers a language model's view of the same CV instead.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from rag.dates import Span
from rag.entries import Entry, paragraphs, split_entries
from rag.headings import Section
from rag.layout import Line
from rag.positions import Position, position_of
from rag.sections import Part

NOWHERE = Position()
LONGEST = 1100
"""Characters of a passage. Longer ones are cut between lines: one vector cannot say much more."""

_DENIAL = re.compile(r"\W*(?:no|non|none|nein|keine?r?|n[ãa]o|nessun[oa]?|ningun[oa]|aucune?)\W*", re.IGNORECASE)
_WITH_ENTRIES = {Section.EXPERIENCE, Section.EDUCATION, Section.PROJECTS, Section.VOLUNTEERING}


@dataclass(frozen=True, slots=True)
class Chunk:
    """One passage. `continued` is set on what follows a cut: the head of the entry stands in an earlier passage."""

    section: Section
    heading: str
    page: int
    text: str
    head: str = ""
    position: Position = NOWHERE
    span: Span | None = None
    continued: bool = False
    context: str = ""

    @property
    def denies(self) -> bool:
        """Does it say no more than that there is none: `Driving licence: no`? Then nobody is found by its heading."""
        return bool(_DENIAL.fullmatch(self.text))

    def header(self, candidate: str) -> str:
        """What the passage is, in one line."""
        named = self.heading or self.section.value
        about = [self.position.employer, self.position.role] if self.section in _WITH_ENTRIES else []
        return " · ".join(part for part in (candidate, named, *about, self.span.text if self.span else "", self.context) if part)


def chunks_of(parts: Sequence[Part]) -> list[Chunk]:
    """The passages in reading order."""
    return [chunk for part in parts for chunk in _part_chunks(part)]


def _part_chunks(part: Part) -> Iterator[Chunk]:
    entries = split_entries(part.lines) if part.section in _WITH_ENTRIES or _looks_like_jobs(part) else [Entry(part.lines, 0, None)]
    section = part.section
    if section in {Section.PROFILE, Section.OTHER} and len(entries) > 1:
        section = Section.EXPERIENCE
    employer = ""
    for entry in entries:
        position = position_of(entry, studies=section is Section.EDUCATION) if entry.head else Position()
        if section is Section.EXPERIENCE and position.role and not position.employer:
            position = Position(role=position.role, employer=employer, place=position.place)  # several roles under one employer
        employer = position.employer or employer
        undated = entry.span is None and section is Section.EXPERIENCE
        yield from _entry_chunks(part, Section.PROFILE if undated and part.section is Section.PROFILE else section, entry, position)


def _looks_like_jobs(part: Part) -> bool:
    """A CV without headings: several dated entries under none, or under an unknown one."""
    if part.section not in {Section.PROFILE, Section.OTHER}:
        return False
    return sum(1 for entry in split_entries(part.lines) if entry.span and entry.span.ranged) >= 2


def _entry_chunks(part: Part, section: Section, entry: Entry, position: Position) -> Iterator[Chunk]:
    pieces = [piece for _, on_page in groupby(entry.lines, key=lambda line: line.page) for piece in _cut(list(on_page))]
    for n, piece in enumerate(pieces):
        text = "\n".join(paragraphs(piece))
        if not re.search(r"\w", text):
            continue
        yield Chunk(
            section=section,
            heading=part.heading,
            page=piece[0].page,
            text=text,
            head=entry.head_text if n == 0 else "",
            position=position,
            span=entry.span,
            continued=n > 0,
        )


def _cut(lines: list[Line]) -> Iterator[list[Line]]:
    """Pieces no longer than `LONGEST`, cut between lines."""
    piece: list[Line] = []
    length = 0
    for line in lines:
        if piece and length + len(line.text) > LONGEST:
            yield piece
            piece, length = [], 0
        piece.append(line)
        length += len(line.text) + 1
    if piece:
        yield piece
