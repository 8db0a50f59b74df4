"""Looks at vectors through what tells kinds of work apart. Pure.

An embedding model puts all passages of CVs into one corner of its space: cosines of multilingual-e5 lie between 0.7 and 0.9, and much of what they differ in is style and
length. The vocabulary's two hundred occupations (`occupations.py`), embedded by the same model, span the directions in which one kind of work differs from another. Passages
and questions are centred on them, projected there, and the directions that vary more weigh a little more. So `looks after sick people` is near a nurse's Spanish passages.

It depends on the model and the vocabulary alone, not on the CVs: five of them are seen as ten thousand are. Used by the indexer and by retrieval.
"""

from pathlib import Path
from typing import Self

import numpy as np

from rag.embedders.port import Vectors

_EMPHASIS = 0.25
"""Of the singular values: 0 would weigh all directions alike, 1 as much as they vary. Chosen between 0 and 1.5 on generated sets and half of a stranger's."""
_LEAST = 1e-3


class Lens:
    """Made of one vector an occupation, in the vocabulary's order."""

    def __init__(self, occupations: Vectors) -> None:
        self._raw = occupations
        self._middle: Vectors = occupations.mean(axis=0)
        _, strengths, directions = np.linalg.svd(occupations - self._middle, full_matrices=False)
        kept = strengths > _LEAST * strengths[0]
        self._into: Vectors = (directions[kept] * (strengths[kept, None] / strengths[0]) ** _EMPHASIS).T.astype(np.float32)
        self.occupations: Vectors = self.through(occupations)
        """The occupations themselves, through the lens."""

    @property
    def dimension(self) -> int:
        """Of what comes through."""
        return int(self._into.shape[1])

    def through(self, vectors: Vectors) -> Vectors:
        """Rows of unit length for rows as the model gives them; their products are what retrieval calls cosines. Rows of zeros stay."""
        seen = (vectors - self._middle * vectors.any(axis=1, keepdims=True)) @ self._into
        lengths = np.linalg.norm(seen, axis=1, keepdims=True)
        return np.asarray(seen / np.where(lengths == 0, 1, lengths), dtype=np.float32)

    def write(self, path: Path) -> None:
        """Keeps what it is made of."""
        np.save(path, self._raw)

    @classmethod
    def read(cls, path: Path) -> Self:
        """What `write` kept."""
        return cls(np.load(path))
