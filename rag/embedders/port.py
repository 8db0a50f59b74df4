"""What an embedding model is to retrieval."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into vectors of unit length, one row a text. May be called from several threads at once."""

    @property
    def name(self) -> str:
        """Identifies model and version: an index can only be searched with the model of the same name."""
        ...

    @property
    def dimension(self) -> int: ...

    @property
    def multilingual(self) -> bool:
        """False if it knows English only: texts then come to it in English, as far as the vocabulary can say them."""
        ...

    @property
    def single_words(self) -> "WordVectors | None":
        """What it knows of single words, if that is telling and costs next to nothing: retrieval then looks for near words too."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors: ...

    def embed_queries(self, texts: Sequence[str]) -> Vectors: ...


class WordVectors(Protocol):
    """Vectors of single words."""

    def vectors_of(self, words: Sequence[str]) -> Vectors:
        """One row a word, of unit length; zeros for a word that it does not know as a whole. A phrase is known if all its words are."""
        ...

    def telling(self, words: Sequence[str]) -> Sequence[float]:
        """How much each English word says, from 0 to 1: `the` next to nothing, `need` a little, `hospital` all. A word that is rare or unknown says all."""
        ...
