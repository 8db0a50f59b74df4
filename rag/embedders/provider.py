"""Embeddings by a provider's API: an adapter brings the call, this makes an `Embedder` of it."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from rag.embedders.port import Vectors
from rag.embedders.static_words import unit

_BATCH = 64


class EmbeddingService(Protocol):
    """A provider's embedding call. Time-outs and retries are inside: what is raised is final."""

    @property
    def model(self) -> str:
        """The provider's name of the model."""
        ...

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        ...

    def embed(self, texts: Sequence[str], *, query: bool) -> Sequence[Sequence[float]]:
        """One vector a text, in order. `query` tells questions from passages, for models that care."""
        ...


class ProviderEmbedder:
    """An `Embedder` over an `EmbeddingService`, in batches."""

    multilingual = True

    def __init__(self, service: EmbeddingService) -> None:
        self._service = service
        self.name = f"provider:{service.model}"
        self.dimension = service.dimension

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed_passages`."""
        return self._embed(texts, query=False)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed_queries`."""
        return self._embed(texts, query=True)

    def _embed(self, texts: Sequence[str], *, query: bool) -> Vectors:
        rows = [row for i in range(0, len(texts), _BATCH) for row in self._service.embed(texts[i : i + _BATCH], query=query)]
        return unit(np.array(rows, dtype=np.float32).reshape(len(texts), self.dimension))
