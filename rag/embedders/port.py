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
    def dimension(self) -> int:
        """The length of a vector."""
        ...

    @property
    def multilingual(self) -> bool:
        """False if it knows English only: texts then come to it in English, as far as the vocabulary can say them."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of what is to be found."""
        ...

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of what is asked; some models tell the two apart."""
        ...
