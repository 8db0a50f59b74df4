"""BM25 over the passages, kept by `bm25s` and read from disk through a memory map.

Scoring is done on its score columns directly, because a question asks for groups of terms: of several terms that would do, only the best counts.
Called by the indexer (write) and the retriever (read). Threads may read at once.
"""

import json
from array import array
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.terms import shapes, skeleton

Floats = NDArray[np.float32]
Group = Mapping[str, float]
"""Terms that would all do for one word of a question, each with how well, from 0 to 1."""


class _Passages(Sequence[Sequence[int]]):
    """The term numbers of all passages in one flat array: four bytes a term, whatever the number of passages."""

    def __init__(self) -> None:
        self.numbers = array("i")
        self.ends = array("q", [0])

    def add(self, numbers: Sequence[int]) -> None:
        self.numbers.extend(numbers)
        self.ends.append(len(self.numbers))

    def __len__(self) -> int:
        return len(self.ends) - 1

    def __getitem__(self, i: int) -> list[int]:  # pyright: ignore[reportIncompatibleMethodOverride]
        return self.numbers[self.ends[i] : self.ends[i + 1]].tolist()

    def __iter__(self) -> Iterator[list[int]]:
        return (self[i] for i in range(len(self)))


class LexicalWriter:
    """Gathers the passages' terms, in passage order, and writes the index."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._passages = _Passages()

    def add(self, terms: Sequence[str]) -> None:
        """Adds the terms of the next passage, repeats included."""
        self._passages.add([self._numbers.setdefault(term, len(self._numbers)) for term in terms])

    def write(self, folder: Path) -> None:
        """Writes the finished index into a new folder."""
        bm25s: Any = import_module("bm25s")
        index = bm25s.BM25(k1=1.2, b=0.6, backend="numpy", csc_backend="numpy")
        scores = index.build_index_from_ids(list(range(len(self._numbers))), self._passages, show_progress=False)
        folder.mkdir(parents=True)
        for part in ("data", "indices", "indptr"):
            np.save(folder / f"{part}.npy", np.asarray(scores[part]))
        terms = list(self._numbers)
        (folder / "terms.json").write_text(json.dumps(terms, ensure_ascii=False), encoding="utf-8")


class LexicalIndex:
    """Reads what `LexicalWriter` wrote."""

    def __init__(self, folder: Path, passages: int) -> None:
        self._data: Floats = np.load(folder / "data.npy", mmap_mode="r")
        self._indices: NDArray[np.int32] = np.load(folder / "indices.npy", mmap_mode="r")
        self._ends: NDArray[np.int64] = np.load(folder / "indptr.npy")
        self.passages = passages
        terms: list[str] = json.loads((folder / "terms.json").read_text(encoding="utf-8"))
        self._numbers = {term: number for number, term in enumerate(terms)}
        self._by_skeleton: dict[str, list[str]] = {}
        for term in terms:
            for shape in shapes(term):
                self._by_skeleton.setdefault(shape, []).append(term)

    def __contains__(self, term: str) -> bool:
        return term in self._numbers

    def cognates(self, word: str) -> list[str]:
        """Indexed terms of the same shape."""
        return self._by_skeleton.get(skeleton(word), [])

    def frequency(self, term: str) -> int:
        """In how many passages the term stands."""
        number = self._numbers.get(term)
        return 0 if number is None else int(self._ends[number + 1] - self._ends[number])

    def passages_with(self, term: str) -> NDArray[np.int32]:
        """The numbers of the passages that have the term, ascending."""
        number = self._numbers.get(term)
        if number is None:
            return np.empty(0, dtype=np.int32)
        return self._indices[self._ends[number] : self._ends[number + 1]]

    def score(self, group: Group) -> tuple[Floats, Floats]:
        """For every passage: the BM25 score of the group's best term there, and how well that passage covers the group (0 to 1)."""
        scores = np.zeros(self.passages, dtype=np.float32)
        cover = np.zeros(self.passages, dtype=np.float32)
        for term, weight in group.items():
            number = self._numbers.get(term)
            if number is None:
                continue
            first, last = int(self._ends[number]), int(self._ends[number + 1])
            at = self._indices[first:last]
            scores[at] = np.maximum(scores[at], weight * self._data[first:last])
            cover[at] = np.maximum(cover[at], weight)
        return scores, cover
