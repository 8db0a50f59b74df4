"""A generation, opened for searching. Immutable; searches in flight keep the one they began with.

`Generation.check` is what stands between a build and its publication.
"""

from functools import cached_property
from pathlib import Path

from rag.corpus import Corpus
from rag.dense import DenseIndex
from rag.errors import NoIndex
from rag.generation import Meta, read_meta
from rag.lens import Lens
from rag.lexical import LexicalIndex
from rag.names import Names
from rag.private_life import PrivateLife


class Generation:
    """Raises `NoIndex` or `IndexMismatch` if the folder does not hold a whole generation."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.meta: Meta = read_meta(folder)
        try:
            self.corpus = Corpus(folder / "corpus.sqlite")
            self.lexical = LexicalIndex(folder / "terms", len(self.corpus))
            self.dense = DenseIndex(folder / "vectors.faiss")
            self.lens = Lens.read(folder / "occupations.npy")
            self.private_life = PrivateLife.read(folder / "private_life.npz")
        except Exception as error:  # every library has its own errors for a damaged file
            raise NoIndex(f"The index at {folder} is damaged: build it again with `make rag-rebuild`.") from error

    @cached_property
    def names(self) -> Names:
        """The candidates' names, for questions that name somebody."""
        return Names([cv.name for cv in self.corpus.cvs])

    def check(self) -> None:
        """Do the parts agree with each other?"""
        counts = {len(self.corpus), len(self.dense), self.meta.passages}
        if len(counts) != 1 or len(self.corpus.cvs) != self.meta.cvs:
            raise NoIndex(f"The index at {self.folder} is incomplete: its parts disagree about their size.")
