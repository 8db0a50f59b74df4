"""Read what is known about one CV."""

from app.application.cvs.library import CvCard, CvLibrary


class ReadCv:
    """By the id that a source carries."""

    def __init__(self, library: CvLibrary) -> None:
        self._library = library

    async def execute(self, cv_id: str) -> CvCard:
        """Raises `NotFound`, `Unavailable`."""
        return await self._library.card(cv_id)
