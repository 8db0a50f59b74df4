"""Questions that the CVs really there can answer, made from what the index knows of them. Called by `describe_assistants.py`.

The same CVs give the same questions, whoever asks.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from app.application.assistants.language import Language
from app.application.cvs.library import CvCard

WHO_KNOWS = {Language.ENGLISH: "Who knows {skill}?", Language.SPANISH: "¿Quién sabe de {skill}?"}
WHAT_AT = {Language.ENGLISH: "What did {candidate} do at {employer}?", Language.SPANISH: "¿Qué hizo {candidate} en {employer}?"}
WHO_SPEAKS = {Language.ENGLISH: "Who speaks {tongue}?", Language.SPANISH: "¿Quién habla {tongue}?"}
STUDIED = {Language.ENGLISH: "Where did {candidate} study?", Language.SPANISH: "¿Dónde estudió {candidate}?"}

LONGEST = 40
"""Characters of a name in a question: what is longer was hardly read right, or reads badly."""

A_FEW = range(2, 7)
"""People who share something worth asking for: one is no list, and what everybody has tells nobody apart."""


def questions_about_cvs(cards: Sequence[CvCard], language: Language) -> tuple[str, ...]:
    """Up to four questions of different kinds; none if there are no CVs."""
    found = (
        _shared(cards, lambda card: (skill.name for skill in card.skills), WHO_KNOWS[language], "skill"),
        _about_a_job(cards, language),
        _shared(
            cards, lambda card: map(str.capitalize, card.spoken) if language is Language.ENGLISH else (), WHO_SPEAKS[language], "tongue"
        ),
        _about_a_school(cards, language),
    )
    return tuple(question for question in found if question)


def _shared(cards: Sequence[CvCard], named: Callable[[CvCard], Iterable[str]], template: str, slot: str) -> str | None:
    """Asks for what a few have; of equals for the one named first."""
    holders = Counter(name for card in cards for name in dict.fromkeys(named(card)) if 0 < len(name) <= LONGEST)
    fitting = [name for name, count in holders.most_common() if count in A_FEW]
    return template.format(**{slot: fitting[0]}) if fitting else None


def _about_a_job(cards: Sequence[CvCard], language: Language) -> str | None:
    for card in cards:
        for employer in card.employers:
            if _readable(card.candidate) and _readable(employer):
                return WHAT_AT[language].format(candidate=card.candidate, employer=employer)
    return None


def _about_a_school(cards: Sequence[CvCard], language: Language) -> str | None:
    """Of somebody else than the question about a job, if there is somebody."""
    for card in reversed(cards):
        if card.schools and _readable(card.candidate):
            return STUDIED[language].format(candidate=card.candidate)
    return None


def _readable(name: str) -> bool:
    return 0 < len(name) <= LONGEST
