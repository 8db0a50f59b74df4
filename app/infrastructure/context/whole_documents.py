"""Context from a folder of CVs as plain text: every document whole, numbered in the order of the file names.

For the assistant `cvs`, while the CVs are few and fit into a prompt together. `n` stays the same for a file as long as no file before
it comes or goes. A missing or empty folder is no error: answers then rest on nothing, and the log says so once.
"""

from collections.abc import Sequence
from pathlib import Path

import structlog

from app.application.ports import Context, Passage
from app.domain.chat.entities import Assistant, Message, Source
from app.infrastructure.context.cv_text import candidate_name, opening
from app.infrastructure.context.document_files import DocumentFile, LoadedDocuments, UnreadableDocument

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class WholeDocuments:
    """A `ContextProvider` over the `.md` and `.txt` files of a folder (not of folders inside it)."""

    def __init__(self, folder: Path, *, max_files: int = 30, max_bytes: int = 100_000) -> None:
        self._folder = folder
        self._max_files = max_files
        self._max_bytes = max_bytes
        self._documents = LoadedDocuments(self._look, self._load)

    async def find(self, question: str, history: Sequence[Message], assistant: Assistant) -> Context:  # noqa: ARG002 - always everything
        """All documents, as they are on disk now. Raises `UnreadableDocument` for one too large, or too many."""
        return await self._documents.current()

    def _look(self) -> tuple[DocumentFile, ...]:
        if not self._folder.is_dir():
            return ()
        paths = sorted(path for path in self._folder.iterdir() if _is_document(path))
        if len(paths) > self._max_files:
            raise UnreadableDocument(f"{self._folder} has {len(paths)} documents, but at most {self._max_files} fit into a prompt whole.")
        return tuple(DocumentFile.at(path) for path in paths)

    def _load(self, files: tuple[DocumentFile, ...]) -> Context:
        if not files:
            log.warning("no documents to answer from", folder=str(self._folder))
            return Context()
        texts = [(file.path.stem, file.text(self._max_bytes)) for file in files]
        log.info("documents loaded", folder=str(self._folder), documents=len(files))
        return Context(
            passages=tuple(Passage(n, candidate_name(text, stem), text) for n, (stem, text) in enumerate(texts, 1)),
            sources=tuple(_source(n, stem, text) for n, (stem, text) in enumerate(texts, 1)),
        )


def _is_document(path: Path) -> bool:
    return path.suffix.lower() in (".md", ".txt") and not path.name.startswith(".") and path.is_file()


def _source(n: int, stem: str, text: str) -> Source:
    return Source(n=n, cv_id=stem, candidate=candidate_name(text, stem), page=1, section="CV", snippet=opening(text), score=1.0)
