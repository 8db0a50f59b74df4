"""Turns each telling word of a question into the group of terms that would do for it: its stems, its concept, its cognates.

The weights say how well each would do; from `LITERAL` upwards a term says the same thing, below it something close.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from rag.aspects import is_light, plain
from rag.concepts import concepts, vocabularies_of
from rag.names import Token
from rag.terms import concept_term, word_terms

LITERAL = 0.7
_CONCEPT, _COGNATE, _WIDE = 0.9, 0.75, 0.66
_LIGHT = 0.3
_NAMED = {"language", "place"}
"""What has a name in every language needs no cognates: `Finnish` is not `finish`."""


class Terms(Protocol):
    """The terms that things are sought among: those of an index, or of the occupations' descriptions."""

    def __contains__(self, term: str) -> bool: ...

    def cognates(self, word: str) -> list[str]:
        """Terms of the same shape."""
        ...


@dataclass(frozen=True, slots=True)
class Sought:
    """One thing sought: the positions of its words in the question, and the terms that would do. Empty terms: the index knows nothing like it."""

    positions: tuple[int, ...]
    label: str
    terms: dict[str, float]

    @property
    def known(self) -> bool:
        """Does any passage say just this?"""
        return any(weight >= LITERAL for weight in self.terms.values())

    def is_a(self, kind: str) -> bool:
        """Is it known to the vocabulary as a `language`, a `place` …?"""
        concept = concepts().by_name.get(self.label)
        return concept is not None and concept.kind == kind


def sought_in(tokens: Sequence[Token], positions: Sequence[int], languages: Sequence[str], lexical: Terms) -> list[Sought]:
    """The things sought, in order; a phrase that names one concept is one thing, little words in it included (`look after`).

    `languages` are those that the question may be in.
    """
    mentions = concepts().mentions([plain(token) for token in tokens], vocabularies_of(languages))
    wanted, said = set(positions), dict[int, list[str]]()
    phrases: dict[int, Sought] = {}
    for mention in mentions:
        within = [i for i in range(mention.start, mention.end) if i in positions]
        term = concept_term(mention.concept)
        if mention.end - mention.start > 1 and within and term in lexical:
            known = phrases[within[0]].terms if within[0] in phrases else {}
            phrases[within[0]] = Sought(tuple(within), _label(mention.concept), {**known, term: _weight(mention.concept, 1.0)})
            wanted.difference_update(within)
        elif mention.end - mention.start == 1:
            said.setdefault(mention.start, []).append(mention.concept)
    found = {i: _word(tokens, i, positions, languages, said.get(i, []), lexical) for i in wanted}
    return [thing for _, thing in sorted({**found, **phrases}.items())]


def _word(
    tokens: Sequence[Token], at: int, positions: Sequence[int], languages: Sequence[str], named: Sequence[str], lexical: Terms
) -> Sought:
    token = tokens[at]
    terms: dict[str, float] = {}
    whole = token.parts[0] if token.parts else token.folded
    for term in word_terms(whole, languages):
        if term in lexical:
            terms[term] = 1.0
    if len(token.parts) > 1 and not terms:
        terms.update({term: 0.85 for part in token.parts[1:] if len(part) > 2 for term in word_terms(part, languages) if term in lexical})
    for neighbour in (at - 1, at + 1):
        if neighbour in positions:
            joined = tokens[min(at, neighbour)].folded + tokens[max(at, neighbour)].folded
            if joined in lexical:
                terms[joined] = 1.0
    terms.update({term: _weight(concept, _CONCEPT) for concept in named if (term := concept_term(concept)) in lexical})
    kinds = {concepts().by_name[concept].kind for concept in named}
    if not kinds & _NAMED:
        for cognate in lexical.cognates(whole):
            terms.setdefault(cognate, _WIDE if "role" in kinds else _COGNATE)  # a pharmacist is not what is pharmaceutical
    return Sought((at,), _label(named[0]) if named else token.folded, terms)


def _label(concept: str) -> str:
    return concepts().by_name[concept].word


def _weight(concept: str, full: float) -> float:
    return _WIDE if concepts().by_name[concept].wide else full


def how_telling(things: Sequence[Sought], tokens: Sequence[Token]) -> list[float]:
    """How much each thing says, from 0 to 1: a chatty question is not to be decided by its `wants` and `big`."""
    return [_LIGHT if all(is_light(tokens[i].folded) for i in thing.positions) else 1.0 for thing in things]


def narrowly(things: Sequence[Sought]) -> list[Sought]:
    """Wide ideas count half: about one person everything is near, and whoever does payrolls does not state a salary."""
    return [
        replace(thing, terms={term: weight * (0.5 if weight == _WIDE else 1.0) for term, weight in thing.terms.items()}) for thing in things
    ]
