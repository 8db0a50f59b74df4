"""Words near in meaning: for a word of a question, the indexed words whose vectors are close.

This is how `stitching` finds `sewing`. It needs an embedding model that knows single words; where it does not, there are no near words and
retrieval rests on the rest. Called by the indexer (write) and by query expansion (read).
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from rag.concepts import concepts
from rag.embedders.port import WordVectors
from rag.terms import concept_term
from rag.words import stem

_BATCH = 4096
_MOST_WORDS = 60_000


class NearWordsWriter:
    """Gathers the English words of the passages."""

    def __init__(self) -> None:
        self._words: set[str] = set()

    def add(self, tokens: Iterable[str]) -> None:
        if len(self._words) < _MOST_WORDS:
            self._words.update(token for token in tokens if len(token) > 2 and token.isalpha())

    def write(self, path: Path, vectors: WordVectors, known: Iterable[str]) -> None:
        """`known` are the indexed terms: only concepts among them are worth finding."""
        found, terms = _vectors_of_terms(self._words, vectors, known)
        np.savez(path, vectors=found, terms=terms)


class NearWords:
    """Terms by the vectors of the words they come from."""

    def __init__(self, vectors: NDArray[np.float32], terms: NDArray[np.str_]) -> None:
        self._vectors = vectors
        self._terms = terms

    @classmethod
    def read(cls, path: Path) -> Self:
        """Reads what `NearWordsWriter` wrote."""
        with np.load(path) as stored:
            return cls(stored["vectors"].astype(np.float32), stored["terms"])

    def near(self, vectors: NDArray[np.float32], *, at_least: float, most: int) -> list[list[tuple[str, float]]]:
        """For each vector, the terms at least so close, closest first, with their cosines."""
        if not len(self._terms):
            return [[] for _ in vectors]
        return [self._closest(cosines, at_least, most) for cosines in (self._vectors @ vectors.T).T]

    def _closest(self, cosines: NDArray[np.float32], at_least: float, most: int) -> list[tuple[str, float]]:
        close = np.flatnonzero(cosines >= at_least)
        best: Sequence[int] = close[np.argsort(-cosines[close])][:most].tolist()
        return [(str(self._terms[i]), float(cosines[i])) for i in best]


def near_words_of(some: set[str], vectors: WordVectors, known: Iterable[str]) -> NearWords:
    """The same in memory, for a short text."""
    found, terms = _vectors_of_terms(some, vectors, known)
    return NearWords(found.astype(np.float32), terms)


def _vectors_of_terms(some: set[str], vectors: WordVectors, known: Iterable[str]) -> tuple[NDArray[np.float16], NDArray[np.str_]]:
    indexed = set(known)
    terms = {word: stem(word, "en") for word in sorted(some)}
    labels = {
        concept.word: concept_term(name)
        for name, concept in concepts().by_name.items()
        if concept.kind not in {"language", "place"} and not concept.wide and concept_term(name) in indexed
    }
    found: list[NDArray[np.float16]] = []
    stored: list[str] = []
    everything = [*terms.items(), *labels.items()]
    for i in range(0, len(everything), _BATCH):
        batch = everything[i : i + _BATCH]
        rows = vectors.vectors_of([text for text, _ in batch])
        known_rows = np.flatnonzero(rows.any(axis=1))
        found.append(rows[known_rows].astype(np.float16))
        stored.extend(batch[row][1] for row in known_rows)
    return np.concatenate(found) if found else np.zeros((0, 1), np.float16), np.array(stored, dtype=np.str_)
