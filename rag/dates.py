"""Finds spans of time in a line of a CV: `Mar 2019 – present`, `03/2019 - 06/2021`, `seit 2020`, `de marzo de 2015 a 2018`.

Pure. Months are counted from year 0, so that spans compare and add up. Where only years are written, a span reaches from the January of
the first to the December of the last, less what cannot be known: `precise` is False.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_MONTH_NAMES = {
    1: "january jan enero ene janvier janv januar jan janeiro jan gennaio gen janner",
    2: "february feb febrero feb fevrier fevr fev februar feb fevereiro fev febbraio feb",
    3: "march mar marzo mars marz mrz maerz marco mar marzo",
    4: "april apr abril abr avril avr april abril abr aprile apr",
    5: "may mayo may mai maio mai maggio mag",
    6: "june jun junio juin juni jun junho giugno giu",
    7: "july jul julio juillet juil juli jul julho luglio lug",
    8: "august aug agosto ago aout august aug agosto ago",
    9: "september sep sept septiembre setiembre septembre september setembro set settembre",
    10: "october oct octubre octobre oktober okt outubro out ottobre ott",
    11: "november nov noviembre novembre november novembro novembre",
    12: "december dec diciembre dic decembre dezember dez dezembro dicembre",
}
_MONTHS = {name: number for number, names in _MONTH_NAMES.items() for name in names.split()}
_NAME = "|".join(sorted(_MONTHS, key=len, reverse=True))
_YEAR = r"(?:19[4-9]\d|20[0-4]\d)"
_SEASON = r"spring|summer|autumn|fall|winter|primavera|verano|otono|invierno|printemps|ete|automne|hiver|fruhjahr|fruhling|sommer|herbst"
_POINT = (
    rf"(?:(?:(?:{_SEASON})\s+(?:de\s+)?|\d{{1,2}}(?:st|nd|rd|th|\.)?\s+(?:de\s+)?)?"
    rf"(?:(?:{_NAME})\b\.?,?\s*(?:de\s+|del\s+)?(?:{_YEAR}|['’]\d{{2}})"
    rf"|\d{{1,2}}[./-]\d{{1,2}}[./-]{_YEAR}|{_YEAR}[-/.](?:0[1-9]|1[0-2])(?:[-/.]\d{{2}})?(?!\d)|(?:0?[1-9]|1[0-2])\s?[./-]\s?{_YEAR}|{_YEAR}))"
)
_NOW = (
    r"present|presently|act(?=\.|\s*$|\s*[|)])|current|currently|now|today|to date|date|ongoing|actualidad|actualmente|actual|presente|hoy|la actualidad|la fecha|en curso|"
    r"heute|jetzt|dato|laufend|aujourd['’]?\s?hui|auj(?=\.|\s*$|\s*[|)])|ahora|ce jour|maintenant|en cours|actuellement|atual|atualmente|hoje|o momento|oggi|attuale|attualmente|in corso|adesso"
)
_TO = r"\s*(?:[-–—−→>~]+|\.{2,3}|…|\bto\b|\buntil\b|\btill\b|\bthrough\b|\bthru\b|\bhasta\b|\ba\b|\bal\b|\bau\b|\bbis\b|\bzu\b|\bate\b|\bfino a\b|\bjusqu['’]?\s?(?:a|en)?\b)\s*(?:la |el |l['’]|zum |o )?"
_RANGE = re.compile(rf"(?<![\w/])(?P<start>{_POINT})(?:{_TO})(?P<end>{_POINT}|(?:{_NOW})\b)", re.IGNORECASE)
_SHORT_END = re.compile(rf"(?<![\w/])(?P<start>{_YEAR})\s*[-–—/]\s*(?P<end>\d{{2}})(?![\d/.-])")
_MONTHS_OF_ONE_YEAR = re.compile(
    rf"(?<!\w)(?P<first>{_NAME})\b\.?{_TO}(?P<second>{_NAME})\b\.?\s*(?:de\s+)?(?P<year>{_YEAR})", re.IGNORECASE
)
_SINCE = re.compile(rf"\b(?:since|from|desde|seit|ab|depuis|dal|dal l['’]|a partir de)\s+(?:el |l['’])?(?P<start>{_POINT})", re.IGNORECASE)
_OPEN = re.compile(rf"(?<![\w/])(?P<start>{_POINT})\s*[-–—]\s*(?=$|[|)\]])", re.IGNORECASE)
_SINGLE = re.compile(rf"(?<![\w/.-]){_POINT}(?![\w/-])", re.IGNORECASE)
_YEAR_ONLY = re.compile(rf"{_YEAR}")


@dataclass(frozen=True, slots=True)
class Span:
    """A time, where it stands in the text (`at`), and as written. `end` is None while it lasts. Both ends are inside."""

    start: int
    end: int | None
    at: tuple[int, int]
    text: str
    precise: bool
    ranged: bool = True


def flatten(text: str) -> str:
    """Lower case without accents, every character in its place, so that offsets stay true."""
    return "".join(unicodedata.normalize("NFKD", c)[0].lower() if c.isalpha() else c for c in text)


def spans(text: str) -> list[Span]:
    """All spans and single dates in the text, from left to right, none inside another."""
    flat = flatten(text)
    found: list[Span] = []
    taken: list[tuple[int, int]] = []

    def add(at: tuple[int, int], start: tuple[int, bool], end: tuple[int, bool] | None, *, ranged: bool = True) -> None:
        if any(a < at[1] and at[0] < b for a, b in taken):
            return
        last = None if end is None else end[0] if end[1] else end[0] + 11
        if last is not None and last < start[0]:
            return
        taken.append(at)
        precise = start[1] and (end is None or end[1])
        found.append(Span(start=start[0], end=last, at=at, text=text[at[0] : at[1]].strip(), precise=precise, ranged=ranged))

    for m in _RANGE.finditer(flat):
        add(m.span(), _point(m["start"]), None if re.fullmatch(_NOW, m["end"]) else _point(m["end"]))
    for m in _MONTHS_OF_ONE_YEAR.finditer(flat):
        year = int(m["year"]) * 12 - 1
        add(m.span(), (year + _MONTHS[m["first"]], True), (year + _MONTHS[m["second"]], True))
    for m in _SHORT_END.finditer(flat):
        add(m.span(), _point(m["start"]), _point(m["start"][:2] + m["end"]))
    for pattern in (_SINCE, _OPEN):
        for m in pattern.finditer(flat):
            add(m.span(), _point(m["start"]), None)
    for m in _SINGLE.finditer(flat):
        add(m.span(), _point(m[0]), _point(m[0]), ranged=False)
    return sorted(found, key=lambda span: span.at)


def _point(text: str) -> tuple[int, bool]:
    """The month, and whether one was written."""
    text = text.strip()
    if short := re.search(r"['’](\d{2})$", text):
        century = 1900 if int(short[1]) > 60 else 2000
        year = century + int(short[1])
    else:
        years = _YEAR_ONLY.findall(text)
        year = int(years[0])
    for word in re.findall(r"[a-z]+", text):
        if word in _MONTHS:
            return year * 12 + _MONTHS[word] - 1, True
    numbers = [int(n) for n in re.findall(r"\d+", text) if len(n) <= 2]
    if len(numbers) >= 1 and not re.search(r"['’]\d{2}$", text):
        # 01/09/2019 is a day and a month; 2019-09-01 a month and a day; 09/2019 a month.
        month = numbers[1] if len(numbers) == 2 and not text.startswith(str(year)) else numbers[0]
        if 1 <= month <= 12:
            return year * 12 + month - 1, True
    return year * 12, False


def months_covered(periods: Iterable[tuple[int, int]]) -> int:
    """Months that lie in any of the periods, each counted once; both ends are inside."""
    total, reached = 0, -1
    for start, end in sorted(periods):
        first = max(start, reached + 1)
        if end >= first:
            total += end - first + 1
            reached = end
    return total


def without_dates(text: str) -> str:
    """The text less its spans and the brackets and separators that they leave empty."""
    for span in reversed(spans(text)):
        text = text[: span.at[0]] + " " + text[span.at[1] :]
    text = re.sub(
        r"\(\s*(?:\d+\s*(?:years?|yrs?|anos?|años?|ans|jahre?|anni|months?|mos?|meses?|mois|monate?|mesi)[\s,y]*)*\)|\[\s*\]", " ", text
    )
    return " ".join(text.split()).strip(" |,;:·•–—-/()\t")
