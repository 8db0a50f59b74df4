"""Words near in meaning: for a word of a question, the indexed words whose vectors are close.

This is how `stitching` finds `sewing`. It needs an embedding model that knows single words; where it does not, there are no near words and
retrieval rests on the rest. Called by the indexer (write) and by query expansion (read).
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

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
        indexed = set(known)
        terms = {word: stem(word, "en") for word in sorted(self._words)}
        labels = {
            name: concept_term(name)
            for name, concept in concepts().by_name.items()
            if concept.kind not in {"language", "place"} and concept_term(name) in indexed
        }
        found: list[NDArray[np.float16]] = []
        stored: list[str] = []
        everything = [*terms.items(), *labels.items()]
        for i in range(0, len(everything), _BATCH):
            some = everything[i : i + _BATCH]
            rows = vectors.vectors_of([text for text, _ in some])
            known_rows = np.flatnonzero(rows.any(axis=1))
            found.append(rows[known_rows].astype(np.float16))
            stored.extend(some[row][1] for row in known_rows)
        np.savez(path, vectors=np.concatenate(found) if found else np.zeros((0, 1), np.float16), terms=np.array(stored, dtype=np.str_))


class NearWords:
    """Reads what `NearWordsWriter` wrote."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as stored:
            self._vectors: NDArray[np.float32] = stored["vectors"].astype(np.float32)
            self._terms: NDArray[np.str_] = stored["terms"]

    def near(self, vectors: NDArray[np.float32], *, at_least: float, most: int) -> list[list[tuple[str, float]]]:
        """For each vector, the terms at least so close, closest first, with their cosines."""
        if not len(self._terms):
            return [[] for _ in vectors]
        return [self._closest(cosines, at_least, most) for cosines in (self._vectors @ vectors.T).T]

    def _closest(self, cosines: NDArray[np.float32], at_least: float, most: int) -> list[tuple[str, float]]:
        close = np.flatnonzero(cosines >= at_least)
        best: Sequence[int] = close[np.argsort(-cosines[close])][:most].tolist()
        return [(str(self._terms[i]), float(cosines[i])) for i in best]
