"""What Postgres says with NOTIFY, as callbacks: called after a commit, in the order in which the transaction did things."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID


def _ignore(*_: object) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Nudges:
    """Who hears of what. All are quick and never raise; those left out are nobody."""

    events: Callable[[Sequence[tuple[UUID, int]]], None] = _ignore
    """These runs have events up to these numbers, written from outside an executor."""

    added: Callable[[UUID], None] = _ignore
    """A run was added to this thread, or it is gone."""

    queue: Callable[[], None] = _ignore
    """Work may wait."""

    fence: Callable[[UUID], None] = _ignore
    """This run was taken from its executor."""
