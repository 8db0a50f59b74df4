"""Vectors that were computed once and need not be again: one file a model, beside the index, and perhaps one beside the CVs.

    store/multilingual-e5-small-q4.vectors      what the last build used; while one runs, also what it has computed so far

A record is the hash of a passage's text and its vector in half precision, as the index keeps it. A build appends as it goes, so that one that is interrupted, even
by a power cut, goes on where it stopped; a finished one leaves only what it used. A file of the same name beside the PDFs is read, never written by a build:
so the sample CVs come with their vectors. Called by the indexer.
"""

import re
from array import array
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from secrets import token_hex
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.embedders.port import Embedder, Vectors

_AT_ONCE = 4096
_UNIT = 0.02
"""So far from one may a vector's length be; what is further was torn when it was written."""


def vectors_file(folder: Path, model: Embedder) -> Path:
    """The model's file in a store, or in a folder of CVs."""
    return folder / f"{re.sub(r'[^A-Za-z0-9.]+', '-', model.name)}.vectors"


class _Records:
    """One file, read through a memory map: what stays in memory is sixteen bytes a record."""

    def __init__(self, path: Path, kind: np.dtype[np.void]) -> None:
        whole = path.stat().st_size // kind.itemsize if path.exists() else 0
        self._all: NDArray[np.void] = np.empty(0, kind)
        if whole:
            self._all = np.memmap(str(path), kind, mode="r", shape=(whole,))
        heads: NDArray[np.uint64] = np.ascontiguousarray(self._all["key"][:, 0])
        self._order: NDArray[np.int64] = np.argsort(heads, kind="stable")
        self._heads = heads[self._order]

    def __len__(self) -> int:
        return len(self._all)

    def rows_of(self, heads: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Where the records are whose keys begin so."""
        return np.sort(self._order[np.isin(self._heads, heads)])

    def read(self, rows: NDArray[np.int64]) -> bytes:
        """These records, as they stand in the file."""
        return self._all[rows].tobytes()

    def find(self, key: NDArray[np.uint64]) -> Vectors | None:
        """The vector kept under the key."""
        at: int = np.searchsorted(self._heads, key[:1]).tolist()[0]
        while at < len(self._heads) and self._heads[at] == key[0]:
            record: Any = self._all[int(self._order[at])]
            vector: Vectors = record["vector"].astype(np.float32)
            if record["key"][1] == key[1] and abs(float(np.linalg.norm(vector)) - 1) < _UNIT:
                return vector
            at += 1
        return None


class Embedded:
    """Passages' vectors, each computed once. One build at a time writes; two at once cost each other nothing but work done twice."""

    def __init__(self, model: Embedder, store: Path, *shipped: Path) -> None:
        self._model = model
        self._kind = np.dtype([("key", "<u8", (2,)), ("vector", "<f2", (model.dimension,))])
        self._path = vectors_file(store, model)
        self._own = _Records(self._path, self._kind)
        self._shipped = [_Records(vectors_file(folder, model), self._kind) for folder in shipped]
        self._used = array("Q")
        self.computed = 0
        """How many passages the model was asked for."""

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """One row a text, of unit length or zero, as the model gives it, rounded to half precision."""
        keys = [self._key(text) for text in texts]
        known = {key.tobytes(): found for key in keys if (found := self._known(key)) is not None}
        missing = {key.tobytes(): text for key, text in zip(keys, texts, strict=True) if key.tobytes() not in known}
        if missing:
            known.update(zip(missing, self._compute(list(missing), list(missing.values())), strict=True))
        for key in keys:
            self._used.append(int(key[0]))
        return np.stack([known[key.tobytes()] for key in keys]) if keys else np.zeros((0, self._model.dimension), np.float32)

    def _key(self, text: str) -> NDArray[np.uint64]:
        said = f"{self._model.name}\0{text}".encode("utf-8", errors="surrogatepass")
        return np.frombuffer(blake2b(said, digest_size=16).digest(), dtype="<u8")

    def _known(self, key: NDArray[np.uint64]) -> Vectors | None:
        return next((found for records in (self._own, *self._shipped) if (found := records.find(key)) is not None), None)

    def _compute(self, keys: list[bytes], texts: list[str]) -> Vectors:
        """Asks the model, and appends what it says before it is used."""
        records = np.empty(len(texts), self._kind)
        records["key"] = np.frombuffer(b"".join(keys), dtype="<u8").reshape(-1, 2)
        records["vector"] = self._model.embed_passages(texts)
        whole = self._path.stat().st_size // self._kind.itemsize if self._path.exists() else 0
        with self._path.open("r+b" if self._path.exists() else "wb") as file:
            file.seek(whole * self._kind.itemsize)  # over half a record, if one was torn
            file.write(records.tobytes())
        self._own = _Records(self._path, self._kind)
        self.computed += len(texts)
        return records["vector"].astype(np.float32)

    def keep_used(self) -> None:
        """Leaves in the file what was asked for since construction, and nothing else."""
        rows = self._own.rows_of(np.unique(np.frombuffer(self._used, dtype=np.uint64)))
        if len(rows) == len(self._own):
            return
        beside = self._path.with_suffix(f".{token_hex(3)}")
        with beside.open("wb") as file:
            for i in range(0, len(rows), _AT_ONCE):
                file.write(self._own.read(rows[i : i + _AT_ONCE]))
        beside.replace(self._path)
