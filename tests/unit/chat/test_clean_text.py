"""Text that every part of the system can carry, however the model cuts it."""

from hypothesis import given
from hypothesis import strategies as st

from app.application.chat.clean_text import TextCleaner

raw = st.text(st.sampled_from(["a", "é", "😀", "\0", "\ud83d", "\ude00", "\n"]), max_size=12)


def cleaned(pieces: list[str]) -> str:
    cleaner = TextCleaner()
    return "".join(cleaner.feed(piece) for piece in pieces) + cleaner.rest()


def test_halves_of_a_pair_are_joined_across_pieces() -> None:
    assert cleaned(["a\ud83d", "\ude00b"]) == "a😀b"
    assert cleaned(["\ud83d", "", "\ude00"]) == "😀"
    assert cleaned(["\ud83d\0", "\0\ude00"]) == "😀"


def test_halves_that_stay_alone_are_replaced_and_nuls_removed() -> None:
    assert cleaned(["\ud83d"]) == "\ufffd"
    assert cleaned(["\ude00"]) == "\ufffd"
    assert cleaned(["a\ud83d", "b"]) == "a\ufffdb"
    assert cleaned(["\0", "a\0b"]) == "ab"


@given(raw)
def test_every_split_gives_the_same_text_and_nothing_that_cannot_be_stored(text: str) -> None:
    whole = cleaned([text])
    assert cleaned(list(text)) == whole
    for cut in range(len(text) + 1):
        assert cleaned([text[:cut], text[cut:]]) == whole
    whole.encode()
    assert "\0" not in whole


@given(st.lists(raw.map(lambda text: text.replace("\0", "")), max_size=6))
def test_no_piece_carries_half_a_character(pieces: list[str]) -> None:
    cleaner = TextCleaner()
    for piece in pieces:
        cleaner.feed(piece).encode()
    cleaner.rest().encode()
    assert cleaner.rest() == ""
