"""How long somebody says they have worked, as their summary states it: `over twenty years of experience`, `seit bald dreißig Jahren`. Six languages. Pure.

Only summaries and what stands before the first heading speak of a whole working life, and only numbers of years beside a word for work, or at a sentence's end. `facts.py` calls it.
"""

import re
from collections.abc import Iterator, Sequence

from rag.headings import Section
from rag.numbers import NUMBER, number
from rag.sections import Part
from rag.words import fold

_SECTIONS = {Section.PROFILE, Section.SUMMARY}
_YEARS = r"(?:years?|yrs?|anos?|ans|annees?|jahren?|jahre|anni)"
_WORK = (
    r"(?:experience\w*|experiencia|erfahrung\w*|berufserfahrung|berufspraxis|esperienza|practice|practising|practicing|working|teaching|nursing|profession|profesion|metier|beruf|oficio|mestiere|professione|profissao|"
    r"trade|craft|career|carrera|carriere|carriera|carreira|trajectory|trayectoria)"
)
_ALMOST = re.compile(
    r"\b(?:almost|nearly|close to|casi|cerca de|pres de|presque|bald|fast|knapp|rund|etwa|quase|cerca de|quasi|circa|about|around|some)\s+$"
)
_BESIDE_WORK = re.compile(
    rf"\b(?P<n>{NUMBER})\s*\+?\s*{_YEARS}['’]?\s+(?:(?:of|in|de|d['’]|en|dans|an|im|als|der|di|as)\s*)?(?:\w+\s+){{0,3}}?{_WORK}\b"
    rf"|\b{_WORK}\s+(?:of|de|von|di|is|:)\s*(?:more than |over |mas de |plus de |uber |mehr als |mais de |piu di |oltre )?(?P<m>{NUMBER})\s*\+?\s*{_YEARS}\b"
    rf"|\b(?P<j>{NUMBER})-?\s?jahrige\w*\s+(?:\w+\s+)?(?:berufs)?(?:erfahrung|praxis)\b"
    rf"|\b(?:seit|desde hace|depuis|ha|da)\s+(?:(?:more than|over|uber|mehr als|bald|fast|rund|mas de|casi|plus de|pres de|mais de|quase|oltre|quasi|piu di)\s+)?(?P<s>{NUMBER})\s*{_YEARS}\b"
)
_ENDS = re.compile(rf"[,–—-]\s+(?P<n>{NUMBER})\s*\+?\s*{_YEARS}\s*(?:$|[.;|])")
_OF_SOMETHING_ELSE = re.compile(
    r"\b(?:old|alt|ago|wohn\w*|leb\w*|live[ds]?|liv\w+|resid\w*|vivo|vive|habite|married|verheiratet|casad[oa]|team\w*|company|firm|agency|business|firma|empresa|entreprise)\b"
)


def career_stated(parts: Sequence[Part]) -> int | None:
    """The years of a whole working life that the CV states, the most of them; `almost thirty` is twenty-nine."""
    return max(
        (years for part in parts if part.section in _SECTIONS for sentence in _sentences(part) for years in _years(sentence)), default=None
    )


def _sentences(part: Part) -> Iterator[str]:
    text = " ".join(line.text for line in part.lines)
    yield from re.split(r"(?<=[.!?;])\s+", fold(text))


def _years(sentence: str) -> Iterator[int]:
    if _OF_SOMETHING_ELSE.search(sentence):
        return
    for pattern in (_BESIDE_WORK, _ENDS):
        for found in pattern.finditer(sentence):
            said = next(value for value in found.groups() if value)
            at = next(found.start(name) for name, value in found.groupdict().items() if value)
            years = number(said)
            yield years - 1 if _ALMOST.search(sentence[:at]) else years
