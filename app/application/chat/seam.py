"""Joining a continuation to the beginning of an answer, after another executor took the run over.

A model asked to go on "from the last character" mostly does, but it may repeat the last words, or start the whole answer over. The seam looks at
the first characters before they are shown and decides once:

* the text begins with words that end the partial answer        -> the repetition is dropped, the partial answer stands
* the text repeats the partial answer from its beginning         -> the repetition is dropped as far as it is one
* it began like the partial answer and then went another way     -> the partial answer is dropped (`keep` = 0)
* anything else                                                  -> it is the continuation

Pure: fed by the executor piece by piece, in any sizes.
"""

from dataclasses import dataclass

LONGEST_OVERLAP = 400
"""Characters at the end of the partial answer that may be repeated."""

SHORTEST_OVERLAP = 12
"""Shorter repetitions are taken for chance: language repeats itself."""

SHORTEST_RESTART = 24
"""Characters from the beginning that must come again before it counts as starting over."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The decision: how many characters of the partial answer stand, and the text that follows them."""

    keep: int
    text: str


class Seam:
    """Decides how new text follows `partial`. Feed it until it answers; then it is done with."""

    def __init__(self, partial: str) -> None:
        self._partial = partial
        self._tail = partial[-LONGEST_OVERLAP:]
        self._pieces: list[str] = []
        self._length = 0
        self._repeats = True
        """All that has come is the beginning of the partial answer. Kept up piece by piece: a model may say 400,000 characters again."""

    def feed(self, piece: str) -> Joined | None:
        """Take the next piece; the decision, as soon as nothing that may still come could change it."""
        self._repeats = self._repeats and self._partial.startswith(piece, self._length)
        self._pieces.append(piece)
        self._length += len(piece)
        if self._may_still_match():
            return None
        return self.decide()

    def decide(self) -> Joined:
        """The decision on what there is: for the end of the stream."""
        whole, new = len(self._partial), "".join(self._pieces)
        repeated = _common_prefix(self._partial, new)
        if repeated == whole:
            return Joined(whole, new[whole:])
        if repeated >= min(SHORTEST_RESTART, whole):
            over = repeated == len(new)  # it ended while still repeating: nothing new was said
            return Joined(whole, "") if over else Joined(0, new)
        return Joined(whole, new[self._overlap(new) :])

    def _may_still_match(self) -> bool:
        if self._repeats and self._length < len(self._partial):
            return True
        if self._length >= len(self._tail):
            return False
        new = "".join(self._pieces)
        return any(self._tail.startswith(new, start) for start in range(len(self._tail) - len(new)))

    def _overlap(self, new: str) -> int:
        """The longest end of the partial answer that the new text begins with."""
        longest = min(len(self._tail), len(new))
        return next((n for n in range(longest, SHORTEST_OVERLAP - 1, -1) if self._tail.endswith(new[:n])), 0)


def _common_prefix(one: str, other: str) -> int:
    """By halves: comparing pieces of strings is a thousand times faster than comparing characters."""
    same, longest = 0, min(len(one), len(other))
    while same < longest:
        middle = (same + longest + 1) // 2
        if one.startswith(other[same:middle], same):
            same = middle
        else:
            longest = middle - 1
    return same
