"""When a candidate was born, or how old they say they are, as their CV states it. Six languages, and Polish and Dutch. Pure.

Read is only what is said of the candidate: after a word for birth (`geb. 12.05.1974`, `Née en 1977`, `born in Novi Sad, 1989`), where personal details may stand. A year of birth is
never worked out from anything else, and a CV that gives two has none. `facts.py` calls it; `ages.py` reads what questions ask, and `everybody.py` compares.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.dates import flatten, spans
from rag.headings import Section
from rag.names import PARTICLES
from rag.sections import Part

_ABOUT_OTHERS = {
    Section.EXPERIENCE,
    Section.EDUCATION,
    Section.PROJECTS,
    Section.PUBLICATIONS,
    Section.AWARDS,
    Section.REFERENCES,
    Section.VOLUNTEERING,
}
"""Sections in which whatever is born or has an age is a patient, a firm, a pupil."""
_LABEL = (
    r"date of birth|date and place of birth|place and date of birth|year of birth|birth ?date|d\.?o\.?b\.?|geburtsdatum|geburtsjahr|geburtstag|jahrgang|jg\.|"
    r"fecha de nacimiento|fecha y lugar de nacimiento|f\. ?nac\.?|ano de nacimiento|nacimiento|date de naissance|date et lieu de naissance|annee de naissance|naissance|"
    r"data de nascimento|ano de nascimento|nascimento|data di nascita|luogo e data di nascita|data e luogo di nascita|anno di nascita|data urodzenia|geboortedatum"
)
_VERB = r"born|geboren|geb\.|nacid[oa]|naci|nee?(?:\s?\(e\))?|nascid[oa]|nasci|nat[oa]|ur\.|urodzon[ya]"
_SUBJECT = r"(?:(?:i was|i am|ich bin|ich wurde|wurde|soy|je suis|sou|sono) )?"
_SAYS = re.compile(rf"(?:^|[|·•;,.()/–—-])\s*{_SUBJECT}(?P<word>(?P<label>{_LABEL})|{_VERB})(?![\w’'-])")
_AT = frozenset("in a en em zu at te w we".split())
"""Words that lead from `born` to a place."""
_LITTLE = frozenset("on in the am im el en le il nel em a dia of de del op w we te".split())
_LONGEST_PLACE = 5
_OF_A_CHILD = re.compile(
    r"\b(?:child\w*|kids?|sons?|daughters?|twins|kind(?:er)?|sohn\w*|tochter|hij[oa]s?|enfants?|fils|filles?|filh[oa]s?|figli\w*|bab(?:y|ies))\b"
)
_EARLIEST, _LATEST = 1930 * 12, 2013 * 12
_AGE = re.compile(
    r"(?:^|[|·•;,(])\s*(?:(?:age|edad|alter|eta|idade)\s*[:|]\s*(?P<labelled>\d{2})(?!\d)|(?P<old>\d{2})\s*(?:years? old|jahre alt|anos de edad|anos de idade|anni di eta|ans d['’]age)\b)"
)
_YOUNGEST, _OLDEST = 14, 99


@dataclass(frozen=True, slots=True)
class Birth:
    """What a CV states, and the words that say it: the months, from year 0, between which somebody was born, both inside; or else an `age`."""

    first: int | None
    last: int | None
    age: int | None
    said: str

    def ages(self, as_of: int) -> tuple[int, int]:
        """The least and the greatest age they may have in a month: whoever was born in 1990 is 35 or 36 in 2026. A stated age is taken as it is, however old the CV."""
        if self.first is None or self.last is None:
            return self.age or 0, self.age or 0
        return (as_of - self.last - 1) // 12, (as_of - self.first) // 12


def birth_of(parts: Sequence[Part]) -> Birth | None:
    """The candidate's, if the CV states one."""
    lines = [pair for part in parts if part.section not in _ABOUT_OTHERS for pair in pairwise([*(line.text for line in part.lines), ""])]
    dated = [birth for text, below in lines for birth in _births(text, below)]
    if dated:
        finest = min(dated, key=lambda birth: (birth.last or 0) - (birth.first or 0))
        return finest if all(_includes(birth, finest) for birth in dated) else None
    aged = [birth for text, _ in lines for birth in _ages(text)]
    return aged[0] if len({birth.age for birth in aged}) == 1 else None


def _includes(wide: Birth, fine: Birth) -> bool:
    """`1974` and `12.05.1974` are one date."""
    return (wide.first or 0) <= (fine.first or 0) and (fine.last or 0) <= (wide.last or 0)


def _births(text: str, below: str) -> Iterator[Birth]:
    """What a line states; a label may have its date on the next."""
    flat = flatten(text)
    for says in _SAYS.finditer(flat):
        word, rest = text[says.start("word") : says.end("word")], text[says.end("word") :]
        if word == "NATO" or _OF_A_CHILD.search(flat[: says.start()]):
            continue
        if says["label"] and not re.search(r"\w", rest):
            rest = below
        date = next(iter(spans(rest)), None)
        if date and not date.ranged and _EARLIEST <= date.start < _LATEST and _leads_to(rest[: date.at[0]], labelled=bool(says["label"])):
            last = date.start if date.precise else date.start + 11
            yield Birth(date.start, last, None, f"{word}{rest[: date.at[1]]}" if rest is not below else text)


def _leads_to(between: str, *, labelled: bool) -> bool:
    """May this stand between the word and its date: little words, and a place (`in Novi Sad,`)?"""
    if re.search(r"[;|].*[;|]|\d", between):
        return False
    words = re.findall(r"[^\W\d_][\w'’.-]*", between)
    place = [word for word in words if flatten(word) not in _LITTLE]
    named = all(word[0].isupper() or flatten(word) in PARTICLES for word in place)
    introduced = labelled or (bool(words) and flatten(words[0]) in _AT)
    return not place or (named and introduced and len(place) <= _LONGEST_PLACE)


def _ages(text: str) -> Iterator[Birth]:
    flat = flatten(text)
    for stated in _AGE.finditer(flat):
        age = int(stated["labelled"] or stated["old"])
        if _YOUNGEST <= age <= _OLDEST and not _OF_A_CHILD.search(flat[: stated.start()]):
            yield Birth(None, None, age, text[stated.start() : stated.end()].strip(" |·•;,("))
