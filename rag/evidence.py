"""Does what was found answer the question, or is it only the nearest there is? Pure.

The worst answer of a CV assistant is a confident one about something that stands in no CV. So: what the question names must be found. A name, a
product, a rare word that no CV has, is missing evidence however close the vectors are; likeness alone counts only for ordinary words.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Self

import numpy as np

from rag.aspects import Aspect
from rag.expansion import Sought
from rag.names import Token
from rag.occupations import named_in
from rag.query import Question
from rag.ranking import Ranked
from rag.scoring import Scores
from rag.words import fold

_OUTRIGHT = {Aspect.STUDIES, Aspect.CONTACT, Aspect.SPEAKS, Aspect.LIVES, Aspect.HOBBIES, Aspect.CERTIFIED, Aspect.AWARDS}
_ASKS_FOR = re.compile(
    r"^\W*(?:and |y |und |et |e )?(?:what|which|where|when|que|cual\w*|donde|cuando|was|welche\w*|wo|wann|quel\w*|ou|quand|qual\w*|quali|onde|dove)\b"
)
_ENOUGH_OF_A_PERSON = 0.34
_SOME = 0.22
_LOOKED_AT = 20
# A logistic regression; docs/decisions/0007 says on what it was fitted and on what it was only tried.
_WEIGHTS = (2.63, 2.2, 1.98, 3.11, 2.93, -3.12, 1.41)
_BIAS = -5.59
_DESCRIBED, _SHORT, _SHORT_WITH_A_GAP, _OF_NOBODY, _SAVE_A_NAME = -1.5, -1.0, 0.0, 2.5, 3.0
"""So much must speak for an answer: see `_least`."""
_FEW, _MANY, _GAP = 2, 5, 0.3


def is_evidence(question: Question, scores: Scores, ranked: Sequence[Ranked]) -> bool:
    """Whether what was found may be shown as an answer."""
    if question.people.stranger or not ranked:
        return False
    missing = sum(_is_missing_name(question, thing) for thing in scores.things)
    if missing and (missing > 1 or len(scores.things) < _MANY or question.people.cvs):
        return False
    things = [i for i in range(len(scores.things)) if not scores.of_aspect[i]]
    if question.people.cvs and not things:
        return True  # somebody's own CV, and a side of it: whatever heading that stands under, the reader sees
    if question.people.cvs and _asks_for_a_side(question, scores, things):
        return True
    if question.people.cvs:
        if any(scores.things[i].known and scores.said_by(i, question.people.cvs) for i in things):
            return True
        best = max(r.coverage for r in ranked)
        close = any(r.coverage >= _SOME and scores.stands_out(r.cosine) for r in sorted(ranked[:20], key=lambda r: -r.cosine)[:3])
        return best >= _ENOUGH_OF_A_PERSON or close
    if question.everybody and any(clause.by_name for clause in question.clauses):
        return False  # `everybody.py` looked, and nobody was employed there
    if not scores.things or question.how_to:
        return False
    return evidence_of(scores, ranked) >= max(_least(question, scores, things), _SAVE_A_NAME if missing else -math.inf)


def _least(question: Question, scores: Scores, things: Sequence[int]) -> float:
    """How much evidence the question needs.

    A long description is answered from little: its words are seldom a CV's, and who reads the passages can still say no. A short one names what it is
    after: where no CV says that thing, the nearest neighbour must not answer. What asks for no candidate at all (`what is the capital of …`) needs most.
    """
    if question.asks_of_the_world and not named_in(question.text, question.language):
        return _OF_NOBODY
    sought = things or range(len(scores.things))
    if len(sought) > _FEW:
        return _DESCRIBED
    unsaid = sum(float(scores.weights[i]) for i in sought if not scores.things[i].known)
    return _SHORT_WITH_A_GAP if unsaid > _GAP * sum(float(scores.weights[i]) for i in sought) else _SHORT


def evidence_of(scores: Scores, ranked: Sequence[Ranked]) -> float:
    """How much speaks for there being an answer, as log odds: see `Weighed`."""
    return float(np.dot(Weighed.of(scores, ranked).values(), _WEIGHTS)) + _BIAS


@dataclass(frozen=True, slots=True)
class Weighed:
    """What speaks for and against. No number here depends on the embedding model's scale."""

    covered: float
    """The most of the question that any of the best passages speaks of."""
    best_covered: float
    """What the first of them speaks of."""
    outstanding: float
    """How far the nearest passage stands out, in units of what the nearest of so many would by chance."""
    trade: float
    """How sure it is that the question is about an occupation that some CV names."""
    best_trade: float
    """The same for the first passage."""
    other_trade: float
    """How sure it is that it is about an occupation that no CV names."""
    things: float
    """The logarithm of how many things are sought: covering half of five says more than covering one."""

    @classmethod
    def of(cls, scores: Scores, ranked: Sequence[Ranked]) -> Self:
        best = ranked[0]
        return cls(
            covered=max(r.coverage for r in ranked[:_LOOKED_AT]),
            best_covered=best.coverage,
            outstanding=scores.outstanding(max(r.cosine for r in ranked)),
            trade=scores.trades.best(present=True),
            best_trade=float(scores.trade[best.passage]),
            other_trade=scores.trades.best(present=False),
            things=math.log(len(scores.things)),
        )

    def values(self) -> tuple[float, ...]:
        return astuple(self)


def _asks_for_a_side(question: Question, scores: Scores, things: Sequence[int]) -> bool:
    """`Which university did she attend?`: what is asked for is named outright, whatever verb goes with it and whatever heading it stands under."""
    asked = question.aspects & _OUTRIGHT
    unknown = [i for i in things if not scores.things[i].known]
    return bool(asked) and len(things) <= 1 and len(unknown) <= 1 and bool(_ASKS_FOR.match(fold(question.text)))


def _is_missing_name(question: Question, thing: Sought) -> bool:
    """Something written like a name, in the middle of a sentence, that no CV has."""
    if thing.known:
        return False
    return any(looks_like_name(question, i) for i in thing.positions)


def looks_like_name(question: Question, at: int) -> bool:
    token: Token = question.tokens[at]
    if question.language == "de" and token.raw[:1].isupper() and not token.raw.isupper() and not any(c.isupper() for c in token.raw[1:]):
        # German nouns are all capitalised: only a second one right beside it makes a name.
        beside = [question.tokens[i] for i in (at - 1, at + 1) if 0 <= i < len(question.tokens)]
        return any(other.raw[:1].isupper() and i > 0 for i, other in enumerate(beside)) and len(token.raw) > 2 and at > 0
    inside = any(c.isupper() for c in token.raw[1:]) or any(c.isdigit() for c in token.raw)
    return inside or (token.capital and at > 0)
