"""Does a question about somebody named ask for what no CV tells? Pure.

`Has Ada Byron ever managed people?` and `Is Ada Byron married?` are alike to whoever looks for their words in a CV. The first is answered by the CV, whatever it says, the
second by none. So both kinds are written down (`vocabulary/private_life.txt`), embedded by the index's model, and a question belongs to the kind whose nearest sentences
are nearer. It depends on the model and that file alone. Written by the indexer, asked by `evidence.py`.
"""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Self

import numpy as np

from rag.embedders.port import Vectors

STAND_IN = "this person"
"""In the place of a name, so that names say nothing."""

_NEAREST = 3


@cache
def sentences() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What CVs are about, and what none tells."""
    text = files("rag.vocabulary").joinpath("private_life.txt").read_text(encoding="utf-8")
    kinds = [part.splitlines()[1:] for part in text.split("\n@ ")[1:]]
    told, private = (tuple(line.strip() for line in lines if line.strip()) for lines in kinds)
    return told, private


class PrivateLife:
    """Made of one vector a sentence, of each kind."""

    def __init__(self, told: Vectors, private: Vectors) -> None:
        self._raw = told, private
        self._middle: Vectors = np.concatenate(self._raw).mean(axis=0)
        self._told, self._private = self._centred(told), self._centred(private)

    def likeness(self, question: Vectors) -> float:
        """How much nearer the question is to what no CV tells, as a difference of cosines. `question` is its vector as the model gives it, with `STAND_IN` for the name."""
        seen = self._centred(question[None, :])[0]
        return _near(self._private @ seen) - _near(self._told @ seen)

    def _centred(self, vectors: Vectors) -> Vectors:
        seen = vectors - self._middle
        return np.asarray(seen / np.maximum(np.linalg.norm(seen, axis=1, keepdims=True), 1e-6), dtype=np.float32)

    def write(self, path: Path) -> None:
        """Keeps what it is made of."""
        np.savez(path, told=self._raw[0], private=self._raw[1])

    @classmethod
    def read(cls, path: Path) -> Self:
        """What `write` kept."""
        with np.load(path) as kept:
            return cls(kept["told"], kept["private"])


def _near(cosines: Vectors) -> float:
    """The mean of the nearest."""
    return float(np.sort(cosines)[-_NEAREST:].mean())
