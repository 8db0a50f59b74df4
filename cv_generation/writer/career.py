"""The skeleton of a career: how long in which position, at what level, and when the studies were. Pure dates, no words.

Promises: positions follow each other without overlap (side work apart), levels never fall, the first position starts after the first degree
ended, and nothing lies after `as_of`.
"""

from dataclasses import dataclass
from itertools import pairwise
from random import Random

from cv_generation.briefs import Angle
from cv_generation.profiles import Seniority, YearMonth, month_number

_MONTHS = {Seniority.JUNIOR: (9, 34), Seniority.MID: (44, 100), Seniority.SENIOR: (115, 200), Seniority.LEAD: (200, 310)}
_POSITIONS = {Seniority.JUNIOR: (1, 2), Seniority.MID: (2, 3), Seniority.SENIOR: (3, 4), Seniority.LEAD: (4, 5)}
_LEAST_WORKED = {Seniority.JUNIOR: 5, Seniority.MID: 30, Seniority.SENIOR: 80, Seniority.LEAD: 150}
"""Months of work that a seniority takes: a gap in the career must leave as many."""
_SHORTEST = 5


@dataclass(frozen=True, slots=True)
class Position:
    """Months as numbers (`profiles.month_number`); `end` is None while it lasts. `level` counts from 0, junior, to 3, lead."""

    start: int
    end: int | None
    level: int
    promoted: bool = False
    side_work: bool = False


@dataclass(frozen=True, slots=True)
class Studies:
    """Years of one degree. `advanced` is a degree above the first."""

    start_year: int
    end_year: int
    advanced: bool


@dataclass(frozen=True, slots=True)
class Career:
    """Positions and studies, oldest first."""

    positions: tuple[Position, ...]
    studies: tuple[Studies, ...]


def draw_career(seniority: Seniority, angle: Angle, as_of: YearMonth, dice: Random) -> Career:
    """A career that reaches `seniority` in the month `as_of`."""
    today = month_number(as_of)
    spans = _spans(seniority, angle, today, dice)
    levels = _levels(len(spans), list(Seniority).index(seniority))
    lasting = dice.random() < 0.9
    positions = [
        Position(start=start, end=None if lasting and end == today else end, level=level)
        for (start, end), level in zip(spans, levels, strict=True)
    ]
    if angle is Angle.CLIMBER:
        positions = _stay_and_rise(positions)
    if angle is Angle.SIDE_WORK and seniority is not Seniority.JUNIOR:
        positions.append(_side_work(positions, today, dice))
    return Career(tuple(positions), _studies(positions[0].start, seniority, dice))


def _spans(seniority: Seniority, angle: Angle, today: int, dice: Random) -> list[tuple[int, int]]:
    """Start and end of each position. Neighbours may share the month of change, or lie some months apart."""
    months = dice.randint(*_MONTHS[seniority])
    count = dice.randint(*_POSITIONS[seniority]) + (1 if angle is Angle.MOVER and months > 60 else 0)
    weights = [dice.uniform(0.6, 1.6) for _ in range(count)]
    edges = [today - months]
    for weight in weights[:-1]:
        edges.append(edges[-1] + max(_SHORTEST, round(months * weight / sum(weights))))
    edges.append(today)
    if edges[-2] > today - _SHORTEST:
        return [(edges[0], today)]
    gaps = [dice.choice((0, 0, 1, 2)) for _ in edges[1:-1]] + [0]
    if angle is Angle.RETURNER and count > 1:
        longest = max(range(count - 1), key=lambda place: edges[place + 1] - edges[place])
        gaps[longest] = min(dice.randint(9, 18), max(0, edges[longest + 1] - edges[longest] - _SHORTEST), months - _LEAST_WORKED[seniority])
    return [(start, end - gap) for (start, end), gap in zip(pairwise(edges), gaps, strict=True)]


def _levels(count: int, top: int) -> list[int]:
    """Rising from the bottom to `top`; one position only is held at the top."""
    return [top] if count == 1 else [round(place * top / (count - 1)) for place in range(count)]


def _stay_and_rise(positions: list[Position]) -> list[Position]:
    """A step up right after a lower position was a promotion by the same employer."""
    risen = [positions[0]]
    for earlier, later in pairwise(positions):
        promoted = later.level > earlier.level and earlier.end is not None and later.start - earlier.end <= 1
        risen.append(Position(later.start, later.end, later.level, promoted=promoted))
    return risen


def _side_work(positions: list[Position], today: int, dice: Random) -> Position:
    """Freelance work beside the later half of the career, ended or not."""
    first = positions[0].start
    start = dice.randint(first + (today - first) // 2, max(today - 12, first + (today - first) // 2))
    end = None if dice.random() < 0.5 else min(today, start + dice.randint(10, 36))
    return Position(start, end, min(1, positions[-1].level), side_work=True)


def _studies(first_work: int, seniority: Seniority, dice: Random) -> tuple[Studies, ...]:
    """A degree before the first position; for some an advanced one, straight after it or years later beside the work."""
    done = (first_work - dice.choice((1, 2, 4))) // 12
    if dice.random() > 0.55:
        return (Studies(done - dice.choice((3, 3, 4)), done, advanced=False),)
    if seniority in {Seniority.SENIOR, Seniority.LEAD} and dice.random() < 0.5:
        start = first_work // 12 + dice.randint(2, 5)
        return (Studies(done - 3, done, advanced=False), Studies(start, start + 2, advanced=True))
    return (Studies(done - 6, done - 3, advanced=False), Studies(done - 3 + dice.randrange(2), done, advanced=True))
