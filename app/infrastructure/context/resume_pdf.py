"""The second, small door to `rag`: the text of a PDF, for a resume that is one. Not the index, not the search. Called by `resume_file.py`, in a thread."""

from pathlib import Path

from rag.errors import UnreadablePdf
from rag.pdf_text import read_pdf


class NoText(ValueError):
    """The file gives no text; the reason in words."""


def pdf_as_text(path: Path) -> str:
    """The lines of the file in reading order, a blank line between two pages. Raises `NoText`, `OSError`."""
    try:
        lines = read_pdf(path).lines
    except UnreadablePdf as error:
        raise NoText(str(error)) from error
    pages: dict[int, list[str]] = {}
    for line in lines:
        pages.setdefault(line.page, []).append(line.text)
    return "\n\n".join("\n".join(texts) for texts in pages.values()) + "\n"
