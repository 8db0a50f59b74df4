"""Markers are never shown in halves, and no character is lost, added or held back for longer than a marker."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.application.chat.citation_gate import CitationGate

TEXTS = st.text(alphabet="ab [](){},;0123456789\n", max_size=60)


def shown(pieces: list[str]) -> list[str]:
    gate = CitationGate()
    return [*(gate.feed(piece) for piece in pieces), gate.rest()]


@given(st.lists(TEXTS, max_size=12))
def test_the_text_stays_the_same(pieces: list[str]) -> None:
    assert "".join(shown(pieces)) == "".join(pieces)


@pytest.mark.parametrize("marker", ["[1]", "[12]", "[1, 2]", "[1][23]", "[1;3]"])
def test_a_marker_cut_anywhere_is_shown_whole(marker: str) -> None:
    text = f"She knows it {marker}."
    for cut in range(len(text) + 1):
        seen = ""
        for piece in shown([text[:cut], text[cut:]]):
            seen += piece
            assert "[" not in seen.rpartition("]")[2], seen


@given(st.lists(TEXTS, max_size=12))
def test_only_a_few_characters_are_ever_held_back(pieces: list[str]) -> None:
    gate, given_so_far, shown_so_far = CitationGate(), 0, 0
    for piece in pieces:
        given_so_far += len(piece)
        shown_so_far += len(gate.feed(piece))
        assert given_so_far - shown_so_far <= 45


@pytest.mark.parametrize("text", ["a[b", "list[", "[x]", "[1234", "f[0].g", "[link](http://x)"])
def test_what_is_no_marker_passes(text: str) -> None:
    gate = CitationGate()
    assert gate.feed(text + " ") == text + " "
