"""The phrase grammar, and that every phrase of every bank keeps to it."""

from random import Random

import pytest

from cv_generation.banks import bank, crafts
from cv_generation.banks.phrases import BrokenPhrase, Voice
from cv_generation.profiles import Language, Pronoun

FIELDS = dict.fromkeys(["tool", "place", "surname", "surname2", "field", "focus", "title", "role", "employer", "years", "skills", "n"], "X")


def said(phrase: str, pronoun: Pronoun = "she") -> set[str]:
    return {Voice(Random(seed), pronoun).say(phrase, FIELDS) for seed in range(60)}


def test_picks_one_of_the_alternatives() -> None:
    assert said("a [b|c [d|e]] f") == {"a b f", "a c d f", "a c e f"}


def test_draws_numbers_in_the_range() -> None:
    assert said("{3..5} %") == {"3 %", "4 %", "5 %"}


def test_follows_the_person() -> None:
    assert said("Ingenier[o~a] sénior[~a]") == {"Ingeniera séniora"}
    assert said("Ingenier[o~a] sénior[~a]", "he") == {"Ingeniero sénior"}


def test_fills_fields() -> None:
    assert said("at <place>") == {"at X"}


@pytest.mark.parametrize("broken", ["[a|b", "a|b", "a]b", "[a~b~c]", "[a|b~c]", "<nobody>"])
def test_refuses_broken_phrases(broken: str) -> None:
    with pytest.raises(BrokenPhrase):
        Voice(Random(1), "she").say(broken, {})


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("pronoun", ["she", "he"])
def test_every_phrase_of_the_bank_can_be_said(language: Language, pronoun: Pronoun) -> None:
    words = bank(language)
    shared = (*words.shared.summary, *words.shared.closing, *words.shared.bullets, *words.thesis, *words.many_years)
    places = (*words.universities, *words.colleges, *(name for names in words.employers.values() for name in names))
    own = [
        phrase
        for entry in words.words.values()
        for phrase in (*entry.ladder, *entry.bullets, *entry.projects, *entry.certs, *entry.degrees, *entry.focus)
    ]
    for phrase in (*shared, *places, *own):
        text = Voice(Random(phrase), pronoun).say(phrase, FIELDS)
        assert text.strip()
        assert not set(text) & set("[]{}|~<>")


@pytest.mark.parametrize("language", list(Language))
def test_every_sector_has_employers_and_every_pair_its_rest(language: Language) -> None:
    words = bank(language)
    assert {craft.sector for craft in crafts().values()} <= set(words.employers)
    for entry in words.words.values():
        assert all(" :: " in text for text in (*entry.certs, *entry.projects))
    assert str(language) in words.spoken
    assert len(crafts()) >= 15
