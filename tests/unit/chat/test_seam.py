"""The seam between a partial answer and its continuation: whatever the pieces, the same decision, and no text lost or doubled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.application.chat.seam import SHORTEST_OVERLAP, SHORTEST_RESTART, Joined, Seam

PARTIAL = "Ada Example has written Go for nine years and Rust for three. She led"

words = st.text("ab ", max_size=60)


def fed(partial: str, pieces: list[str]) -> tuple[Joined, int]:
    """The decision, and how many pieces it took; a stream that ends undecided is decided at its end."""
    seam = Seam(partial)
    for taken, piece in enumerate(pieces, start=1):
        joined = seam.feed(piece)
        if joined is not None:
            return Joined(joined.keep, joined.text + "".join(pieces[taken:])), taken
    return seam.decide(), len(pieces)


def answered(partial: str, new: str) -> str:
    joined, _ = fed(partial, [new] if new else [])
    return partial[: joined.keep] + joined.text


@pytest.mark.parametrize(
    ("new", "answer"),
    [
        (" a team of six.", f"{PARTIAL} a team of six."),
        ("Rust for three. She led a team.", f"{PARTIAL} a team."),
        (f"{PARTIAL} a team.", f"{PARTIAL} a team."),
        ("Ada Example has written Go since 2015.", "Ada Example has written Go since 2015."),
        ("Ada Example is", f"{PARTIAL}Ada Example is"),
        ("led a team.", f"{PARTIAL}led a team."),
        (PARTIAL, PARTIAL),
        (PARTIAL[:40], PARTIAL),
        ("", PARTIAL),
    ],
    ids=[
        "continues",
        "overlaps",
        "repeats all",
        "starts over",
        "short look-alike",
        "short overlap",
        "only repeats",
        "repeats half",
        "nothing",
    ],
)
def test_how_a_continuation_joins(new: str, answer: str) -> None:
    assert answered(PARTIAL, new) == answer


def test_a_short_partial_answer_that_is_said_again_is_not_doubled() -> None:
    assert answered("Yes", "Yes, she does.") == "Yes, she does."
    assert answered("Yes", "No.") == "YesNo."


@given(words, words, st.lists(st.integers(1, 8), max_size=60))
def test_the_pieces_do_not_matter(partial: str, new: str, sizes: list[int]) -> None:
    pieces: list[str] = []
    rest = new
    for size in sizes:
        pieces, rest = [*pieces, rest[:size]], rest[size:]
    pieces = [piece for piece in [*pieces, rest] if piece]
    assert fed(partial, pieces)[0] == fed(partial, [new] if new else [])[0]


@given(words, words)
def test_the_answer_ends_with_what_is_new_and_keeps_all_or_nothing(partial: str, new: str) -> None:
    joined, _ = fed(partial, [new] if new else [])
    assert joined.keep in (0, len(partial))
    assert new.endswith(joined.text)


def test_a_plain_continuation_is_shown_at_once() -> None:
    joined, taken = fed(PARTIAL, [", with", " a team", " of six."])
    assert taken == 1
    assert joined.keep == len(PARTIAL)


def test_the_limits_are_what_they_are_said_to_be() -> None:
    at, under = PARTIAL[-SHORTEST_OVERLAP:], PARTIAL[-SHORTEST_OVERLAP + 1 :]
    assert answered(PARTIAL, f"{at}!") == f"{PARTIAL}!"
    assert answered(PARTIAL, f"{under}!") == f"{PARTIAL}{under}!"
    restart = f"{PARTIAL[:SHORTEST_RESTART]}!"
    assert answered(PARTIAL, restart) == restart
    chance = f"{PARTIAL[: SHORTEST_RESTART - 1]}!"
    assert answered(PARTIAL, chance) == f"{PARTIAL}{chance}"
