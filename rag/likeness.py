"""How much of a question a passage, and a whole CV, speaks of when related words count too. Ranks only: what is merely like is no evidence.

Coverage counts the words that say a thing; a description in other words than the CV's leaves it near nothing everywhere. Here `fish` is half said by `tuna`.
A candidate is also judged as a whole: one deed of a description may stand under one job, and the rest under another.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.concepts import concepts
from rag.expansion import Sought
from rag.opened import Generation
from rag.query import Question
from rag.related import related_terms
from rag.scoring import Floats, Scores

_RELATED = 0.9


@dataclass(frozen=True, slots=True)
class Likeness:
    """For each of some passages, from 0 to 1: the share of the question that it speaks of, and that its CV does, anywhere."""

    passage: Floats
    cv: Floats


def likeness(generation: Generation, question: Question, scores: Scores) -> Likeness:
    """The likeness of all passages."""
    cv_of = generation.corpus.cv_of
    passage = np.zeros(len(cv_of), dtype=np.float32)
    cv = np.zeros(len(generation.corpus.cvs), dtype=np.float32)
    total = max(float(scores.weights.sum()), 1e-6)
    for thing, weight in zip(scores.things, scores.weights, strict=True):
        _, cover = generation.lexical.score(_terms(generation, question, thing))
        passage += weight / total * cover
        cv += weight / total * _best_by_cv(cover, cv_of, len(cv))
    return Likeness(passage, cv[cv_of])


def _best_by_cv(cover: Floats, cv_of: NDArray[np.int32], cvs: int) -> Floats:
    best = np.zeros(cvs, dtype=np.float32)
    said = np.flatnonzero(cover)
    np.maximum.at(best, cv_of[said], cover[said])
    return best


def _terms(generation: Generation, question: Question, thing: Sought) -> dict[str, float]:
    """The thing's own terms, and the related ones that the index has. A word of another language is looked up by what its concept is called in English."""
    found = dict(thing.terms)
    for word in _in_english(question, thing):
        for term, weight in related_terms(word):
            if term in generation.lexical:
                found[term] = max(found.get(term, 0.0), _RELATED * weight)
    return found


def _in_english(question: Question, thing: Sought) -> Sequence[str]:
    known = [thing.label.replace(" ", "-")] if thing.label in concepts().english else []
    if question.language == "en" and len(thing.positions) == 1:
        known.append(question.tokens[thing.positions[0]].folded)
    return tuple(dict.fromkeys(known))
