"""The door to retrieval: a store, opened for searching, that follows the store's current generation by itself.

    library = Library(Path("rag_store"))
    found = library.search("Who knows Kubernetes?", history=())      # synchronous: call it in a thread
    found.generation, found.answerable, found.hits

Used by the CLI, the evaluation, and the API's context adapter.
"""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from rag.embedders.choice import DEFAULT, embedder_named
from rag.embedders.port import Embedder
from rag.errors import IndexMismatch, RagError
from rag.followup import Reader, Said, stand_alone
from rag.generation import current_folder, current_name
from rag.opened import Generation
from rag.ranking import Mode
from rag.retrieval import TOP_K, Found, search

_WARMING_UP = "Which engineer knows Kubernetes and has looked after gardens?"
"""Asked of every generation before it serves: whatever is read once, vocabularies and the model among it, is read now, and not by each of the first
questions that come at the same time."""


class Library:
    """Searches the current generation of a store. Safe in threads.

    Every search looks (one small read) whether another generation has become current, and opens it then; searches in flight keep theirs, and
    if the new one cannot be opened the old one goes on serving. Construction opens nothing: `search` raises `NoIndex`, `IndexMismatch` or
    `EmbedderMissing` if there is nothing that it could search.
    """

    def __init__(self, store: Path, embedder: Embedder | str = DEFAULT) -> None:
        self._store = store
        self._chosen = embedder
        self._open: Generation | None = None
        self._failed: Path | None = None
        self._lock = Lock()
        self.problem: str = ""
        """Why the newest generation is not the one in use; empty while it is."""

    @property
    def embedder(self) -> Embedder:
        """The model that questions are embedded with. Raises `EmbedderMissing`."""
        return embedder_named(self._chosen) if isinstance(self._chosen, str) else self._chosen

    def generation(self) -> Generation:
        """The generation that a search beginning now would use. Raises `RagError`."""
        while True:
            name = current_name(self._store)
            try:
                folder = current_folder(self._store)
                if self._open is not None and self._open.folder == folder:
                    return self._open
                return self._switch_to(folder)
            except RagError as error:
                if current_name(self._store) != name:  # builds have passed by, and the last took away what was being opened
                    continue
                if self._open is None:
                    raise
                self.problem = str(error)
                return self._open

    def _switch_to(self, folder: Path) -> Generation:
        with self._lock:
            if self._open is not None and self._open.folder == folder:
                return self._open
            if self._open is not None and folder == self._failed:
                return self._open
            try:
                opened = Generation(folder)
                self._accept(opened)
            except RagError:
                self._failed = folder
                raise
            self._open, self._failed, self.problem = opened, None, ""
            return opened

    def _accept(self, generation: Generation) -> None:
        known = self.embedder.name
        if generation.meta.embedder != known:
            raise IndexMismatch(
                f"The index at {self._store} was built with the embedding model {generation.meta.embedder}, but {known} is set: "
                "build it again with `make rag-rebuild`, or set the model it was built with."
            )
        generation.check()
        search(generation, self.embedder, _WARMING_UP)

    def search(self, question: str, history: Sequence[Said] = (), top_k: int = TOP_K, mode: Mode = Mode.FUSED) -> Found:
        """What the question's answer may rest on. Takes milliseconds. Raises `RagError`."""
        generation = self.generation()
        return search(generation, self.embedder, self.standing_alone(question, history, generation), top_k, mode)

    def standing_alone(self, question: str, history: Sequence[Said], generation: Generation | None = None) -> str:
        """The question with what it takes from the conversation put in: equivalent questions meet in it."""
        if not history:
            return question
        known = generation or self.generation()
        reader = Reader(known.names, known.lexical.frequency, lambda cv: known.corpus.cvs[cv].name)
        return stand_alone(question, history, reader)
