"""List the CVs that answers are found in."""

from dataclasses import dataclass

from app.application.cvs.library import CvLibrary, CvPage


@dataclass(frozen=True, slots=True)
class ListCvsRequest:
    """`after` is the id of the last CV already seen; empty at the beginning."""

    limit: int
    after: str = ""


class ListCvs:
    """Page by page: a library may hold thousands."""

    def __init__(self, library: CvLibrary) -> None:
        self._library = library

    async def execute(self, request: ListCvsRequest) -> CvPage:
        """The CVs in the order of their ids. Raises `Unavailable`."""
        return await self._library.page(request.after, request.limit)
