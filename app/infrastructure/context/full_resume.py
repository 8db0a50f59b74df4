"""Context from one resume, whole: for the assistant `resume`. The file is `RESUME_PATH`.

Kept in memory; edited while the service runs, it is read again for the next question. `bootstrap` calls `check`, so that the start says what is wrong
with a missing or invalid file, not the first answer. An edit that makes it invalid changes nothing but `problem`: the resume from before stays in use.
"""

from collections.abc import Sequence
from pathlib import Path

import structlog

from app.application.ports import Context, Passage
from app.domain.chat.entities import Assistant, Message, Source
from app.infrastructure.context.cv_text import candidate_name, opening
from app.infrastructure.context.document_files import DocumentFile, LoadedDocuments, UnreadableDocument
from app.infrastructure.context.resume_file import (
    FORMATS,
    KINDS,
    PDF,
    STRUCTURED,
    InvalidResume,
    pdf_as_text,
    plain_as_text,
    structured_as_text,
)

MAX_BYTES = 200_000
MAX_PDF_BYTES = 20_000_000
"""The largest files."""

MAX_CHARACTERS = 200_000
"""The longest text: some fifty thousand tokens with every question."""

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class FullResume:
    """A `ContextProvider` over one resume file: always one passage, and one source with the same number."""

    def __init__(self, path: Path, *, max_bytes: int = MAX_BYTES) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._suffix = path.suffix.lower()
        self._resume = LoadedDocuments(self._look, self._load)

    @property
    def problem(self) -> str:
        """Why the file as it is now is not in use; empty if it is."""
        return self._resume.problem

    async def check(self) -> None:
        """Load the resume now, or look whether it has changed. Raises `UnreadableDocument` if there is something to mend and nothing to fall back on."""
        await self._resume.current()

    async def find(self, question: str, history: Sequence[Message], assistant: Assistant) -> Context:  # noqa: ARG002 - always everything
        """The whole resume. Raises `UnreadableDocument`."""
        return await self._resume.current()

    def _look(self) -> tuple[DocumentFile, ...]:
        if self._suffix not in FORMATS:
            raise UnreadableDocument(f"{self._path} is no resume: RESUME_PATH must name a file that is {KINDS}.")
        try:
            file = DocumentFile.at(self._path)
        except (FileNotFoundError, NotADirectoryError):
            raise UnreadableDocument(f"There is no file {self._path}: let RESUME_PATH name a resume that is {KINDS}.") from None
        if not self._path.is_file():
            raise UnreadableDocument(f"{self._path} is not a file: let RESUME_PATH name a resume that is {KINDS}.")
        return (file,)

    def _load(self, files: tuple[DocumentFile, ...]) -> Context:
        [file] = files
        try:
            text = self._text(file)
        except InvalidResume as error:
            raise UnreadableDocument(f"{self._path}, {error}") from error
        if len(text) > MAX_CHARACTERS:
            raise UnreadableDocument(f"{self._path} has {len(text)} characters of text, but a resume may have at most {MAX_CHARACTERS}.")
        stem = file.path.stem
        candidate = candidate_name(text, stem)
        log.info("The resume was loaded", file=str(file.path), characters=len(text))
        source = Source(n=1, cv_id=stem, candidate=candidate, page=1, section="Resume", snippet=opening(text), score=1.0)
        return Context(passages=(Passage(1, candidate, text),), sources=(source,))

    def _text(self, file: DocumentFile) -> str:
        if self._suffix == PDF:
            file.check_size(MAX_PDF_BYTES)
            return pdf_as_text(file.path)
        content = file.text(self._max_bytes)
        return structured_as_text(content, self._suffix) if self._suffix in STRUCTURED else plain_as_text(content)
