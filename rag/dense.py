"""Vectors of the passages in FAISS, half precision: half a kilobyte a passage, exact search.

Called by the indexer (write) and the retriever (read). Threads may read at once.
"""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


def _faiss() -> Any:
    faiss: Any = import_module("faiss")
    faiss.omp_set_num_threads(1)  # a search takes milliseconds: threads would cost other requests more than they give this one
    return faiss


class DenseWriter:
    """Adds vectors in passage order and writes the index."""

    def __init__(self, dimension: int) -> None:
        faiss = _faiss()
        self._index: Any = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)

    def add(self, vectors: Vectors) -> None:
        """Adds rows of unit length, in passage order."""
        self._index.add(np.ascontiguousarray(vectors, dtype=np.float32))

    def write(self, path: Path) -> None:
        """Writes the finished index to one file."""
        _faiss().write_index(self._index, str(path))


class DenseIndex:
    """Reads what `DenseWriter` wrote. Vectors have unit length, so that a score is a cosine."""

    def __init__(self, path: Path) -> None:
        self._index: Any = _faiss().read_index(str(path))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def nearest(self, vector: Vectors, count: int) -> tuple[NDArray[np.int64], Vectors]:
        """The nearest passages, best first, and their cosines."""
        count = min(count, len(self))
        if count == 0:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        cosines, numbers = self._index.search(vector.reshape(1, -1), count)
        return numbers[0], cosines[0]

    def cosines(self, vector: Vectors, passages: Sequence[int] | NDArray[np.int64]) -> Vectors:
        """The cosines of these passages."""
        numbers = np.asarray(passages, dtype=np.int64)
        if not len(numbers):
            return np.empty(0, dtype=np.float32)
        return np.asarray(self._index.reconstruct_batch(numbers) @ vector, dtype=np.float32)
