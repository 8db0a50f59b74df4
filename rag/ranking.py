"""Finds the passages for a question about some of the CVs or none in particular: BM25 and dense vectors, fused, then reranked.

Fusion is by reciprocal ranks; a passage that BM25 gives nothing takes no rank there. The reranker weighs how much of the question the
passage speaks of, how close it is, and whether it stands in the section that the question is after; among all CVs also how alike it is in related words
(`likeness.py`), and what the rest of its CV says.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from rag.aspects import SECTIONS, Aspect
from rag.headings import Section
from rag.likeness import Likeness, likeness
from rag.opened import Generation
from rag.query import Question
from rag.scoring import Floats, Scores

_DEPTH = 100
_RANK_OFFSET = 60.0
_TRADE = 1.5
_FUSED, _LIKE, _LIKE_CV = 16.0, 1.0, 1.0
_AGREEING, _MORE = 0.3, 2
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
    by_bm25, by_dense = _best_first(scores.bm25, within), _dense_order(generation, scores, within)
    match mode:
        case Mode.BM25:
            return _plainly(by_bm25, scores, scores.bm25[by_bm25])
        case Mode.DENSE:
            return _plainly(by_dense, scores, scores.cosines(by_dense))
        case Mode.FUSED:
            by_trade = _best_first(scores.trade, within)
            if within is None:
                like = likeness(generation, question, scores)
                fused = _fuse((by_bm25, by_dense, by_trade), rest=_best_first(like.passage, None))
                return _rerank(generation, question, scores, fused, like)
            fused = _fuse((by_bm25, by_dense, by_trade)) if len(within) > _DEPTH else _fuse((by_bm25, by_dense), rest=within)
            return _rerank(generation, question, scores, fused, None)


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


def _fuse(rankings: Iterable[NDArray[np.int64]], rest: NDArray[np.int64] | None = None) -> dict[int, float]:
    """Reciprocal rank fusion. `rest` joins with nothing: of a single person's CV every passage is a candidate, of all CVs what is alike."""
    fused: dict[int, float] = dict.fromkeys(() if rest is None else rest.tolist(), 0.0)
    for ranking in rankings:
        for place, number in enumerate(ranking.tolist(), start=1):
            fused[number] = fused.get(number, 0.0) + 1.0 / (_RANK_OFFSET + place)
    return fused


def _rerank(generation: Generation, question: Question, scores: Scores, fused: dict[int, float], like: Likeness | None) -> list[Ranked]:
    numbers = np.array(list(fused), dtype=np.int64)
    if not len(numbers):
        return []
    corpus = generation.corpus
    cosines = scores.cosines(numbers)
    coverage = scores.coverage[numbers]
    best_bm25 = max(float(scores.bm25[numbers].max()), 1e-6)
    said = 0.2 if all(scores.of_aspect) else 1.0  # `where did she study?` is answered by a section, not by its words
    ranked = np.array([fused[int(n)] for n in numbers], dtype=np.float32)
    if like is None:  # within one person's CV everything is near, and what is said decides
        order = said * (coverage + 0.25 * scores.bm25[numbers] / best_bm25) + 0.45 * cosines + 8.0 * ranked
    else:  # among all CVs the nearest sets the scale, and how much BM25 gives says less than that it ranks a passage high
        order = coverage + 2.0 * cosines / max(float(cosines.max()), 1e-6) + _FUSED * ranked
        order += _LIKE * like.passage[numbers] + _LIKE_CV * like.cv[numbers]
    order += _TRADE * scores.trade[numbers]
    order += 0.35 * corpus.in_sections(_asked_sections(question))[numbers]
    order -= 0.12 * corpus.continued[numbers]
    if Aspect.NOW in question.aspects:
        running = corpus.in_sections((Section.EXPERIENCE,))[numbers] & (corpus.last[numbers] > corpus.first[numbers])
        latest = corpus.last[numbers].astype(np.float64)
        order += 0.5 * (running & (latest >= 10**6))
    elif question.people.cvs and Aspect.WORK in question.aspects:
        order += 0.04 * (corpus.last[numbers] >= 10**6)
    if like is not None:
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
