"""Open the file that a source points to."""

from pathlib import Path

from app.application.cvs.library import CvLibrary


class OpenCvPdf:
    """Finds the file; sending it is the caller's."""

    def __init__(self, library: CvLibrary) -> None:
        self._library = library

    async def execute(self, cv_id: str) -> Path:
        """Where the PDF lies. Raises `NotFound`, `Unavailable`."""
        return await self._library.pdf(cv_id)
