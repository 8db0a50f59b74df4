"""How well every passage answers what is sought: BM25, coverage, and cosines. One `Scores` serves one question.

Coverage is the share of the question that a passage speaks of, each word weighing by its rarity. It is what tells evidence from likeness.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rag.aspects import aspects_of_word, is_light, plain
from rag.concepts import concepts, vocabularies_of
from rag.corpus import Listed
from rag.expansion import LITERAL, Sought, how_telling
from rag.opened import Generation
from rag.query import Question
from rag.terms import concept_term

Floats = NDArray[np.float32]
_PLACE = 0.5
"""`The president of France`: that much is in France says nothing about presidents."""
_CLOSE, _SAME, _SAME_ABROAD, _HALF, _MORE_WORDS = 0.6, 0.72, 0.62, 0.5, 2
_SAMPLE = 1500
_ASPECT_WEIGHT, _ASPECT_WEIGHT_OF_ALL, _LEAST_WEIGHT = 0.1, 0.5, 1.0
"""`What did she study at Salford?`: Salford is sought; that it is about studying is said by the section."""


class Scores:
    """All passages against all things sought."""

    def __init__(self, generation: Generation, question: Question, things: Sequence[Sought], embed: Callable[[], Floats]) -> None:
        self.things = tuple(things)
        self._embed = embed
        self._generation = generation
        count = len(generation.corpus)
        tokens, of_named = question.tokens, bool(question.people.cvs)
        self.bm25: Floats = np.zeros(count, dtype=np.float32)
        self.of_aspect = [all(aspects_of_word(plain(tokens[i])) or is_light(tokens[i].folded) for i in thing.positions) for thing in things]
        self._cover: list[Floats] = []
        weights: list[float] = []
        for thing, telling, of_aspect in zip(things, how_telling(things, tokens), self.of_aspect, strict=True):
            scores, cover = generation.lexical.score(thing.terms)
            share = telling * ((_ASPECT_WEIGHT if of_named else _ASPECT_WEIGHT_OF_ALL) if of_aspect else 1.0)
            share *= _PLACE if len(things) > 1 and thing.is_a("place") else 1.0
            self.bm25 += share * scores
            self._cover.append(cover)
            weights.append(share * _rarity(cover, count))
        self.weights: Floats = np.array(weights, dtype=np.float32)
        self.coverage: Floats = self.covering(range(len(things)))

    @cached_property
    def vector(self) -> Floats:
        """The question's, through the lens. The model is asked only now: it takes longer than all the rest, and what facts answer does not need it."""
        return self._embed()

    def covering(self, which: Sequence[int]) -> Floats:
        """For every passage, how much of these things it speaks of, from 0 to 1."""
        total = max(float(sum(self.weights[i] for i in which)), _LEAST_WEIGHT)
        covered = np.zeros(len(self._generation.corpus), dtype=np.float32)
        for i in which:
            covered += self.weights[i] * self._cover[i]
        return covered / total if total else covered

    def literally(self, which: Sequence[int]) -> NDArray[np.bool_]:
        """The passages that say each of these things, in some language."""
        said = np.ones(len(self._generation.corpus), dtype=np.bool_)
        for i in which:
            said &= self._cover[i] >= LITERAL
        return said

    def mostly(self, which: Sequence[int]) -> NDArray[np.bool_]:
        """The passages that say the rarest of these things, and half of all: as much as a translation keeps."""
        if not 1 <= len(which) <= 2:  # a longer description that is half there is another thing
            return np.zeros(len(self._generation.corpus), dtype=np.bool_)
        rarest = max(which, key=lambda i: self.weights[i])
        said = sum((self.weights[i] * (self._cover[i] >= LITERAL) for i in which), np.zeros(len(self._generation.corpus), dtype=np.float32))
        return (self._cover[rarest] >= LITERAL) & (said >= 0.5 * sum(float(self.weights[i]) for i in which))

    def lacks_profession(self, question: Question) -> bool:
        """Does the question name a profession that no CV names, neither by its idea nor by the same words?"""
        for mention in concepts().mentions([plain(token) for token in question.tokens], vocabularies_of(question.read_in)):
            asked = set(range(mention.start, mention.end)).intersection(question.telling)
            if (
                asked
                and concepts().by_name[mention.concept].kind == "role"
                and concept_term(mention.concept) not in self._generation.lexical
            ):
                same_words = [i for i, thing in enumerate(self.things) if asked.intersection(thing.positions)]
                if not self.literally(same_words).any():
                    return True
        return False

    def said_by(self, thing: int, cvs: Sequence[int]) -> bool:
        """Does a passage of these CVs say this thing, in some language?"""
        return bool((self._cover[thing][self._generation.corpus.passages_of(cvs)] >= LITERAL).any())

    def literally_by_cv(self, which: Sequence[int]) -> NDArray[np.bool_]:
        """The CVs that say each of these things, anywhere."""
        corpus = self._generation.corpus
        said = np.ones(len(corpus.cvs), dtype=np.bool_)
        for i in which:
            here = np.zeros(len(corpus.cvs), dtype=np.bool_)
            here[corpus.cv_of[self._cover[i] >= LITERAL]] = True
            said &= here
        return said

    def listed_like(self, which: Sequence[int], language: str) -> set[str]:
        """The names of skills that say these things: all but a little of them, or in a CV of another language, where phrases do not survive word by word, half.

        A listed skill is short: what is named beside each other in it belongs together.
        """
        which = list({self.things[i].label: i for i in which}.values())  # a word that is said twice is one thing
        covers: dict[Listed, dict[int, float]] = defaultdict(dict)
        for i in which:
            terms = self.things[i].terms
            for term, skill in self._generation.corpus.listed_with(terms):
                covers[skill][i] = max(covers[skill].get(i, 0.0), terms[term])
        total = sum(float(self.weights[i]) for i in which)
        if not total:
            return set()
        rarest = max(which, key=lambda i: self.weights[i])
        return {
            skill.name
            for skill, cover in covers.items()
            if cover.get(rarest, 0.0) >= _CLOSE
            and skill.size <= len(which) + _MORE_WORDS
            and self._alike(skill, cover, total, abroad=skill.language != language)
        }

    def _alike(self, skill: Listed, cover: Mapping[int, float], total: float, *, abroad: bool) -> bool:
        """How much of the question the skill says; abroad at least half, and how much of the skill the question says, since one word may be a phrase there."""
        said = sum(float(self.weights[i]) * c for i, c in cover.items()) / total
        back = min(1.0, len(cover) / max(skill.size, 1))
        return said >= _SAME or (abroad and said >= _HALF and (said + back) / 2 >= _SAME_ABROAD)

    def cosines(self, passages: Sequence[int] | NDArray[np.int64]) -> Floats:
        """The cosines of these passages with the question, through the lens."""
        return self._generation.dense.cosines(self.vector, passages)

    def outstanding(self, cosines: Floats | np.float32) -> Floats:
        """How far passages so close stand out, 1 being what the closest of so many would by chance. Models differ in their scale: this does not depend on it."""
        count = len(self._generation.corpus)
        if count < 2:
            return np.asarray(cosines > 0, dtype=np.float32)
        middle, spread = self._spread
        return np.asarray((cosines - middle) / max(spread * math.sqrt(2 * math.log(count)), 1e-6), dtype=np.float32)

    @cached_property
    def _spread(self) -> tuple[float, float]:
        """Mean and deviation of the cosines of all passages, or of enough of them."""
        count = len(self._generation.corpus)
        cosines = self.cosines(np.arange(0, count, max(1, count // _SAMPLE), dtype=np.int64))
        return float(cosines.mean()), float(cosines.std())


def _rarity(cover: Floats, count: int) -> float:
    """The inverse frequency of a thing among the passages; what nobody says is as rare as can be."""
    frequency = int(np.count_nonzero(cover >= LITERAL))
    return float(np.log1p((count - frequency + 0.5) / (frequency + 0.5)))
