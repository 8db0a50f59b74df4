"""Splits a CV's lines into sections by its headings. Pure, deterministic, no language model.

A heading is a line made of heading words (`headings.py`), or a line set exactly like those, when their setting is unmistakable.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from rag.concepts import concepts
from rag.dates import spans
from rag.headings import Section, section_of
from rag.layout import Line
from rag.words import LANGUAGES, words

_LABELLED = re.compile(r"^(?P<label>[^:：]{3,40})\s*[:：]\s*(?P<rest>\S.*)$")
_INSIDE_ENTRIES = {Section.EXPERIENCE, Section.PROJECTS, Section.EDUCATION, Section.VOLUNTEERING}
_ALSO_LABELS = {Section.SKILLS, Section.AWARDS, Section.PROJECTS, Section.OTHER, Section.SUMMARY, Section.PUBLICATIONS, Section.PROFILE}
"""Sections whose headings also serve as labels inside a job (`Technologies:`, `Key achievements:`)."""


@dataclass(frozen=True, slots=True)
class Part:
    """A section as it stands in the document; `heading` is empty for what stands before the first one."""

    section: Section
    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class _Setting:
    """How a line is set."""

    size: int
    bold: bool
    capitals: bool

    @classmethod
    def of(cls, line: Line) -> "_Setting":
        letters = [c for c in line.text if c.isalpha()]
        return cls(size=round(line.size), bold=line.bold, capitals=bool(letters) and all(c.isupper() for c in letters))


def split_sections(lines: Sequence[Line]) -> list[Part]:
    """The parts, in reading order, each line in exactly one of them (headings in none)."""
    house = _house_setting(lines)
    body = median(line.size for line in lines) if lines else 0.0
    parts: list[Part] = []
    section, heading, gathered = Section.PROFILE, "", list[Line]()
    last = lines[0] if lines else None
    for line in lines:
        found = _opening(line, section, house, body)
        if found is None:
            gathered.append(line)
            continue
        if gathered:
            parts.append(Part(section, heading, tuple(gathered)))
        elif heading and section is Section.OTHER and parts:
            parts[-1] = replace(parts[-1], lines=(*parts[-1].lines, *([last] if last else [])))  # no text follows: it was no heading
        section, heading, rest = found
        last = line
        gathered = [rest] if rest else []
    parts.append(Part(section, heading, tuple(gathered)))
    return [part for part in parts if part.lines]


def _house_setting(lines: Sequence[Line]) -> _Setting | None:
    """How this CV sets its headings: the commonest setting of the lines that are certainly headings."""
    settings = Counter(_Setting.of(line) for line in lines if len(line.cells) == 1 and section_of(line.text))
    return settings.most_common(1)[0][0] if settings else None


def _opening(line: Line, current: Section, house: _Setting | None, body: float) -> tuple[Section, str, Line | None] | None:
    """The section that the line opens, its heading, and what of the line already belongs to its content."""
    first = line.cells[0]
    if (
        line.size >= 1.35 * body
        and (house is None or line.size > house.size + 1)
        and not section_of(line.text)
        and current is not Section.PROFILE
    ):
        return Section.PROFILE, "", line  # larger than any heading: the candidate's name, drawn after a side column
    if found := section_of(first):
        if len(line.cells) == 1:
            return None if _is_label(line, found, current, house) else (found, first, None)
        if _is_label(line, found, current, house) or (
            found is Section.LANGUAGES and current is Section.SKILLS and not _names_languages(line)
        ):
            return None
        return found, first, _rest(line, line.cells[1:])
    if (labelled := _LABELLED.match(first)) and (found := section_of(labelled["label"])):
        if current in _INSIDE_ENTRIES and found is not Section.LANGUAGES:
            return None
        return found, labelled["label"], _rest(line, (labelled["rest"], *line.cells[1:]))
    if house and _set_like_a_heading(line, house, body, current):
        return Section.OTHER, first, None
    return None


def _is_label(line: Line, found: Section, current: Section, house: _Setting | None) -> bool:
    """Is this heading word only a label inside the entry of a job?"""
    if current not in _INSIDE_ENTRIES or found not in _ALSO_LABELS or house is None:
        return False
    setting = _Setting.of(line)
    return setting.size < house.size or (house.bold and not setting.bold) or (house.capitals and not setting.capitals)


def _names_languages(line: Line) -> bool:
    """Among skills, a row of `Languages` may be about those of computers."""
    known = concepts()
    return any(known.by_name[mention.concept].kind == "language" for mention in known.mentions(words(line.text), LANGUAGES))


def _rest(line: Line, cells: tuple[str, ...]) -> Line:
    return Line(cells=cells, page=line.page, left=line.left, top=line.top, right=line.right, bottom=line.bottom, bold=line.bold)


def _set_like_a_heading(line: Line, house: _Setting, body: float, current: Section) -> bool:
    distinct = house.size >= body * 1.12 or (house.capitals and current is not Section.SKILLS)  # skills are often acronyms
    plain = len(line.cells) == 1 and 1 <= len(line.text.split()) <= 5 and not line.text.endswith((".", ",", ";"))
    return (
        distinct
        and plain
        and len(line.text) > 3
        and _Setting.of(line) == house
        and not spans(line.text)
        and not re.search(r"\d|@", line.text)
    )
