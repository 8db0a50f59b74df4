"""From words on a page to lines in reading order. Pure: geometry in, lines out.

Trusts the order in which the file draws its text, which is right for most tools, unless that order zigzags. Then the page has either a
table (a date beside its job: read row by row) or independent columns drawn row by row (read one column after the other). Which of the
two is told by the content: columns are independent when both have section headings of their own.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rag.headings import section_of

CELL_MARK = " | "
"""Stands between the cells of a row."""

_BULLET = re.compile(r"^[•●○◦▪■□▸►▹‣⁃∙·➢➤✓✔*\-–—o]$")


@dataclass(frozen=True, slots=True)
class Fragment:
    """Words that stand together on one line. The origin is the top left corner of the page."""

    text: str
    page: int
    left: float
    top: float
    right: float
    bottom: float
    bold: bool = False

    @property
    def size(self) -> float:
        """Its height in points."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Line:
    """One line as a person reads it: one fragment, or the cells of a row."""

    cells: tuple[str, ...]
    page: int
    left: float
    top: float
    right: float
    bottom: float
    bold: bool = False

    @property
    def text(self) -> str:
        """Its cells in one text, with marks between."""
        return CELL_MARK.join(self.cells)

    @property
    def size(self) -> float:
        """Its height in points."""
        return self.bottom - self.top


def same_row(a: Fragment, b: Fragment) -> bool:
    """Do they stand beside each other?"""
    overlap = min(a.bottom, b.bottom) - max(a.top, b.top)
    return overlap > 0.5 * min(a.size, b.size)


def fragments_of(words: Iterable[Fragment]) -> list[Fragment]:
    """Joins neighbouring words; a wide gap (a tab, a table cell, a gutter) separates. A lone bullet joins across any gap."""
    joined: list[Fragment] = []
    for word in words:
        last = joined[-1] if joined else None
        if last and same_row(last, word) and _joins(last, word):
            joined[-1] = _join(last, word)
        else:
            joined.append(word)
    return joined


def _joins(last: Fragment, word: Fragment) -> bool:
    gap = word.left - last.right
    if gap < -0.5 * last.size:
        return False
    if _BULLET.match(last.text):
        return gap < 4 * last.size
    return gap < 0.9 * min(last.size, word.size)


def _join(a: Fragment, b: Fragment) -> Fragment:
    return Fragment(
        text=f"{a.text} {b.text}",
        page=a.page,
        left=min(a.left, b.left),
        top=min(a.top, b.top),
        right=max(a.right, b.right),
        bottom=max(a.bottom, b.bottom),
        bold=a.bold,
    )


def lines_of(fragments: Sequence[Fragment]) -> list[Line]:
    """The lines of one page, in reading order."""
    return _rows(_in_reading_order(_with_bullets(fragments)))


def _with_bullets(fragments: Sequence[Fragment]) -> list[Fragment]:
    """Puts bullets that the file draws apart from their text in front of it again; bullets without text are dropped."""
    loose = [f for f in fragments if _BULLET.match(f.text) and f.text != "o"]
    texts = [f for f in fragments if f not in loose]
    for bullet in loose:
        beside = [i for i, f in enumerate(texts) if same_row(bullet, f) and 0 <= f.left - bullet.right + 1 < 4 * f.size]
        if beside:
            i = min(beside, key=lambda i: texts[i].left)
            texts[i] = replace(_join(bullet, texts[i]), bold=texts[i].bold, top=texts[i].top, bottom=texts[i].bottom)
    return texts


def _in_reading_order(fragments: list[Fragment]) -> list[Fragment]:
    fragments = _runs_in_place(fragments)
    gutter = _gutter(fragments)
    if gutter is None:
        return _by_rows(fragments) if _jumps_about(fragments) else fragments
    zigzags = _zigzags(fragments, gutter)
    if not zigzags and not _jumps_about(fragments):
        return fragments
    if _independent(fragments, gutter):
        return _by_columns(fragments, gutter)
    return _by_rows(fragments)


@dataclass(slots=True)
class _Run:
    """What is drawn in one go down the page."""

    fragments: list[Fragment]

    @property
    def box(self) -> tuple[float, float, float, float]:
        some = self.fragments
        return min(f.left for f in some), min(f.top for f in some), max(f.right for f in some), max(f.bottom for f in some)

    def beside(self, other: "_Run") -> bool:
        """Do they stand in different columns, where they stand at the same height?"""
        top, bottom = max(self.box[1], other.box[1]), min(self.box[3], other.box[3])
        here, there = self.between(top, bottom), other.between(top, bottom)
        if not here or not there:
            return False
        (left, _, right, _), (other_left, _, other_right, _) = _Run(here).box, _Run(there).box
        return min(right, other_right) - max(left, other_left) < 0.2 * min(right - left, other_right - other_left)

    def between(self, top: float, bottom: float) -> list[Fragment]:
        return [f for f in self.fragments if f.bottom > top + 1 and f.top < bottom - 1]

    def above(self, other: "_Run") -> bool:
        return self.box[3] <= other.box[1] + 2


def _runs_in_place(fragments: list[Fragment]) -> list[Fragment]:
    """Some tools draw a column in several goes: first all texts, then all titles; or the page's head last. Puts such goes together."""
    runs: list[_Run] = []
    for f in fragments:
        if runs and f.bottom >= runs[-1].fragments[-1].top - 0.2 * f.size:
            runs[-1].fragments.append(f)
        else:
            runs.append(_Run([f]))
    if not 2 <= len(runs) <= 12:
        return fragments
    placed: list[_Run] = []
    for run in runs:
        _place(run, placed)
    return [f for run in placed for f in run.fragments]


def _place(run: _Run, placed: list[_Run]) -> None:
    for i, other in enumerate(placed):
        if run.beside(other):
            continue
        if run.above(other):
            placed.insert(i, run)
            return
        if not other.above(run):
            merged = _Run(_by_rows([*other.fragments, *run.fragments]))
            del placed[i]
            _place(merged, placed)
            return
    placed.append(run)


def _jumps_about(fragments: Sequence[Fragment]) -> bool:
    """Is the drawing order no reading order, going up the page again and again?"""
    ups = sum(1 for a, b in pairwise(fragments) if b.bottom < a.top - 0.2 * a.size)
    return ups > 3 and ups > 0.12 * len(fragments)


def _gutter(fragments: Sequence[Fragment]) -> float | None:
    """The middle of the widest vertical strip, in the inner part of the page, that hardly any line crosses and that has text on both sides."""
    if len(fragments) < 8:
        return None
    left, right = min(f.left for f in fragments), max(f.right for f in fragments)
    width = right - left
    if width <= 0:
        return None
    steps = 200
    crossing = [0] * steps
    for f in fragments:
        first, last = int((f.left - left) / width * steps), int((f.right - left) / width * steps)
        for i in range(max(first, 0), min(last + 1, steps)):
            crossing[i] += 1
    allowed = max(1, int(0.12 * len(fragments)))
    strips: list[tuple[int, int]] = []
    start: int | None = None
    for i in range(int(0.12 * steps), int(0.88 * steps)):
        if crossing[i] <= allowed and start is None:
            start = i
        elif crossing[i] > allowed and start is not None:
            strips.append((start, i))
            start = None
    wide = [(b - a, (a + b) / 2) for a, b in strips if (b - a) / steps * width >= 5]
    for _, middle in sorted(wide, reverse=True):
        x = left + middle / steps * width
        on_left = sum(1 for f in fragments if f.right <= x)
        on_right = sum(1 for f in fragments if f.left >= x)
        if min(on_left, on_right) >= max(3, 0.1 * len(fragments)):
            return x
    return None


def _side(fragment: Fragment, gutter: float) -> int:
    if fragment.right <= gutter + 1:
        return -1
    return 1 if fragment.left >= gutter - 1 else 0


def _zigzags(fragments: Sequence[Fragment], gutter: float) -> bool:
    sides = [side for f in fragments if (side := _side(f, gutter))]
    changes = sum(1 for a, b in pairwise(sides) if a != b)
    return changes > 5 and changes > 0.2 * len(sides)


def _independent(fragments: Sequence[Fragment], gutter: float) -> bool:
    """Do both sides have headings of their own?"""
    headed = {_side(f, gutter) for f in fragments if section_of(f.text)}
    return {-1, 1} <= headed


def _by_rows(fragments: Sequence[Fragment]) -> list[Fragment]:
    """From top to bottom; what stands on one row, from left to right."""
    rows: list[list[Fragment]] = []
    for f in sorted(fragments, key=lambda f: (f.top + f.bottom) / 2):
        if rows and same_row(rows[-1][0], f):
            rows[-1].append(f)
        else:
            rows.append([f])
    return [f for row in rows for f in sorted(row, key=lambda f: f.left)]


def _by_columns(fragments: Sequence[Fragment], gutter: float) -> list[Fragment]:
    """Left column, then right, between the lines that cross both."""
    ordered: list[Fragment] = []
    band: list[Fragment] = []

    def flush() -> None:
        for side in (-1, 1):
            ordered.extend(_by_rows([f for f in band if _side(f, gutter) == side]))
        band.clear()

    for f in _by_rows(fragments):
        if _side(f, gutter) == 0:
            flush()
            ordered.append(f)
        else:
            band.append(f)
    flush()
    return ordered


def _rows(fragments: Sequence[Fragment]) -> list[Line]:
    """Neighbours in reading order that stand on one row become one line of cells."""
    rows: list[list[Fragment]] = []
    for f in fragments:
        if rows and same_row(rows[-1][-1], f) and f.left >= rows[-1][-1].right - 1:
            rows[-1].append(f)
        else:
            rows.append([f])
    return [_line(row) for row in rows]


def _line(row: Sequence[Fragment]) -> Line:
    main = max(row, key=lambda f: len(f.text))
    return Line(
        cells=tuple(f.text for f in row),
        page=row[0].page,
        left=row[0].left,
        top=min(f.top for f in row),
        right=max(f.right for f in row),
        bottom=max(f.bottom for f in row),
        bold=main.bold or row[0].bold,
    )
