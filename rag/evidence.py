"""Does what was found answer the question, or is it only the nearest there is? Pure.

The worst answer of a CV assistant is a confident one about something that stands in no CV. So: what the question names must be found. A name, a
product, a rare word that no CV has, is missing evidence however close the vectors are; likeness alone counts only for ordinary words.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from rag.aspects import Aspect, aspects_of_word, plain
from rag.expansion import Sought
from rag.names import Token
from rag.query import Question
from rag.ranking import Ranked
from rag.scoring import Scores
from rag.words import fold

_OUTRIGHT = {Aspect.STUDIES, Aspect.CONTACT, Aspect.SPEAKS, Aspect.LIVES, Aspect.HOBBIES, Aspect.CERTIFIED, Aspect.AWARDS}
_ASKS_FOR = re.compile(
    r"^\W*(?:and |y |und |et |e )?(?:what|which|where|when|que|cual\w*|donde|cuando|was|welche\w*|wo|wann|quel\w*|ou|quand|qual\w*|quali|onde|dove)\b"
)
_SAID = 0.3
"""The more of a question about somebody their CV says, the nearer it may be to what no CV tells."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What a model's cosines mean. `weights` and `bias` are a logistic regression, `private` is how much nearer to what no CV tells a question may be than to what CVs do."""

    weights: tuple[float, ...]
    bias: float
    private: float


MULTILINGUAL = Scale((3.43, 16.93, 1.87, -1.53, -0.44, -2.55, 0.4, 0.24, -4.7, -1.3), -10.93, -0.02)
ENGLISH = Scale((1.57, 3.32, 1.86, -1.32, -1.83, -1.61, 0.75, 1.07, 0.0, -0.8), -5.07, 0.04)
"""Fitted for the models that ship, multilingual-e5 and wordllama; docs/decisions/0008 says on what, and on what they were only tried."""


def is_evidence(question: Question, scores: Scores, ranked: Sequence[Ranked], scale: Scale, how_private: Callable[[], float]) -> bool:
    """Whether what was found may be shown as an answer. `how_private`: see `PrivateLife.likeness`; asked for questions about somebody named only."""
    if question.people.stranger or not ranked:
        return False
    if question.people.cvs:
        return _is_in_their_cv(question, scores, scale, how_private)
    if any(thing.is_a("language") and not thing.known for thing in scores.things):
        return False
    if question.everybody and (_asks_who_speaks(question, scores) or any(clause.by_name for clause in question.clauses)):
        return False  # `everybody.py` looked, and nobody speaks it, or was employed there
    return bool(scores.things) and not question.how_to and evidence_of(question, scores, ranked, scale) >= 0


def _is_in_their_cv(question: Question, scores: Scores, scale: Scale, how_private: Callable[[], float]) -> bool:
    """About somebody named their CV is what there is to show, but for what no CV tells (a salary) unless theirs does, and for names that no CV has."""
    if any(_is_missing_name(question, thing) for thing in scores.things):
        return False
    things = [i for i in range(len(scores.things)) if not scores.of_aspect[i]]
    if all(aspects_of_word(plain(question.tokens[i])) for i in question.telling) or _asks_for_a_side(question, scores, things):
        return True
    said = sum(float(scores.weights[i]) for i in things if scores.things[i].known and scores.said_by(i, question.people.cvs))
    return how_private() < _SAID * said / max(sum(float(scores.weights[i]) for i in things), 1e-6) + scale.private


def _asks_who_speaks(question: Question, scores: Scores) -> bool:
    """`Who speaks Finnish?` and nothing else."""
    others = [thing for i, thing in enumerate(scores.things) if not scores.of_aspect[i]]
    return Aspect.SPEAKS in question.aspects and bool(others) and all(thing.is_a("language") for thing in others)


def evidence_of(question: Question, scores: Scores, ranked: Sequence[Ranked], scale: Scale) -> float:
    """How much speaks for there being an answer, as log odds. The numbers are those of `Scale.weights`, in that order."""
    things = [i for i in range(len(scores.things)) if not scores.of_aspect[i]] or list(range(len(scores.things)))
    unsaid = sum(float(scores.weights[i]) for i in things if not scores.things[i].known)
    numbers = (
        ranked[0].score,  # what the best passage is worth together with the next of its CV (`ranking.py`)
        nearest := max(r.cosine for r in ranked),
        math.log(len(scores.things)),  # half of five things said says more than one of one
        sum(_is_missing_name(question, thing) for thing in scores.things),
        unsaid / max(sum(float(scores.weights[i]) for i in things), 1e-6),  # the share of the question that no CV says
        question.asks_of_the_world,  # `what is the capital of …` asks for no candidate
        question.everybody,  # `who …`, `find me …` asks for one
        question.key_words,  # nor does anybody type `heat pump installer` about the world
        float(scores.outstanding(np.float32(nearest))),  # the first number has it, too; it says less than how near the nearest passage is
        scores.lacks_profession(question),  # a profession that nobody has, in whatever language
    )
    return scale.bias + sum(weight * float(number) for weight, number in zip(scale.weights, numbers, strict=True))


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
    """Is the word written like a name: a capital inside a sentence, or inside the word, or a digit?"""
    token: Token = question.tokens[at]
    if question.language == "de" and token.raw[:1].isupper() and not token.raw.isupper() and not any(c.isupper() for c in token.raw[1:]):
        # German nouns are all capitalised: only a second one right behind it makes a name.
        beside = question.tokens[at + 1].raw if at + 1 < len(question.tokens) and at + 1 not in question.people.positions else ""
        return beside[:1].isupper() and len(token.raw) > 2 and at > 0
    inside = any(c.isupper() for c in token.raw[1:]) or any(c.isdigit() for c in token.raw)
    return inside or (token.capital and at > 0)
