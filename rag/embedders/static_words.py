"""Word vectors that ship inside the `wordllama` package, so that nothing is downloaded.

What `auto` falls back to where the packaged e5 does not run, and the fast way to index very many CVs.
A text's vector is the mean of its tokens' vectors: English, coarse, and a thousand texts in the time that a transformer needs for one.
Only the package's two data files are read. Importing the package itself would configure the process's logging and load what is not needed.

On the licence: the package is MIT; its vectors were trained from the token tables of Llama 2 and phi-3, whose own terms may matter to you.
The model is a setting for that reason too.
"""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from rag.embedders.port import Vectors
from rag.errors import EmbedderMissing

NAME = "wordllama-l2-supercat-256"
_WEIGHTS = "weights/l2_supercat_256.safetensors"
_TOKENIZERS = ("tokenizers/l2_supercat_tokenizer_config.json", "tokenizer/l2_supercat_tokenizer_config.json")


def package_folder() -> Path | None:
    """Where the package lies, without importing it; None if it is not installed."""
    spec = find_spec("wordllama")
    return Path(spec.origin).parent if spec and spec.origin else None


class StaticWords:
    """See the module. Raises `EmbedderMissing` if the package is not here."""

    name = NAME
    multilingual = False

    def __init__(self) -> None:
        folder = package_folder()
        tokenizer = next((folder / name for name in _TOKENIZERS if (folder / name).exists()), None) if folder else None
        if folder is None or tokenizer is None or not (folder / _WEIGHTS).exists():
            raise EmbedderMissing(
                "The embedding model wordllama is not installed: install the package wordllama, or choose another EMBEDDING_MODEL."
            )
        tokenizers: Any = import_module("tokenizers")
        self._tokenizer: Any = tokenizers.Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        tensors: dict[str, Any] = import_module("safetensors.numpy").load_file(str(folder / _WEIGHTS))
        self._table: Vectors = np.asarray(next(iter(tensors.values())), dtype=np.float32)
        self.dimension = int(self._table.shape[1])

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed_passages`."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, encoded in enumerate(self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)):
            if encoded.ids:
                vectors[row] = self._table[encoded.ids].mean(axis=0)
        return unit(vectors)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed_queries`."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            if ids := self._tokenizer.encode(text, add_special_tokens=False).ids:
                vectors[row] = self._table[ids].mean(axis=0)
        return unit(vectors)


def unit(vectors: Vectors) -> Vectors:
    """Rows of length one; rows of zeros stay."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths == 0, 1, lengths), dtype=np.float32)
