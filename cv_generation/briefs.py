"""Who is in the dataset: the plan that both writers work from.

`plan` deals languages, professions, seniorities, looks and shapes of careers like cards, so that thirty CVs differ as much as they can.
Promises: the same seed gives the same briefs; a brief doesn't depend on how many come after it, so a dataset can be made longer; no two
people share a name, and the first thirty share no profession in a language. Pure: no files, no model.
"""

import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from re import sub
from typing import Generic, TypeVar

from cv_generation.banks import bank, crafts
from cv_generation.contacts import make_contact
from cv_generation.names import NameGiver
from cv_generation.profiles import Contact, DateStyle, Language, Location, Presentation, Pronoun, Seniority, YearMonth

DEFAULT_SEED = 42
"""The seed of the set that the repository ships."""

AS_OF: YearMonth = "2026-11"
"""The month in which the sample people write their CVs. Fixed: a seed means the same dataset in any year."""


class Angle(StrEnum):
    """The shape of a career, and the kind of prompt a model gets."""

    STEADY = "steady"
    CLIMBER = "climber"
    MOVER = "mover"
    RETURNER = "returner"
    SIDE_WORK = "side-work"


@dataclass(frozen=True, slots=True)
class Brief:
    """What is settled about a CV before anybody writes it. `occurrence` counts earlier CVs of the same profession and language."""

    number: int
    seed: int
    cv_id: str
    language: Language
    name: str
    pronoun: Pronoun
    mother_tongue: str
    profession: str
    seniority: Seniority
    angle: Angle
    location: Location
    contact: Contact
    as_of: YearMonth
    states_years: bool
    occurrence: int
    earlier_in_language: int
    presentation: Presentation


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the caller asks of the dataset. Empty tuples leave the choice to the plan."""

    seed: int
    count: int
    templates: tuple[str, ...]
    languages: tuple[Language, ...] = ()
    professions: tuple[str, ...] = ()
    as_of: YearMonth = AS_OF


Card = TypeVar("Card", bound=Hashable)

_LANGUAGES = (*[Language.ENGLISH] * 4, *[Language.SPANISH] * 2, *[Language.GERMAN] * 2, *[Language.FRENCH] * 2)
_SENIORITIES = (Seniority.JUNIOR, Seniority.MID, Seniority.MID, Seniority.SENIOR, Seniority.SENIOR, Seniority.LEAD)
_DATE_STYLES = (DateStyle.LONG, DateStyle.SHORT, DateStyle.SHORT, DateStyle.NUMERIC, DateStyle.NUMERIC, DateStyle.ISO, DateStyle.YEARS)
_ACCENTS = ("#1f4e79", "#7a2e3a", "#2f6b4f", "#5b3f8c", "#9a5b13", "#0f6b76", "#333f50", "#a23b5a", "#4a5d23", "#1d3f94")


class _Deck(Generic[Card]):
    """Deals shuffled rounds of the same cards for ever."""

    def __init__(self, dice: Random, cards: Sequence[Card]) -> None:
        self._dice = dice
        self._cards = tuple(cards)
        self._round: list[Card] = []

    def deal(self) -> Card:
        self._refill()
        return self._round.pop()

    def deal_rarest(self, uses: Counter[Card]) -> Card:
        """The next card among those used least so far. At least one whole round lies on the table, so that there is a choice."""
        if len(self._round) < len(self._cards):
            self._round = [*self._dice.sample(self._cards, len(self._cards)), *self._round]
        fewest = min(uses[card] for card in self._round)
        place = max(place for place, card in enumerate(self._round) if uses[card] == fewest)
        return self._round.pop(place)

    def _refill(self) -> None:
        if not self._round:
            self._round = self._dice.sample(self._cards, len(self._cards))


def plan(wishes: Wishes) -> list[Brief]:
    """The briefs of the dataset, in order."""
    briefs = _deal(wishes)
    return [next(briefs) for _ in range(wishes.count)]


def _deal(wishes: Wishes) -> Iterator[Brief]:
    def deck(what: str, cards: Sequence[Card]) -> _Deck[Card]:
        return _Deck(Random(f"{wishes.seed}:{what}"), cards)

    languages = deck("languages", wishes.languages or _LANGUAGES)
    professions = deck("professions", wishes.professions or tuple(crafts()))
    seniorities = deck("seniorities", _SENIORITIES)
    angles = deck("angles", tuple(Angle))
    templates = deck("templates", wishes.templates)
    date_styles = deck("date styles", _DATE_STYLES)
    accents = deck("accents", _ACCENTS)
    names = NameGiver(wishes.seed)
    seen: Counter[tuple[str, Language]] = Counter()
    in_language: Counter[Language] = Counter()
    number = 0
    while True:
        number += 1
        dice = Random(f"{wishes.seed}:brief:{number}")
        profession = professions.deal()
        language = languages.deal_rarest(Counter({card: seen[profession, card] for card in Language}))
        city, country = dice.choice(bank(language).cities).split(", ")
        person = names.give(language, dice)
        yield Brief(
            number=number,
            seed=wishes.seed,
            cv_id=f"{number:03d}-{slug(person.name)}",
            language=language,
            name=person.name,
            pronoun=person.pronoun,
            mother_tongue=person.mother_tongue,
            profession=profession,
            seniority=seniorities.deal(),
            angle=angles.deal(),
            location=Location(city=city, country=country),
            contact=make_contact(slug(person.name), country, dice),
            as_of=wishes.as_of,
            states_years=dice.random() < 0.65,
            occurrence=seen[profession, language],
            earlier_in_language=in_language[language],
            presentation=Presentation(
                template=templates.deal(),
                date_style=date_styles.deal(),
                photo=dice.random() < (0.25 if language is Language.ENGLISH else 0.65),
                accent=accents.deal(),
                paper="letter" if country in {"United States", "Canada"} else "A4",
            ),
        )
        seen[profession, language] += 1
        in_language[language] += 1


def slug(text: str) -> str:
    """`Zoë Müller-Brandt` becomes `zoe-muller-brandt`: fit for a file name anywhere."""
    spelled = text.replace("ß", "ss").replace("ø", "o").replace("ł", "l").replace("Ł", "L")
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode().lower()
    return sub(r"[^a-z0-9]+", "-", plain).strip("-")
