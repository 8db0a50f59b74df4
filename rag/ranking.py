"""Finds the passages for a question about some of the CVs or none in particular: BM25 and dense vectors propose, then all are weighed together.

Among all CVs two things decide, with about equal weight: how far a passage's vector stands out among all of them (a scale that depends neither on the model nor on the number of
CVs), and how much of the question it says. A candidate is also judged by the passages that come next after their best. Within one person's CV everything is near, and
what is said decides, and whether it stands in the section that the question is after.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from rag.aspects import SECTIONS, Aspect
from rag.headings import Section
from rag.opened import Generation
from rag.query import Question
from rag.scoring import Floats, Scores

_DEPTH, _MOST = 100, 1000
_NONE = np.empty(0, dtype=np.int64)
_RANK_OFFSET = 60.0
_FUSED, _SECTION, _SECTION_OF_THE_CV, _CONTINUED = 4.0, 0.16, 0.35, 0.12
_AGREEING, _MORE = 0.6, 2
"""What a candidate gains from the passages that come next after their best, and how many of them count."""


class Mode(StrEnum):
    """Which rankings take part; the others are there to measure what each is worth."""

    FUSED = "fused"
    BM25 = "bm25"
    DENSE = "dense"


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage and its scores; `score` orders, the others tell why."""

    passage: int
    score: float
    coverage: float
    cosine: float


def rank(generation: Generation, question: Question, scores: Scores, mode: Mode = Mode.FUSED) -> list[Ranked]:
    """The best passages, best first, of the people named if some are, else of all."""
    within = generation.corpus.passages_of(question.people.cvs) if question.people.cvs else None
    by_bm25 = _best_first(scores.bm25, within)
    asked = mode is Mode.DENSE or (mode is Mode.FUSED and _needs_vector(question, scores))
    by_dense = _dense_order(generation, scores, within) if asked else _NONE
    match mode:
        case Mode.BM25:
            return _plainly(by_bm25, scores, scores.bm25[by_bm25])
        case Mode.DENSE:
            return _plainly(by_dense, scores, scores.cosines(by_dense))
        case Mode.FUSED:
            rest = _NONE if within is None else within[:_MOST]
            return _rerank(generation, question, scores, _fuse((by_bm25, by_dense), rest))


def _best_first(worth: Floats, within: NDArray[np.int64] | None) -> NDArray[np.int64]:
    numbers = np.flatnonzero(worth > 0) if within is None else within[worth[within] > 0]
    if len(numbers) > _DEPTH:
        numbers = numbers[np.argpartition(-worth[numbers], _DEPTH)[:_DEPTH]]
    return numbers[np.argsort(-worth[numbers], kind="stable")]


def _dense_order(generation: Generation, scores: Scores, within: NDArray[np.int64] | None) -> NDArray[np.int64]:
    if within is None:
        numbers, _ = generation.dense.nearest(scores.vector, _DEPTH)
        return numbers
    return within[np.argsort(-scores.cosines(within), kind="stable")][:_DEPTH]


def _plainly(numbers: NDArray[np.int64], scores: Scores, order: Floats) -> list[Ranked]:
    cosines = scores.cosines(numbers)
    return [
        Ranked(int(n), float(score), float(scores.coverage[n]), float(cosine))
        for n, score, cosine in zip(numbers, order, cosines, strict=True)
    ]


def _fuse(rankings: Iterable[NDArray[np.int64]], rest: NDArray[np.int64]) -> dict[int, float]:
    """Reciprocal rank fusion. `rest` joins with nothing: of a single person's CV every passage is a candidate."""
    fused: dict[int, float] = dict.fromkeys(rest.tolist(), 0.0)
    for ranking in rankings:
        for place, number in enumerate(ranking.tolist(), start=1):
            fused[number] = fused.get(number, 0.0) + 1.0 / (_RANK_OFFSET + place)
    return fused


def _needs_vector(question: Question, scores: Scores) -> bool:
    """Somebody's studies stand under a heading: no likeness is needed to find them, and asking the model would take most of the time."""
    return not question.people.cvs or not all(scores.of_aspect)


def _rerank(generation: Generation, question: Question, scores: Scores, fused: dict[int, float]) -> list[Ranked]:
    numbers = np.array(list(fused), dtype=np.int64)
    if not len(numbers):
        return []
    corpus = generation.corpus
    cosines = scores.cosines(numbers) if _needs_vector(question, scores) else np.zeros(len(numbers), dtype=np.float32)
    coverage = scores.coverage[numbers]
    ranked = np.array([fused[int(n)] for n in numbers], dtype=np.float32)
    asked = corpus.in_sections(_asked_sections(question))[numbers]
    if question.people.cvs:
        best_bm25 = max(float(scores.bm25[numbers].max()), 1e-6)
        said = 0.2 if all(scores.of_aspect) else 1.0  # `where did she study?` is answered by a section, not by its words
        order = said * (coverage + 0.25 * scores.bm25[numbers] / best_bm25) + 0.45 * cosines + 8.0 * ranked + _SECTION_OF_THE_CV * asked
    else:
        order = scores.outstanding(cosines) + coverage + _FUSED * ranked + _SECTION * asked
    order -= _CONTINUED * corpus.continued[numbers]
    if Aspect.NOW in question.aspects:
        running = corpus.in_sections((Section.EXPERIENCE,))[numbers] & (corpus.last[numbers] > corpus.first[numbers])
        latest = corpus.last[numbers].astype(np.float64)
        order += 0.5 * (running & (latest >= 10**6))
    elif question.people.cvs and Aspect.WORK in question.aspects:
        order += 0.04 * (corpus.last[numbers] >= 10**6)
    if not question.people.cvs:
        order += _AGREEING * _agreement(corpus.cv_of[numbers], order.astype(np.float32))
    best = np.argsort(-order, kind="stable")
    return [Ranked(int(numbers[i]), float(order[i]), float(coverage[i]), float(cosines[i])) for i in best]


def _agreement(cv_of: NDArray[np.int32], order: Floats) -> Floats:
    """For each passage, what its CV's next best ones are worth: a career speaks of its field more than once, a chance likeness does not."""
    by_cv = np.lexsort((-order, cv_of))
    first = np.flatnonzero(np.r_[True, np.diff(cv_of[by_cv]) != 0])
    size = np.diff(np.r_[first, len(by_cv)])
    worth = np.zeros(len(first), dtype=np.float32)
    for place in range(1, _MORE + 1):
        has = size > place
        worth[has] += order[by_cv[first[has] + place]] / _MORE
    found = np.empty_like(order)
    found[by_cv] = np.repeat(worth, size)
    return found


def _asked_sections(question: Question) -> set[Section]:
    aspects = (
        question.aspects - {Aspect.WORK}
        if {Aspect.CONTACT, Aspect.LIVES, Aspect.STUDIES, Aspect.SPEAKS} & question.aspects
        else question.aspects
    )
    sections = {section for aspect in aspects for section in SECTIONS[aspect]}
    if not sections and question.people.cvs and not question.telling:
        sections = {Section.SUMMARY, Section.PROFILE}
    return sections
