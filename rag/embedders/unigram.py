"""Cuts a text into the pieces of words that a model knows: of all ways, the one whose pieces have the highest sum of scores.

The unigram language model of Kudo (2018, `Subword Regularization`), found by Viterbi's algorithm as SentencePiece does; the vocabulary is that of XLM-R (Conneau et al. 2019): 250,000 pieces of
up to sixteen characters in a hundred languages, `▁` standing for the space before a word.

A dictionary of so many strings would be forty megabytes in each process. Pieces are looked up by 64-bit hashes instead (two megabytes, sorted): those of all stretches of the text with the same
length at once. Pure; called by `packaged_e5.py`.
"""

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rag.embedders.packed_weights import Vocabulary

_SPACE = "▁"
_SPACES = re.compile(" +")
_UNKNOWN_LESS = 10.0
"""Than the lowest score of a piece: the score of a character that is in none, as in SentencePiece."""
_OFFSET, _PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
"""Of FNV-1a (Fowler, Noll, Vo), here over code points: each character is mixed into the hash of those before it."""

_Hashes = NDArray[np.uint64]


class Unigram:
    """Made of a vocabulary. Safe in threads: nothing changes after it is made."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._normal = vocabulary.normal
        self._unknown = vocabulary.unknown
        self._scores = vocabulary.scores
        self._least = float(vocabulary.scores.min()) - _UNKNOWN_LESS
        # What has no score is a mark (<s>, <pad>, <mask>), which no text may write.
        pieces = np.flatnonzero(vocabulary.scores < 0).astype(np.int32)
        starts, lengths = _characters(vocabulary)
        hashes = _hashes_of(vocabulary, starts[pieces], lengths[pieces])
        order = np.argsort(hashes)
        self._hashes, self._pieces = hashes[order], pieces[order]
        self._longest = int(lengths[pieces].max())

    def ids(self, text: str) -> list[int]:
        """The ids of its pieces, in order, without the marks of beginning and end."""
        written = _SPACES.sub(" ", text.translate(self._normal))
        characters = np.frombuffer(f" {written.removeprefix(' ')}".replace(" ", _SPACE).encode("utf-32-le", errors="replace"), "<u4")
        return self._best(len(characters), self._known_stretches(characters))

    def _known_stretches(self, characters: NDArray[np.uint32]) -> Iterator[tuple[int, int, int]]:
        """Where a piece stands: its first character, the one behind it, its id."""
        hashes = np.full(len(characters) + 1, _OFFSET)
        for length in range(1, min(self._longest, len(characters)) + 1):
            hashes = _longer(hashes[:-1], characters[length - 1 :])
            at = np.searchsorted(self._hashes, hashes)
            found = np.flatnonzero(self._hashes.take(at, mode="clip") == hashes)
            starts: list[int] = found.tolist()
            yield from ((start, start + length, piece) for start, piece in zip(starts, self._pieces[at[found]].tolist(), strict=True))

    def _best(self, length: int, stretches: Iterator[tuple[int, int, int]]) -> list[int]:
        """Viterbi: the best way to each place goes over the best way to a place before."""
        ending: list[list[tuple[int, int]]] = [[] for _ in range(length + 1)]
        for start, end, piece in stretches:
            ending[end].append((start, piece))
        sums = [0.0] * (length + 1)
        steps = [(0, self._unknown)] * (length + 1)
        for end in range(1, length + 1):
            sums[end], steps[end] = sums[end - 1] + self._least, (end - 1, self._unknown)
            for start, piece in ending[end]:
                if (total := sums[start] + self._scores.item(piece)) > sums[end]:
                    sums[end], steps[end] = total, (start, piece)
        return _walked_back(steps)


def _walked_back(steps: list[tuple[int, int]]) -> list[int]:
    place, pieces = len(steps) - 1, list[int]()
    while place:
        place, piece = steps[place]
        pieces.append(piece)
    return pieces[::-1]


def _longer(hashes: _Hashes, characters: NDArray[np.uint32]) -> _Hashes:
    """The hashes of stretches that each have one character more at their end."""
    return (hashes ^ characters) * _PRIME


def _characters(vocabulary: Vocabulary) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """At which character of the text each piece begins, and how many it has. Only the first byte of a character in UTF-8 does not begin with the bits 10."""
    before = np.concatenate([[0], np.cumsum((vocabulary.text & np.uint8(0xC0)) != 0x80, dtype=np.int32)])[vocabulary.places]
    return before[:-1], np.diff(before)


def _hashes_of(vocabulary: Vocabulary, starts: NDArray[np.int32], lengths: NDArray[np.int32]) -> _Hashes:
    """One for each of these pieces: all first characters are mixed in, then the second ones of those that have one, and so on."""
    characters = np.frombuffer(vocabulary.text.tobytes().decode().encode("utf-32-le"), "<u4")
    hashes = np.full(len(starts), _OFFSET)
    for nth in range(int(lengths.max())):
        has = lengths > nth
        hashes[has] = _longer(hashes[has], characters[starts[has] + nth])
    return hashes
