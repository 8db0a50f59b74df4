"""Merging a finished run's tokens into few rows, and cutting a merged row where a reader stands. Pure.

While a run is written, a row of its log holds the tokens of one commit. After its end neighbouring token rows become one, under the number of the
last. `pieces` keeps the length of each (in code points), so a reader who comes back after any number gets exactly the text that follows it, and
replay of the whole reads a handful of rows. Nothing but tokens is merged: every other event keeps its number.

    seq 3 "Ada"  4 " writes"  5 " Go."      →      seq 5 "Ada writes Go.", pieces 3 7 4      after 4: seq 5 " Go."

Called by `application/retention` (merging) and by the repositories (cutting).
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.chat.events import EventType, StoredEvent, Token, payload

ROW_CHARACTERS = 16_384
"""Text a merged row holds at most, unless one token alone is longer: a reader in its middle has it cut on every return."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the log as it is stored. `pieces` is empty unless the row stands for several tokens, the last of which is `event.seq`."""

    event: StoredEvent
    pieces: tuple[int, ...] = ()

    @property
    def first(self) -> int:
        """The lowest number that the row stands for."""
        return self.event.seq - max(0, len(self.pieces) - 1)


@dataclass(frozen=True, slots=True)
class Merge:
    """One new row in the place of several old ones: `row` replaces the one with its number, the numbers in `gone` are removed."""

    row: Row
    gone: tuple[int, ...]


def merges(rows: Sequence[Row]) -> list[Merge]:
    """What to do with a stretch of a finished run's log, given in order. Rows that were merged before are left alone."""
    return [_merged(group) for group in _groups(rows) if len(group) > 1]


def cut(row: Row, after: int) -> StoredEvent:
    """What of a row comes after number `after`, which is below the row's own number."""
    seen = after - row.first + 1
    if seen <= 0 or not row.pieces:
        return row.event
    text = _text(row.event)[sum(row.pieces[:seen]) :]
    return row.event._replace(data=payload(Token(text)))


def _groups(rows: Iterable[Row]) -> Iterable[list[Row]]:
    """Neighbouring plain token rows, as many together as a merged row may hold."""
    group: list[Row] = []
    size = 0
    for row in rows:
        mergeable = row.event.type is EventType.TOKEN and not row.pieces
        length = len(row.event.data) if mergeable else 0
        if group and (not mergeable or size + length > ROW_CHARACTERS):
            yield group
            group, size = [], 0
        if mergeable:
            group.append(row)
            size += length
    if group:
        yield group


def _merged(group: Sequence[Row]) -> Merge:
    texts = [_text(row.event) for row in group]
    event = group[-1].event._replace(data=payload(Token("".join(texts))))
    return Merge(Row(event, tuple(map(len, texts))), tuple(row.event.seq for row in group[:-1]))


def _text(event: StoredEvent) -> str:
    return json.loads(event.data)["text"]
