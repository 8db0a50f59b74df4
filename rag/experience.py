"""What a question asks about how long somebody has worked: `more than five years`, `two decades in the trade`, `since 1994`. Six languages. Pure.

`query.py` calls it; `careers.py` counts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from rag.numbers import NUMBER, number

_YEARS = r"(?:years?|yrs?|anos?|ans|annees?|jahren?|jahre|anni|anno)"
_DECADES = r"(?:decades?|decadas?|decennies?|jahrzehnten?|jahrzehnte?|decenni|decennio)"
_OR_MORE = r"(?:\+|or more|plus|o mas|ou plus|oder mehr|ou mais|o piu)"
_SPELL = rf"(?:(?P<y>{NUMBER})\s*{_OR_MORE}?\s*{_YEARS}|(?P<d>a|an|ein|einem|einer|{NUMBER})\s*{_DECADES})"
_MORE = r"more than|over|above|exceeding|mas de|plus de|mehr als|uber|mais de|piu di|oltre|longer than"
_LEAST = r"at least|minimum(?: of)?|min\.?|not less than|no less than|al menos|como minimo|por lo menos|minimo|au moins|au minimum|mindestens|wenigstens|pelo menos|almeno"
_LESS = r"less than|fewer than|under|below|menos de|moins de|weniger als|unter|meno di"
_MOST = r"at most|up to|maximum(?: of)?|no more than|como maximo|hasta|au plus|maximum|hochstens|maximal|no maximo|al massimo"
_COMPARISON = re.compile(rf"\b(?:(?P<more>{_MORE})|(?P<least>{_LEAST})|(?P<less>{_LESS})|(?P<most>{_MOST}))\s+{_SPELL}\b")
_PLUS = re.compile(
    rf"\b(?P<n>{NUMBER})\s*{_OR_MORE}\s*{_YEARS}\b|\b(?P<m>{NUMBER})\s*{_YEARS}\s*(?:or more|o mas|ou plus|oder mehr|ou mais|o piu)\b"
)
_BARE = re.compile(rf"\b(?:(?P<y>{NUMBER})(?:\s*{_YEARS}|-?\s?jahrige\w*)|(?P<d>{NUMBER})\s*{_DECADES})\b")
_NO_LENGTH_AFTER = re.compile(r"\s*(?:olds?|ago|before|earlier|alt|fa|atras|de edad|de idade|d['’]age|di eta)\b")
_NO_LENGTH_BEFORE = re.compile(
    r"(?:\b(?:last|past|next|coming|within|every|aged?|vor|letzten|nachsten|alle|ultim[oa]s|ultimi|proxim[oa]s|prossimi|derniere?s|prochaine?s|il y a|tous les|cada|ogni)|(?<!desde )\bhace|\bha)\s+(?:the\s+)?$"
)
_YEAR = r"(?P<year>19[4-9]\d|20[0-4]\d)"
_SINCE = re.compile(rf"\b(?:since|seit|desde|depuis|dal|da)\s+(?:the year |dem jahr |el ano |el |l['’]annee |o ano de |l['’]|)?{_YEAR}\b")
_DONE = re.compile(
    r"\b(?:has|have|had) (?:ever |also |already )?(?!been\b)\w+|\b(?:hat|haben)\b|\b(?:ha|han|hanno|ho) (?:mai |gia |ya )?\w+(?:ado|ido|ato|uto|ito|tto|sto)\b|\b(?:qui|candidate?s?|personnes?) (?:a|ont) (?:deja )?\w+(?:e|i|u)\b|\w+(?:ou|aram|eram|iram)\b(?= )|\b(?:did|was|were)\b"
)
"""`Who has worked in Japan since 2015?` may be over: unread."""

_WORKS = re.compile(
    r"\b(?:work\w*|been (?:a|an)|employed|in the (?:trade|job|business|profession)|arbeite\w*|tatig|beschaftigt|im beruf|trabaj\w*|ejerce\w*|oficio|travaill\w*|exerce\w*|metier|trabalha\w*|lavora\w*|esercita\w*|mestiere)\b"
)
"""`Certified since 2016`, `a member since 2017`: those are no jobs, and their year stands in the CV."""

_OF_A_CAREER = frozenset(
    "trade craft profession professional professionally job business career line work working worked life total overall altogether same industry field employment job jobs same "
    "oficio profesion carrera vida laboral profesional mismo misma sector total trabajo trabajando trabaja trabajar "
    "metier profession carriere vie professionnelle professionnel meme total secteur travail travaille "
    "beruf berufs berufserfahrung berufspraxis berufsleben berufsjahre handwerk karriere fach branche selben gleichen insgesamt gesamt arbeitserfahrung erfahrung "
    "profissao oficio carreira vida profissional mesma mesmo total trabalho ramo trabalha "
    "mestiere professione carriera vita lavorativa professionale stesso stessa totale lavoro settore lavora".split()
)


class Comparison(StrEnum):
    """How a number of years is bounded."""

    MORE = "more than"
    LEAST = "at least"
    LESS = "less than"
    MOST = "at most"


@dataclass(frozen=True, slots=True)
class Years:
    """A condition on years of experience."""

    comparison: Comparison
    years: int

    def holds(self, years: float) -> bool:
        """Does this many years meet the condition?"""
        match self.comparison:
            case Comparison.MORE:
                return years > self.years
            case Comparison.LEAST:
                return years >= self.years
            case Comparison.LESS:
                return years < self.years
            case Comparison.MOST:
                return years <= self.years


def years_asked(folded: str) -> tuple[Years, str] | None:
    """The condition on years in a folded question, and the words that make it. `Five years ago` and `the last five years` are none."""
    if found := _COMPARISON.search(folded):
        kind = next(name for name in ("more", "least", "less", "most") if found[name])
        comparison = {"more": Comparison.MORE, "least": Comparison.LEAST, "less": Comparison.LESS, "most": Comparison.MOST}[kind]
        return None if _NO_LENGTH_AFTER.match(folded, found.end()) else (Years(comparison, _length(found["y"], found["d"])), found[0])
    if found := _PLUS.search(folded):
        return Years(Comparison.LEAST, number(found["n"] or found["m"])), found[0]
    for found in _BARE.finditer(folded):
        if not _NO_LENGTH_AFTER.match(folded, found.end()) and not _NO_LENGTH_BEFORE.search(folded[: found.start()]):
            return Years(Comparison.LEAST, _length(found["y"], found["d"])), found[0]
    return None


def other_spells(folded: str) -> Iterator[str]:
    """The numbers of years in a folded question that bound nothing: `in the last five years`, `twelve year olds`. Nobody's CV has to say them."""
    yield from (found[0] for found in _BARE.finditer(folded))


def _length(years: str | None, decades: str | None) -> int:
    if years:
        return number(years)
    return 10 if decades is None or decades in {"a", "an", "ein", "einem", "einer"} else 10 * number(decades)


def since_asked(folded: str) -> tuple[int, str] | None:
    """The last month by which what still lasts must have begun, counted from year 0, and the words that say so. None where it may be over."""
    found = _SINCE.search(folded)
    if found is None or _DONE.search(folded) or not _WORKS.search(folded):
        return None
    return int(found["year"]) * 12 + 11, found[0]


def of_a_career(word: str) -> bool:
    """Does the folded word, beside a number of years, speak of the whole working life: `thirty years in the trade`?"""
    return word in _OF_A_CAREER
