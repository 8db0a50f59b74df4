"""Context from one resume, whole: a JSON Resume, or a `.md` or `.txt` file as it is.

For the assistant `resume`; the file is `RESUME_PATH`. Edited while the service runs, it is read again for the next question. A file that is
missing or invalid is an error: `bootstrap` calls `check` so that the start says so, not the first answer.
"""

from collections.abc import Sequence
from pathlib import Path

import structlog

from app.application.ports import Context, Passage
from app.domain.chat.entities import Assistant, Message, Source
from app.infrastructure.context.cv_text import candidate_name, opening
from app.infrastructure.context.document_files import DocumentFile, LoadedDocuments, UnreadableDocument
from app.infrastructure.context.json_resume import InvalidResume, resume_as_text

_FORMATS = (".json", ".md", ".txt")

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class FullResume:
    """A `ContextProvider` over one resume file: always one passage, and one source with the same number."""

    def __init__(self, path: Path, *, max_bytes: int = 200_000) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._resume = LoadedDocuments(self._look, self._load)

    async def check(self) -> None:
        """Load the resume now. Raises `UnreadableDocument` if there is something to mend."""
        await self._resume.current()

    async def find(self, question: str, history: Sequence[Message], assistant: Assistant) -> Context:  # noqa: ARG002 - always everything
        """The whole resume, as it is on disk now. Raises `UnreadableDocument`."""
        return await self._resume.current()

    def _look(self) -> tuple[DocumentFile, ...]:
        if self._path.suffix.lower() not in _FORMATS:
            raise UnreadableDocument(f"{self._path} is no resume: RESUME_PATH must name a .json (JSON Resume), .md or .txt file.")
        try:
            return (DocumentFile.at(self._path),)
        except FileNotFoundError:
            raise UnreadableDocument(f"There is no file {self._path}: let RESUME_PATH name a JSON Resume, .md or .txt file.") from None

    def _load(self, files: tuple[DocumentFile, ...]) -> Context:
        [file] = files
        text = self._as_text(file.text(self._max_bytes))
        stem = file.path.stem
        candidate = candidate_name(text, stem)
        log.info("resume loaded", file=str(file.path), characters=len(text))
        source = Source(n=1, cv_id=stem, candidate=candidate, page=1, section="Resume", snippet=opening(text), score=1.0)
        return Context(passages=(Passage(1, candidate, text),), sources=(source,))

    def _as_text(self, content: str) -> str:
        if self._path.suffix.lower() == ".json":
            try:
                return resume_as_text(content)
            except InvalidResume as error:
                raise UnreadableDocument(f"{self._path}, {error}") from error
        if not content.strip():
            raise UnreadableDocument(f"{self._path}, line 1: the resume is empty.")
        return content
