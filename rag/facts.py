"""What a CV states, as facts: skills with years, languages, employers, schools, places, contact. Read at indexing, by rules. Pure.

Facts complete the passages: a question about everybody (`who has more than five years of Python?`) is answered from both.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rag.birth import Birth, birth_of
from rag.chunk import Chunk
from rag.concepts import concepts
from rag.dates import without_dates
from rag.entries import is_bullet
from rag.headings import Section
from rag.layout import Line
from rag.person import Contact, contact_of, name_of
from rag.sections import Part
from rag.skill_tables import tabled_years
from rag.stated import career_stated
from rag.terms import concept_term
from rag.words import LANGUAGES, fold, stem, words

_YEARS_WORD = r"(?:years?|yrs?|anos|ano|ans|annees?|jahren?|jahre|anni|anno|y\b)"
_STATED = re.compile(rf"(?P<years>\d{{1,2}})(?:[.,]\d)?\s*\+?\s*{_YEARS_WORD}")
_SEPARATORS = re.compile(r"\s*(?:[,;|•●▪◦·/]|\s[–—-]\s)\s*(?![^(]*\))")
_GROUP_LABEL = re.compile(r"^[^:()]{2,40}:\s*")
_LEVEL = re.compile(
    r"\b(?:expert|advanced|intermediate|basic|beginner|proficient|good|excellent|native|fluent|experto|avanzado|intermedio|basico|alto|medio|bajo|avance|"
    r"intermediaire|debutant|courant|maitrise|experte|fortgeschritten|grundkenntnisse|sehr gut|gut|esperto|avanzato|base|knowledge|level|nivel|niveau)\b"
)
_SKILLS = {"skill", "certificate"}
"""Kinds of ideas that say all of a skill, whatever else its words may mean."""
_SKILL_SECTIONS = {Section.SKILLS}
_LONGEST_SKILL = 6


@dataclass(frozen=True, slots=True)
class Skill:
    """`key` is what equal skills share, whatever the language; `years` as stated, if at all."""

    name: str
    key: str
    years: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about one candidate."""

    name: str
    language: str
    contact: Contact = field(default_factory=Contact)
    headline: str = ""
    skills: tuple[Skill, ...] = ()
    spoken: tuple[str, ...] = ()
    employers: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    schools: tuple[str, ...] = ()
    degrees: tuple[str, ...] = ()
    birth: Birth | None = None
    career: int | None = None
    """Years of work altogether, where the CV states them."""


def facts_of(lines: Sequence[Line], parts: Sequence[Part], chunks: Sequence[Chunk], stem_of_file: str, language: str) -> Facts:
    """What can be said of a candidate without reading the passages again."""
    jobs = [chunk.position for chunk in chunks if chunk.section is Section.EXPERIENCE and not chunk.continued]
    studies = [chunk.position for chunk in chunks if chunk.section is Section.EDUCATION and not chunk.continued]
    name = name_of(lines, stem_of_file)
    return Facts(
        name=name,
        language=language,
        contact=contact_of([line for line in lines if line.page == 1]),
        headline=_headline(lines, name),
        skills=tuple(_skills(lines, parts, language)),
        spoken=tuple(_spoken(parts, language)),
        employers=_unique(job.employer for job in jobs),
        roles=_unique(job.role for job in jobs),
        schools=_unique(study.employer for study in studies),
        degrees=_unique(study.role for study in studies),
        birth=birth_of(parts),
        career=career_stated(parts),
    )


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _headline(lines: Sequence[Line], name: str) -> str:
    """The line under the name, when it is short enough to be a profession."""
    folded = set(words(name))
    named = False
    for line in lines[:30]:
        here = set(words(line.text))
        if here and (here <= folded or (folded <= here and len(line.text) < len(name) + 12)):
            named = True
        elif named:
            return line.text if len(line.text) < 90 and not re.search(r"@|\d{3}", line.text) else ""
    return ""


def skill_key(name: str, language: str = "en") -> str:
    """A concept if the whole name is one, else its stems."""
    tokens = words(name)
    mentions = concepts().mentions(tokens, (language, *(other for other in LANGUAGES if other != language)))
    mentions = [mention for mention in mentions if not concepts().by_name[mention.concept].wide]
    whole = [mention.concept for mention in mentions if (mention.start, mention.end) == (0, len(tokens))]
    skills = [name for name in whole if concepts().by_name[name].kind in _SKILLS]
    if len(whole) == 1 or len(skills) == 1:
        return concept_term((skills or whole)[0])
    return " ".join(stem(token, "en") for token in tokens)


def _skills(lines: Sequence[Line], parts: Sequence[Part], language: str) -> Iterator[Skill]:
    seen: dict[str, Skill] = {}
    for cell, years in tabled_years(lines):
        for item in _SEPARATORS.split(cell):
            if (skill := _skill(item, language)) and _bare(item):
                seen[skill.key] = Skill(skill.name, skill.key, years)
    for part in parts:
        if part.section in _SKILL_SECTIONS:
            for text in _items(part.lines):
                skill = _skill(text, language)
                if skill and (skill.key not in seen or seen[skill.key].years is None):
                    seen[skill.key] = skill
    yield from seen.values()


def _items(lines: Sequence[Line]) -> Iterator[str]:
    """The single skills of a list, a table or a paragraph. A cell with nothing but years or a level belongs to each skill of the cell before it."""
    for row in _whole_rows(lines):
        cells: list[str] = []
        beside: list[str] = []
        for cell in row:
            if cells and not _bare(cell):
                beside[-1] += f" ({cell})"
            elif cells and not _bare(cells[-1]):
                cells[-1] += f" {cell}"
            else:
                cells.append(cell)
                beside.append("")
        for cell, said in zip(cells, beside, strict=True):
            plain = cell.lstrip("•●○◦▪■□▸►▹‣⁃∙·➢➤✓✔*–— ") if is_bullet(cell) else cell
            for item in _SEPARATORS.split(_GROUP_LABEL.sub("", plain)):
                if item.strip():
                    yield item.strip() + said


def _whole_rows(lines: Sequence[Line]) -> Iterator[list[str]]:
    """The rows' cells; a list that runs on over the line's end is one row."""
    widest = max((line.right - line.left for line in lines), default=0.0)
    row: list[str] = []
    runs_on = False
    for line in lines:
        if runs_on and len(line.cells) == 1 and not is_bullet(line.text):
            row[-1] = f"{row[-1]} {line.text}"
        else:
            if row:
                yield row
            row = list(line.cells)
        listed = len(_SEPARATORS.split(line.text)) > 2
        runs_on = len(line.cells) == 1 and (row[-1].count("(") > row[-1].count(")") or (listed and line.right - line.left > 0.8 * widest))
    if row:
        yield row


def _bare(text: str) -> str:
    """The text less years, levels, dots and bars."""
    return re.sub(r"[\W\d_]+", " ", _LEVEL.sub(" ", _STATED.sub(" ", fold(text)))).strip()


def _skill(item: str, language: str) -> Skill | None:
    stated = _STATED.search(fold(item))
    name = re.sub(r"[(\[].*?[)\]]|[●○◉★☆■□▪▫█░•]+", " ", item)
    low = fold(name)
    if len(low) == len(name) and (found := _STATED.search(low)):
        name = name[: found.start()] + name[found.end() :]
    name = without_dates(" ".join(name.split()).strip(" .:;,-–—|"))
    if not name or not words(name) or len(name.split()) > _LONGEST_SKILL or not _bare(name):
        return None
    return Skill(name=name, key=skill_key(name, language), years=int(stated["years"]) if stated else None)


def _spoken(parts: Sequence[Part], language: str) -> Iterator[str]:
    """The languages the candidate speaks, by their English names: from the language section, or from lines that name a level."""
    seen: set[str] = set()
    for part in parts:
        for line in part.lines:
            if part.section is not Section.LANGUAGES and not (
                part.section in {Section.SKILLS, Section.PROFILE, Section.OTHER}
                and (_speaks(line.text) or any(_lists_languages(sentence, language) for sentence in re.split(r"[.;|]", line.text)))
            ):
                continue
            for name in _languages_in(line.text, language):
                if name not in seen:
                    seen.add(name)
                    yield name


def _languages_in(text: str, language: str) -> list[str]:
    mentioned = [concepts().by_name[mention.concept] for mention in concepts().mentions(words(text), (language, "en"))]
    return [concept.name for concept in mentioned if concept.kind == "language"]


def _lists_languages(text: str, language: str) -> bool:
    """Hardly anything but names of languages, under whatever heading: `A: French. B: German, English.`"""
    named = _languages_in(text, language)
    return len(set(named)) >= 2 and 2 * len(named) >= sum(len(word) > 2 for word in words(text))


_SPEAKS = re.compile(
    r"\b(?:[abc][12]|native|fluent|mother tongues?|bilingual|nativo|nativa|fluido|materna|bilingue|courant|maternelle|fliessend|muttersprache|verhandlungssicher|idiomas?|languages?|level \d|sprachen?|langues?|lingue?)\b"
)


def _speaks(text: str) -> bool:
    return bool(_SPEAKS.search(fold(text)))
