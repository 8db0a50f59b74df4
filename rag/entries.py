"""Splits a section into its entries: one job, one degree, one project each. Pure.

The dates are the anchors. How many lines stand above the date is a habit that a document keeps, so the first entry tells where the
others begin; gaps, bullets and sentence ends correct it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from rag.dates import Span, spans, without_dates
from rag.layout import Line

_BULLET = re.compile(r"^\s*(?:[•●○◦▪■□▸►▹‣⁃∙·➢➤✓✔*]|[-–—](?=\s))\s*")
_MOST_HEAD_LINES = 4
_DURATION = re.compile(r"^\W*(?:\d+\s*[^\W\d]+\W*){1,2}$")


@dataclass(frozen=True, slots=True)
class Entry:
    """The lines of one entry; the first `head` of them say what it is about (role, employer, dates), the others tell the story."""

    lines: tuple[Line, ...]
    head: int
    span: Span | None

    @property
    def head_text(self) -> str:
        """The lines before the first bullet, in one text."""
        return " | ".join(line.text for line in self.lines[: self.head])


def is_bullet(text: str) -> bool:
    """Does a line begin like an item of a list?"""
    return bool(_BULLET.match(text))


def split_entries(lines: Sequence[Line]) -> list[Entry]:
    """The entries in order, all lines in one of them; one entry without a date if no line has dates of its own."""
    anchors = _anchors(lines)
    if not anchors:
        return [Entry(lines=tuple(lines), head=0, span=None)] if lines else []
    starts = _starts(lines, anchors)
    entries: list[Entry] = []
    if starts[0] > 0:
        entries.append(Entry(lines=tuple(lines[: starts[0]]), head=0, span=None))
    for (start, anchor), end in zip(zip(starts, anchors, strict=True), [*starts[1:], len(lines)], strict=True):
        head = _head_length(lines[start:end], anchor - start)
        entries.append(Entry(lines=tuple(lines[start:end]), head=head, span=_span(lines[anchor])))
    return entries


def _span(line: Line) -> Span | None:
    found = spans(line.text)
    return next((span for span in found if span.ranged), found[0] if found else None)


def _anchors(lines: Sequence[Line]) -> list[int]:
    """The lines whose dates are those of an entry: spans; or single dates where the section has no spans."""
    dated = [i for i, line in enumerate(lines) if _may_head(line.text) and spans(line.text)]
    ranged = [i for i in dated if any(span.ranged for span in spans(lines[i].text))]
    chosen = ranged or [i for i in dated if len(without_dates(lines[i].text)) < 90]
    # Two dated lines running are one entry (a job's line and its duration), unless each says something beside the date.
    return [
        i
        for n, i in enumerate(chosen)
        if not (n and i == chosen[n - 1] + 1 and not without_dates(lines[i].text) and without_dates(lines[i - 1].text) == "")
    ]


def _may_head(text: str) -> bool:
    if is_bullet(text):
        return False
    found = spans(text)
    if any(span.ranged and (span.at[0] < 3 or span.at[1] > len(text) - 3) for span in found):
        return len(text) < 160  # the date leads or ends the line: it is a head, however long
    return len(without_dates(text).split()) <= 16 and not (text.endswith(".") and len(text.split()) > 8)


def _starts(lines: Sequence[Line], anchors: Sequence[int]) -> list[int]:
    above = anchors[0] if anchors[0] < _MOST_HEAD_LINES else 2
    gaps = [b.top - a.bottom for a, b in pairwise(lines) if b.page == a.page and b.top >= a.top]
    usual = median(gaps) if gaps else 0.0
    starts: list[int] = []
    for n, anchor in enumerate(anchors):
        floor = anchors[n - 1] + 1 if n else 0
        start = anchor
        while start > floor and anchor - start < above and _belongs_above(lines, start, anchor, usual):
            start -= 1
        starts.append(start)
    return starts


def _belongs_above(lines: Sequence[Line], start: int, anchor: int, usual: float) -> bool:
    """Is the line before `start` part of the same entry's head?"""
    line, below = lines[start - 1], lines[start]
    text = line.text
    if not _may_head(text) or len(text) > 110 or text.endswith((",", ";")) or text[:1].islower():
        return False
    if below.bold and not line.bold and start < anchor:
        return False  # the bold line is the title: nothing above it is ours
    if line.left > lines[anchor].left + 8 and len(lines[anchor].cells) == 1 and not line.bold:
        return False  # indented text of the entry before
    same_column = line.page == below.page and below.top >= line.top
    return not (same_column and below.top - line.bottom > usual + 0.45 * below.size and start < anchor)


def _head_length(lines: Sequence[Line], anchor: int) -> int:
    """The lines up to the date, and after it those that still say where or as what."""
    head = anchor + 1
    wanted = 2 if anchor == 0 else 1
    bare = not without_dates(lines[anchor].text)
    while head < len(lines) and wanted > 0:
        text = lines[head].text
        if is_bullet(text) or text.endswith((".", ",", ";")) or len(text) > 75 or len(text.split()) > 10 or text[:1].islower():
            break
        if anchor and not bare and not lines[head].bold and len(text.split()) > 6:
            break
        wanted -= not _DURATION.match(text)
        head += 1
    return head


def paragraphs(lines: Sequence[Line]) -> list[str]:
    """The lines as text: wrapped lines joined, hyphenation undone, bullets kept apart."""
    widest = max((line.right - line.left for line in lines), default=0.0)
    found: list[str] = []
    last: Line | None = None
    for line in lines:
        if found and last and _continues(last, line, widest):
            found[-1] = _join(found[-1], line.text)
        else:
            found.append(line.text)
        last = line
    return found


def _continues(last: Line, line: Line, widest: float) -> bool:
    if is_bullet(line.text) or len(last.cells) > 1 or len(line.cells) > 1 or line.bold != last.bold or abs(line.size - last.size) > 1:
        return False
    if last.text.endswith("-") or line.text[:1].islower():
        return True
    return last.right - last.left > 0.8 * widest and not last.text.endswith((".", "!", "?", ":", ";")) and len(last.text) > 30


def _join(text: str, more: str) -> str:
    if text.endswith("-") and len(text) > 1 and text[-2].isalpha() and more[:1].islower():
        return text[:-1] + more
    return f"{text} {more}"
