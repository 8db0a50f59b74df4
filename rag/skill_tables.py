"""Years of skills from a table whose head names the column: `Area | Tools | Years | Level` over `Orchestration | Airflow, Dagster | 6 | expert`. Pure.

A number without a unit says years only under such a head: elsewhere it may be a level. `facts.py` calls it.
"""

import re
from collections.abc import Iterator, Sequence

from rag.layout import Line
from rag.words import fold, words

_YEARS = re.compile(
    r"(?:(?:years?|yrs?|anos?|annees?|ans|jahre?|anni)(?: (?:of |de |d['’]|di )?(?:experience|experiencia|erfahrung|praxis|esperienza|used|use|uso))?|"
    r"(?:experience|experiencia|erfahrung|esperienza|exp\.?|praxis) ?\(?(?:in )?(?:years?|yrs?|anos?|annees?|ans|jahren?|anni)\)?|berufsjahre)\.?"
)
_NUMBER = re.compile(r"(?P<years>\d{1,2})(?:[.,]\d)?\s?\+?")
_MOST = 50


def tabled_years(lines: Sequence[Line]) -> Iterator[tuple[str, int]]:
    """The cells of each row but its number, each with the years that the number says."""
    column, width = -1, 0
    for line in lines:
        heads = [i for i, cell in enumerate(line.cells) if _YEARS.fullmatch(fold(cell).strip(" .:"))]
        if len(line.cells) > 1 and len(heads) == 1:
            column, width = heads[0], len(line.cells)
        elif column >= 0 and (years := _years_in(line, column, width)) is not None:
            yield from ((cell, years) for i, cell in enumerate(line.cells) if i != column and words(cell))
        elif len(line.cells) > 1 or not words(line.text):
            column = -1


def _years_in(line: Line, column: int, width: int) -> int | None:
    """The number in the column of a row as wide as the head; None where there is none."""
    if len(line.cells) != width:
        return None
    found = _NUMBER.fullmatch(line.cells[column].strip())
    return int(found["years"]) if found and int(found["years"]) <= _MOST else None
