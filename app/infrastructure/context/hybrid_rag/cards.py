"""The indexed CVs as the CV library shows them: cards, pages of cards, and each one's PDF."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from pathlib import Path

from app.application.cvs.library import CvCard, CvPage, CvSkill
from app.domain.chat.errors import NotFound
from app.infrastructure.context.cv_index_place import CvIndexPlace
from app.infrastructure.context.hybrid_rag.errors import in_our_words
from rag.errors import NoIndex
from rag.opened import Generation


class Cards:
    """Safe in threads. `current` gives the generation that a call beginning now uses."""

    def __init__(self, place: CvIndexPlace, current: Callable[[], Generation]) -> None:
        self._place = place
        self._current = current
        self._ids: tuple[str, list[str]] = ("", [])

    def page(self, after: str, limit: int) -> CvPage:
        """See `CvLibrary`."""
        try:
            with in_our_words():
                generation = self._current()
        except NoIndex:
            return CvPage((), None)
        ids = self._sorted_ids(generation)
        start = bisect_right(ids, after) if after else 0
        return CvPage(
            [_card(generation, number) for number in _numbers(generation, ids[start : start + limit])], generation.meta.generation
        )

    def card(self, cv_id: str) -> CvCard:
        """See `CvLibrary`."""
        generation, number = self._found(cv_id)
        return _card(generation, number)

    def pdf(self, cv_id: str) -> Path:
        """See `CvLibrary`. The file is looked for where it was indexed, and if the folder has moved since, where the settings say."""
        generation, number = self._found(cv_id)
        file = generation.corpus.cvs[number].file
        folders = (Path(generation.meta.pdf_dir), self._place.pdf_dir)
        for path in (folder.resolve() / file for folder in folders):
            if path.is_file():
                return path
        raise NotFound("cv", cv_id)

    def _found(self, cv_id: str) -> tuple[Generation, int]:
        try:
            with in_our_words():
                generation = self._current()
        except NoIndex:
            raise NotFound("cv", _printable(cv_id)) from None
        numbers = _numbers(generation, [cv_id])
        if not numbers:
            raise NotFound("cv", _printable(cv_id))
        return generation, numbers[0]

    def _sorted_ids(self, generation: Generation) -> list[str]:
        """One generation's ids are sorted once."""
        name, ids = self._ids
        if name != generation.meta.generation:
            ids = sorted(cv.cv_id for cv in generation.corpus.cvs)
            self._ids = (generation.meta.generation, ids)
        return ids


def _numbers(generation: Generation, cv_ids: Sequence[str]) -> list[int]:
    wanted = set(cv_ids)
    found = {cv.cv_id: cv.number for cv in generation.corpus.cvs if cv.cv_id in wanted}
    return [found[cv_id] for cv_id in cv_ids if cv_id in found]


def _card(generation: Generation, number: int) -> CvCard:
    row, facts = generation.corpus.cvs[number], generation.corpus.facts(number)
    return CvCard(
        cv_id=row.cv_id,
        candidate=row.name,
        headline=facts.get("headline", ""),
        file=row.file,
        pages=row.pages,
        language=row.language,
        skills=tuple(CvSkill(skill["name"], skill["years"]) for skill in facts.get("skills", ())),
        spoken=tuple(facts.get("spoken", ())),
        employers=tuple(facts.get("employers", ())),
        roles=tuple(facts.get("roles", ())),
        schools=tuple(facts.get("schools", ())),
        degrees=tuple(facts.get("degrees", ())),
    )


def _printable(cv_id: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in cv_id[:100])
