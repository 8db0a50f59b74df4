"""What the product asks of the index over the CVs.

Synchronous, and slow to import (faiss, numpy): `indexed_cvs.py` loads this module in a thread and calls it in threads. The library behind it follows the
store by itself, so every call may see a newer generation than the one before; one call sees one.
"""

from collections.abc import Sequence
from pathlib import Path

from app.application.cvs.library import CvCard, CvPage
from app.application.ports import Context
from app.domain.chat.entities import Message
from app.infrastructure.context.cv_index_place import CvIndexPlace
from app.infrastructure.context.hybrid_rag.cards import Cards
from app.infrastructure.context.hybrid_rag.contexts import context_of, said_in
from app.infrastructure.context.hybrid_rag.errors import in_our_words
from rag.errors import NoCvs, NoIndex, RagError
from rag.indexing import pdf_files
from rag.library import Library


class HybridRag:
    """Safe in threads. Opening is lazy: the first call that needs the index reads it."""

    def __init__(self, place: CvIndexPlace) -> None:
        self._place = place
        self._library = Library(place.store, place.embedder)
        self._cards = Cards(place, self._library.generation)

    def reason_to_build(self) -> str:
        """Why the index has to be built before it can be used; empty if it need not. Opens the index and the embedding model on the way."""
        try:
            generation = self._library.generation()
        except RagError as error:
            return str(error)
        indexed, wanted = generation.meta.pdf_dir, self._place.wanted_pdf_dir
        if wanted is not None and Path(indexed) != wanted.resolve():
            return f"The index at {self._place.store} is of the folder {indexed}, but CVS_PDF_DIR is {wanted}."
        return ""

    def search(self, question: str, history: Sequence[Message], rewritten: str = "") -> Context:
        """What an answer may rest on; without passages if no CV answers. `rewritten` is the question made to stand alone by a model.

        Raises `Unavailable`.
        """
        said = said_in(history)
        try:
            with in_our_words():
                found = self._library.search(rewritten or question, () if rewritten else said)
        except NoIndex:
            return Context()
        return context_of(found, question, said)

    def page(self, after: str, limit: int) -> CvPage:
        """See `CvLibrary`."""
        return self._cards.page(after, limit)

    def card(self, cv_id: str) -> CvCard:
        """See `CvLibrary`."""
        return self._cards.card(cv_id)

    def pdf(self, cv_id: str) -> Path:
        """See `CvLibrary`."""
        return self._cards.pdf(cv_id)

    def no_cvs(self) -> bool:
        """True if there is nothing to index."""
        try:
            pdf_files(self._place.pdf_dir)
        except NoCvs:
            return True
        return False
