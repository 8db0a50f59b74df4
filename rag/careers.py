"""How long candidates have worked, altogether or at what is sought, from the dates of their jobs and from what they state. `everybody.py` calls it."""

from collections.abc import Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rag.corpus import NOW
from rag.dates import months_covered
from rag.expansion import LITERAL
from rag.headings import Section
from rag.opened import Generation
from rag.scoring import Scores
from rag.terms import passage_terms

_SPEAKS_OF_IT = 0.6
"""So much of what is sought must a job say to count as time at it."""


class Careers:
    """The time that each CV has for what is sought; for the whole career without `scores`. `stated` are the years that CVs state for it as a skill."""

    def __init__(self, generation: Generation, scores: Scores | None, stated: Mapping[int, int | None]) -> None:
        self._generation = generation
        self._scores = scores
        self._stated = stated

    def years(self, cv: int) -> float:
        """As stated; counted from the jobs otherwise. Of a whole career, the more of both: neither need tell all."""
        if self._scores is None:
            return max(float(self._careers.get(cv, 0)), self._worked(cv))
        stated = self._stated.get(cv)
        if stated is None:
            stated = self._stated_in_its_words(cv, self._scores)
        return self._worked(cv) if stated is None else float(stated)

    def lasts_since(self, cv: int, month: int) -> bool:
        """Did a job of that kind begin by this month, and does one last?"""
        corpus = self._generation.corpus
        jobs = self._jobs(cv)
        return bool(len(jobs) and corpus.first[jobs].min() <= month and corpus.last[jobs].max() >= NOW)

    def shown(self, cv: int) -> list[int]:
        """The passage that shows how long somebody has worked: the first of the jobs; any, without jobs."""
        corpus = self._generation.corpus
        numbers = corpus.passages_of((cv,))
        jobs = numbers[corpus.in_sections((Section.EXPERIENCE,))[numbers]]
        oldest = jobs[np.argsort(corpus.first[jobs])][:1] if len(jobs) else numbers[:1]
        return oldest.tolist()

    @cached_property
    def _careers(self) -> dict[int, int]:
        return self._generation.corpus.careers_stated()

    def _jobs(self, cv: int) -> NDArray[np.int64]:
        corpus = self._generation.corpus
        numbers = corpus.passages_of((cv,))
        numbers = numbers[corpus.in_sections((Section.EXPERIENCE,))[numbers] & (corpus.first[numbers] >= 0)]
        return numbers if self._scores is None else numbers[self._scores.coverage[numbers] >= _SPEAKS_OF_IT]

    def _worked(self, cv: int) -> float:
        """Years of the jobs, each month once. Years without months count from mid to mid."""
        return months_covered(self._period(int(number)) for number in self._jobs(cv)) / 12

    def _period(self, number: int) -> tuple[int, int]:
        corpus = self._generation.corpus
        first, last = int(corpus.first[number]), int(corpus.last[number])
        last = self._generation.meta.as_of if last >= NOW else last
        if not corpus.precise[number] and last - first > 11:
            first, last = first + 6, last - 6 if int(corpus.last[number]) < NOW else last
        return first, max(first, last)

    def _stated_in_its_words(self, cv: int, scores: Scores) -> int | None:
        """The years that the CV states for a skill that is what is sought, in the CV's words."""
        corpus = self._generation.corpus
        telling = [thing for i, thing in enumerate(scores.things) if not scores.of_aspect[i]]
        language = corpus.cvs[cv].language
        found: list[int] = []
        for name, years in corpus.stated_skills(cv) if telling else []:
            terms = set(passage_terms(name, language))
            said = [any(weight >= LITERAL and term in terms for term, weight in thing.terms.items()) for thing in telling]
            if all(said) or (len(said) > 1 and sum(said) * 2 >= len(said) and language != "en"):
                found.append(years)
        return max(found, default=None)
