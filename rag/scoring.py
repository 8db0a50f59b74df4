"""How well every passage answers what is sought: BM25, coverage, and cosines. One `Scores` serves one question.

Coverage is the share of the question that a passage speaks of, each word weighing by its rarity. It is what tells evidence from likeness.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.aspects import aspects_of_word, is_light, plain
from rag.expansion import LITERAL, Sought
from rag.names import Token
from rag.opened import Generation

Floats = NDArray[np.float32]
_SAMPLE = 1500
_ASPECT_WEIGHT, _ASPECT_WEIGHT_OF_ALL, _LEAST_WEIGHT = 0.1, 0.5, 1.0
"""`What did she study at Salford?`: Salford is sought; that it is about studying is said by the section."""


class Scores:
    """All passages against all things sought."""

    def __init__(
        self, generation: Generation, things: Sequence[Sought], tokens: Sequence[Token], vector: Floats, *, of_named: bool
    ) -> None:
        self.things = tuple(things)
        self.vector = vector
        self._generation = generation
        count = len(generation.corpus)
        self.bm25: Floats = np.zeros(count, dtype=np.float32)
        self.of_aspect = [all(aspects_of_word(plain(tokens[i])) or is_light(tokens[i].folded) for i in thing.positions) for thing in things]
        self._cover: list[Floats] = []
        weights: list[float] = []
        for thing in things:
            scores, cover = generation.lexical.score(thing.terms)
            share = (_ASPECT_WEIGHT if of_named else _ASPECT_WEIGHT_OF_ALL) if self.of_aspect[len(weights)] else 1.0
            self.bm25 += share * scores
            self._cover.append(cover)
            weights.append(share * _rarity(cover, count))
        self.weights: Floats = np.array(weights, dtype=np.float32)
        self.coverage: Floats = self.covering(range(len(things)))

    def covering(self, which: Sequence[int]) -> Floats:
        """For every passage, how much of these things it speaks of, from 0 to 1."""
        total = max(float(sum(self.weights[i] for i in which)), _LEAST_WEIGHT)
        covered = np.zeros(len(self._generation.corpus), dtype=np.float32)
        for i in which:
            covered += self.weights[i] * self._cover[i]
        return covered / total if total else covered

    def literally(self, which: Sequence[int]) -> NDArray[np.bool_]:
        """The passages that say each of these things, in some language."""
        said = np.ones(len(self._generation.corpus), dtype=np.bool_)
        for i in which:
            said &= self._cover[i] >= LITERAL
        return said

    def mostly(self, which: Sequence[int]) -> NDArray[np.bool_]:
        """The passages that say the rarest of these things, and half of all: as much as a translation keeps."""
        if not 1 <= len(which) <= 2:  # a longer description that is half there is another thing
            return np.zeros(len(self._generation.corpus), dtype=np.bool_)
        rarest = max(which, key=lambda i: self.weights[i])
        said = sum((self.weights[i] * (self._cover[i] >= LITERAL) for i in which), np.zeros(len(self._generation.corpus), dtype=np.float32))
        return (self._cover[rarest] >= LITERAL) & (said >= 0.5 * sum(float(self.weights[i]) for i in which))

    def literally_by_cv(self, which: Sequence[int]) -> NDArray[np.bool_]:
        """The CVs that say each of these things, anywhere."""
        corpus = self._generation.corpus
        said = np.ones(len(corpus.cvs), dtype=np.bool_)
        for i in which:
            here = np.zeros(len(corpus.cvs), dtype=np.bool_)
            here[corpus.cv_of[self._cover[i] >= LITERAL]] = True
            said &= here
        return said

    def cosines(self, passages: Sequence[int] | NDArray[np.int64]) -> Floats:
        return self._generation.dense.cosines(self.vector, passages)

    def stands_out(self, cosine: float) -> bool:
        """Is a passage so close closer than the closest of so many would be by chance? Models differ in their scale: this does not depend on it."""
        count = len(self._generation.corpus)
        if count < 2:
            return cosine > 0
        some = np.arange(0, count, max(1, count // _SAMPLE), dtype=np.int64)
        cosines = self.cosines(some)
        spread = float(cosines.std())
        return spread > 0 and (cosine - float(cosines.mean())) / spread >= math.sqrt(2 * math.log(count)) + 0.1


def _rarity(cover: Floats, count: int) -> float:
    """The inverse frequency of a thing among the passages; what nobody says is as rare as can be."""
    frequency = int(np.count_nonzero(cover >= LITERAL))
    return float(np.log1p((count - frequency + 0.5) / (frequency + 0.5)))
