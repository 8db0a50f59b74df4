"""One CV, from its file to what the index stores: passages and facts. Pure but for the reading of the file.

Called for every file by the indexer, in child processes when there are many.
"""

from dataclasses import dataclass
from pathlib import Path

from rag.chunk import Chunk, chunks_of
from rag.facts import Facts, facts_of
from rag.pdf_text import PdfText, read_pdf
from rag.sections import split_sections
from rag.words import language_of


@dataclass(frozen=True, slots=True)
class Cv:
    """What is stored of one file."""

    pages: int
    facts: Facts
    chunks: tuple[Chunk, ...]


def read_cv(path: Path) -> Cv:
    """Raises `UnreadablePdf`."""
    return cv_of(read_pdf(path), path.stem)


def cv_of(pdf: PdfText, stem: str) -> Cv:
    """What is stored of a PDF whose text was read; `stem` is its file's name, for want of any other."""
    language = language_of("\n".join(line.text for line in pdf.lines))
    parts = split_sections(pdf.lines)
    chunks = chunks_of(parts)
    return Cv(pages=pdf.pages, facts=facts_of(pdf.lines, parts, chunks, stem, language), chunks=tuple(chunks))
