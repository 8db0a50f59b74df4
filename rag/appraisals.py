"""Does a question about somebody named ask for the whole of them? Pure.

`Why should we hire Ada Byron?` and `What does Ada Byron earn?` are alike to whoever looks for their words in a CV: neither `hire` nor `earn` stands there. The first is
answered by the CV as a whole, the second by none. So both kinds are written down (`vocabulary/appraisals.txt`), embedded by the index's model, and a question belongs to
the kind whose nearest sentences are nearer. It depends on the model and that file alone. Written by the indexer, asked by `evidence.py`.
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
_NEARER = 0.06
"""So much nearer, on the mean of the nearest three, must the sentences about the whole person be. Chosen on sixty sentences that are not in the file."""


@cache
def sentences() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those that ask for the whole person, and those that ask for something in particular."""
    text = files("rag.vocabulary").joinpath("appraisals.txt").read_text(encoding="utf-8")
    kinds = [part.splitlines()[1:] for part in text.split("\n@ ")[1:]]
    whole, particular = (tuple(line.strip() for line in lines if line.strip()) for lines in kinds)
    return whole, particular


class Appraisals:
    """Made of one vector a sentence, of each kind."""

    def __init__(self, whole: Vectors, particular: Vectors) -> None:
        self._raw = whole, particular
        self._middle: Vectors = np.concatenate(self._raw).mean(axis=0)
        self._whole, self._particular = self._centred(whole), self._centred(particular)

    def ask_for_the_whole(self, question: Vectors) -> bool:
        """`question` is its vector as the model gives it, with `STAND_IN` for the name."""
        seen = self._centred(question[None, :])[0]
        return _near(self._whole @ seen) - _near(self._particular @ seen) > _NEARER

    def _centred(self, vectors: Vectors) -> Vectors:
        seen = vectors - self._middle
        return np.asarray(seen / np.maximum(np.linalg.norm(seen, axis=1, keepdims=True), 1e-6), dtype=np.float32)

    def write(self, path: Path) -> None:
        """Keeps what it is made of."""
        np.savez(path, whole=self._raw[0], particular=self._raw[1])

    @classmethod
    def read(cls, path: Path) -> Self:
        """What `write` kept."""
        with np.load(path) as kept:
            return cls(kept["whole"], kept["particular"])


def _near(cosines: Vectors) -> float:
    return float(np.sort(cosines)[-_NEAREST:].mean())
