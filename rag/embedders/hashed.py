"""A model without any data: letters, hashed. For machines that the default model has no build for (Linux on ARM).

It knows nothing of meaning; it finds words that look alike, also across languages. With the vocabulary and BM25 beside it, that is still a search.
"""

import zlib
from collections.abc import Sequence

import numpy as np

from rag.embedders.port import Vectors
from rag.embedders.static_words import unit
from rag.words import is_stop_word, words


class HashedLetters:
    """Vectors of hashed groups of letters."""

    name = "hashed-letters-1"
    dimension = 384
    multilingual = False

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed_passages`."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in words(text):
                if not is_stop_word(word, "en"):
                    _add(vectors[row], word)
        return unit(vectors)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed_queries`."""
        return self.embed_passages(texts)


def _add(vector: Vectors, word: str) -> None:
    marked = f"^{word}$"
    pieces = {marked, *(marked[i : i + 4] for i in range(max(1, len(marked) - 3)))}
    for piece in pieces:
        code = zlib.crc32(piece.encode())
        vector[code % len(vector)] += (1.0 if code & 0x10000 else -1.0) / len(pieces) ** 0.5
