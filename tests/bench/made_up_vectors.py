"""An embedding model that tires: for `retrieval.py --made-up-vectors`, which times searches and not the model's indexing."""

from collections.abc import Sequence

import numpy as np

from rag.embedders.port import Embedder, Vectors


class MadeUp:
    """Passages after the first are given the vectors of some of these, shaken; questions their own. See `Embedder`."""

    _REAL, _SHAKEN = 300, 0.0175
    """So many passages are embedded; from one of them a made-up vector differs by so much (a standard deviation) in each direction: a third of its length in all."""

    def __init__(self, model: Embedder) -> None:
        self._model = model
        self._real = np.zeros((0, model.dimension), np.float32)
        self._random = np.random.default_rng(7)
        self.name, self.dimension, self.multilingual = model.name, model.dimension, model.multilingual

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if len(self._real) < self._REAL:
            vectors = self._model.embed_passages(texts)
            self._real = np.concatenate([self._real, vectors])
            return vectors
        chosen = self._real[self._random.integers(len(self._real), size=len(texts))]
        shaken = chosen + self._random.normal(0, self._SHAKEN, chosen.shape).astype(np.float32)
        return np.asarray(shaken / np.linalg.norm(shaken, axis=1, keepdims=True), dtype=np.float32)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._model.embed_queries(texts)
