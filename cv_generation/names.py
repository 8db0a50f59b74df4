"""Names for people who don't exist: Faker's lists by language and country, no name twice in a dataset.

One person in five has a name from another country than the CV's language, as in life, and then that language as the mother tongue.
"""

from dataclasses import dataclass
from random import Random

from faker import Factory, Generator

from cv_generation.profiles import Language, Pronoun

_AT_HOME: dict[Language, tuple[str, ...]] = {
    Language.ENGLISH: ("en_GB", "en_IE", "en_US"),
    Language.SPANISH: ("es_ES", "es_MX", "es_CO"),
    Language.GERMAN: ("de_DE", "de_AT"),
    Language.FRENCH: ("fr_FR", "fr_CH"),
}
_FROM_ELSEWHERE: dict[Language, tuple[str, ...]] = {
    Language.ENGLISH: ("pl_PL", "it_IT", "es_ES", "pt_PT"),
    Language.SPANISH: ("pt_PT", "it_IT", "fr_FR"),
    Language.GERMAN: ("pl_PL", "it_IT", "nl_NL"),
    Language.FRENCH: ("pt_PT", "it_IT", "es_ES"),
}


@dataclass(frozen=True, slots=True)
class Person:
    """`mother_tongue` is a code of ISO 639-1."""

    name: str
    pronoun: Pronoun
    mother_tongue: str


class NameGiver:
    """Gives every caller a name that nobody had before. Same seed, same calls: same names."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._sources: dict[str, Generator] = {}
        self._given: set[str] = set()

    def give(self, language: Language, dice: Random) -> Person:
        """The next person for a CV in that language, drawn with the caller's `dice`."""
        elsewhere = dice.random() < 0.2
        locale = dice.choice((_FROM_ELSEWHERE if elsewhere else _AT_HOME)[language])
        pronoun: Pronoun = "she" if dice.random() < 0.5 else "he"
        while True:
            name = self._draw(locale, pronoun)
            if name not in self._given:
                self._given.add(name)
                return Person(name=name, pronoun=pronoun, mother_tongue=locale[:2] if elsewhere else str(language))

    def _draw(self, locale: str, pronoun: Pronoun) -> str:
        source = self._source(locale)
        first = source.format("first_name_female" if pronoun == "she" else "first_name_male")
        return f"{first} {source.format('last_name')}"

    def _source(self, locale: str) -> Generator:
        if locale not in self._sources:
            source = Factory.create(locale, providers=["faker.providers.person"])
            source.seed_instance(f"{self._seed}:names:{locale}")
            self._sources[locale] = source
        return self._sources[locale]
