"""What a question asks about when somebody was born, or how old they are: `born after 1990`, `under 35`, `in ihren Dreißigern`. Six languages. Pure.

An age needs more than a number of years, which may as well be experience: `younger than 35`, `35 years old`, `under 35` and nothing behind it; `qui a moins de 35 ans`. `query.py` calls it.
"""

import re
from dataclasses import dataclass

from rag.birth import Birth
from rag.numbers import NUMBER, number

_YEAR = r"(?:19[3-9]\d|20[01]\d)"
_BORN = r"\b(?:born|birth|geboren\w*|jahrgang|nacid[oa]s?|nacio|nacieron|nacimiento|nee?s?|nee?\(e\)s?|naissance|nascid[oa]s?|nasceu|nasceram|nascimento|nat[oiae]|nascita)\b"
_THE = r"(?:the year |dem jahr |el ano |el |l['’]annee |annee |o ano |de |il |del |l['’])*"
_AFTER = r"after|later than|nach|despues de|apres|depois de|dopo"
_SINCE = r"since|from|ab|seit|desde|a partir d[eo]|depuis|dal"
_BEFORE = r"before|earlier than|prior to|vor|antes de|avant|prima del?"
_UNTIL = r"until|up to|by|bis|hasta|jusqu['’]en|ate|fino al?"
_ANY = rf"(?P<after>{_AFTER})|(?P<since>{_SINCE})|(?P<before>{_BEFORE})|(?P<until>{_UNTIL})"
_BORN_BOUND = re.compile(
    rf"{_BORN}(?:\s+\w+){{0,2}}?\s+(?:{_ANY})\s+{_THE}(?P<year>{_YEAR})\b|(?P<early>{_ANY.replace('P<', 'P<x')})\s+{_THE}(?P<year2>{_YEAR})\s+{_BORN}"
)
_BORN_BETWEEN = re.compile(
    rf"{_BORN}(?:\s+\w+)?\s+(?:between|zwischen|entre|tra|fra|from|von|de|dal)\s+{_THE}(?P<from>{_YEAR})\s*(?:and|und|y|et|e|to|bis|a|al|au|-|–)\s*{_THE}(?P<to>{_YEAR})\b|(?:between|zwischen|entre|tra|fra)\s+(?P<from2>{_YEAR})\s+(?:and|und|y|et|e)\s+(?P<to2>{_YEAR})\s+{_BORN}"
)
_DECADES = {
    "sixties": 60, "seventies": 70, "eighties": 80, "nineties": 90, "sechziger": 60, "siebziger": 70, "achtziger": 80, "neunziger": 90,
    "sesenta": 60, "setenta": 70, "ochenta": 80, "noventa": 90, "sessenta": 60, "oitenta": 80, "sessanta": 60, "settanta": 70, "ottanta": 80, "novanta": 90,
}  # fmt: skip
_BORN_DECADE = re.compile(
    rf"{_BORN}(?:\s+[\w'’]+){{0,4}}?\s+(?:(?P<whole>19[3-9]0|20[01]0)['’]?s|(?:19)?(?P<short>[3-9]0)(?:['’]?s|ern?)\b|(?:anos|annees|anni)\s+(?P<years>[3-9]0)\b|(?:anni\s+)?(?P<word>{'|'.join(_DECADES)})n?\b)"
    rf"|\b(?:in den\s+)(?:(?:19)?(?P<short2>[3-9]0)ern?|(?P<word2>{'|'.join(_DECADES)})n)(?:\s+jahren)?\s+geboren"
)
_BORN_IN = re.compile(
    rf"{_BORN}(?:\s+(?:in|im|en|em|nel|jahr|the|year|ano|annee|anno|l['’]|el|o))*\s+(?P<year>{_YEAR})\b(?P<on>\s+(?:or|oder|o|ou)\s+(?:later|after|spater|despues|posterior|plus tard|apres|depois|dopo)\b)?|\b(?P<year2>{_YEAR})\s+geboren\b"
)

_N = rf"(?P<n>{NUMBER})"
_Y = r"(?:\s*(?:years?|yrs?|jahren?|jahre|anos|ans|anni))"
_OLD = rf"(?:{_Y}?\s*(?:old|of age|alt|de edad|de idade|d['’]age|di eta)\b)"
_END = r"(?=\s*(?:$|[?.!,;)]|(?:and|or|y|et|und|e|o|ou|who|that|que|qui|che)\b))"
_UNDER = r"under|below|unter|menos de|moins de|meno di|sotto i|less than|weniger als|inferieur a"
_OVER = r"over|above|uber|mas de|plus de|mais de|piu di|oltre i|sopra i|more than|mehr als"
_HAS = r"(?:tiene|tienen|tenga|tengan|con|de|a|ont|aient|ayant|age[es]*|tem|tenha|com|ha|hanno|abbia)"
_YOUNGER = r"younger than|junger als|menor(?:es)? de|mas joven(?:es)? (?:de|que)|plus jeunes? que|mais nov[oa]s? (?:do )?que|mais jove(?:m|ns) (?:do )?que|piu giovan[ei] di|piu giovan[ei] dei"
_OLDER = r"older than|alter als|mayor(?:es)? de|plus ages? d[e']|plus agee?s? que|plus vieux que|maior(?:es)? de|mais velh[oa]s? (?:do )?que|piu vecchi[oae]? di|piu anzian[oi] di"
_AGE = re.compile(
    rf"\b(?:(?P<younger>{_YOUNGER})|(?P<older>{_OLDER}))\s+{_N}(?:{_OLD}|{_Y})?"
    rf"|\b(?:(?P<under>{_UNDER})|(?P<over>{_OVER})|(?P<least>at least|mindestens|al menos|au moins|pelo menos|almeno)|(?P<most>at most|hochstens|como mucho|au plus|no maximo|al massimo))\s+(?P<n2>{NUMBER}){_OLD}"
)
_BARE = re.compile(
    rf"(?:\b(?:who|anyone|anybody|people|persons?|candidates?|applicants?|everyone|everybody|wer|kandidat\w*|bewerber\w*|leute|aged|is|are|ist|sind)\s+(?:is |are |aged |ist |sind )?)(?:(?P<under>under|below|unter)|(?P<over>over|above|uber))\s+{_N}{_END}"
)
_HAS_YEARS = re.compile(
    rf"\b{_HAS}\s+(?:(?P<under>menos de|moins de|meno di)|(?P<over>mas de|plus de|mais de|piu di))\s+{_N}\s*(?:anos|ans|anni){_END}"
)
_BETWEEN = re.compile(
    rf"\b(?:between|zwischen|entre|tra|fra|aged?)\s+(?P<n>{NUMBER})\s*(?:and|und|y|et|e|to|bis|-|–)\s*(?P<m>{NUMBER})(?:{_OLD}|(?P<bare>{_Y}{_END}))"
)
_IN_THEIR = re.compile(
    r"\bin (?:his|her|their|the)(?: or her)?\s+(?P<part>early |mid |late |mid-)?(?P<en>twenties|thirties|forties|fifties|sixties)\b"
)
_OF_AGE = 18
"""A bare number of years below it is no candidate's age."""
_TENS = {"twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60}


@dataclass(frozen=True, slots=True)
class BornOrAged:
    """Bounds, both inside, each None where open: on the month of birth, counted from year 0, or on the age in years."""

    first: int | None = None
    last: int | None = None
    youngest: int | None = None
    oldest: int | None = None

    def holds(self, birth: Birth, as_of: int) -> bool:
        """Does what is stated meet it for certain, in this month? A stated age says no year of birth."""
        if self.first is not None or self.last is not None:
            if birth.first is None or birth.last is None:
                return False
            return (self.first is None or birth.first >= self.first) and (self.last is None or birth.last <= self.last)
        least, most = birth.ages(as_of)
        return (self.youngest is None or least >= self.youngest) and (self.oldest is None or most <= self.oldest)


def born_or_aged(folded: str) -> tuple[BornOrAged, str] | None:
    """The condition in a folded question, and the words that make it."""
    for read in (_between_years, _bounded_year, _decade, _year, _aged):
        if found := read(folded):
            return found
    return None


def _between_years(folded: str) -> tuple[BornOrAged, str] | None:
    if found := _BORN_BETWEEN.search(folded):
        return BornOrAged(int(found["from"] or found["from2"]) * 12, int(found["to"] or found["to2"]) * 12 + 11), found[0]
    return None


def _bounded_year(folded: str) -> tuple[BornOrAged, str] | None:
    found = _BORN_BOUND.search(folded)
    if not found:
        return None
    year = int(found["year"] or found["year2"]) * 12
    if found["after"] or found["xafter"]:
        return BornOrAged(first=year + 12), found[0]
    if found["since"] or found["xsince"]:
        return BornOrAged(first=year), found[0]
    if found["before"] or found["xbefore"]:
        return BornOrAged(last=year - 1), found[0]
    return BornOrAged(last=year + 11), found[0]


def _decade(folded: str) -> tuple[BornOrAged, str] | None:
    if found := _BORN_DECADE.search(folded):
        start = int(found["whole"] or 0) or 1900 + int(
            found["short"] or found["short2"] or found["years"] or _DECADES[found["word"] or found["word2"]]
        )
        return BornOrAged(start * 12, start * 12 + 119), found[0]
    return None


def _year(folded: str) -> tuple[BornOrAged, str] | None:
    if found := _BORN_IN.search(folded):
        year = int(found["year"] or found["year2"]) * 12
        return BornOrAged(year, None if found["on"] else year + 11), found[0]
    return None


def _aged(folded: str) -> tuple[BornOrAged, str] | None:
    if found := _BETWEEN.search(folded):
        return BornOrAged(youngest=number(found["n"]), oldest=number(found["m"])), found[0]
    if found := _IN_THEIR.search(folded):
        tens = _TENS[found["en"]]
        return BornOrAged(youngest=tens, oldest=tens + 9), found[0]
    if found := _AGE.search(folded):
        years = number(found["n"] or found["n2"])
        if found["younger"] or found["under"]:
            return BornOrAged(oldest=years - 1), found[0]
        if found["most"]:
            return BornOrAged(oldest=years), found[0]
        return BornOrAged(youngest=years if found["least"] else years + 1 if found["older"] or found["over"] else years), found[0]
    for pattern in (_BARE, _HAS_YEARS):
        if found := pattern.search(folded):
            years = number(found["n"])
            if years < _OF_AGE:
                return None
            return (BornOrAged(oldest=years - 1) if found["under"] else BornOrAged(youngest=years + 1)), found[0]
    return None
