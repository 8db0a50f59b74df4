"""The plan of a dataset: varied, repeatable, and unmoved by how long it gets."""

from collections import Counter

from cv_generation.briefs import slug
from cv_generation.profiles import Language
from cv_generation.render.html import template_names
from tests.cv_generation.people import briefs


def test_same_seed_same_plan_and_another_seed_another() -> None:
    assert briefs(7) == briefs(7)
    assert {brief.name for brief in briefs(7)}.isdisjoint({brief.name for brief in briefs(8)})


def test_a_longer_dataset_begins_with_the_shorter_one() -> None:
    assert briefs(3, 80)[:30] == briefs(3, 30)


def test_thirty_cvs_differ() -> None:
    for seed in range(10):
        dataset = briefs(seed)
        pairs = Counter((brief.profession, brief.language) for brief in dataset)
        assert max(pairs.values()) == 1
        assert len({brief.name for brief in dataset}) == len({brief.cv_id for brief in dataset}) == 30
        assert len({brief.profession for brief in dataset}) >= 15
        assert {brief.presentation.template for brief in dataset} == set(template_names())
        assert {brief.language for brief in dataset} == set(Language)
        assert len({brief.presentation.date_style for brief in dataset}) == 5
        assert len({brief.seniority for brief in dataset}) == 4
        assert {brief.presentation.photo for brief in dataset} == {True, False}


def test_names_stay_apart_in_a_large_dataset() -> None:
    assert len({brief.name for brief in briefs(1, 2000)}) == 2000


def test_wishes_are_kept() -> None:
    dataset = briefs(1, 12, languages=(Language.GERMAN,), professions=("nurse", "chef"))
    assert {brief.language for brief in dataset} == {Language.GERMAN}
    assert {brief.profession for brief in dataset} == {"nurse", "chef"}


def test_contacts_reach_nobody() -> None:
    for brief in briefs(1, 300):
        domain = brief.contact.email.split("@")[1]
        assert domain.endswith(("example.com", "example.org", "example.net"))
        assert brief.contact.website is None or brief.contact.website.endswith(".example")


def test_slugs_are_fit_for_any_file_system() -> None:
    assert slug("Zoë Müller-Brandt") == "zoe-muller-brandt"
    assert slug("Łukasz Wójcik") == "lukasz-wojcik"
    assert slug("Jörg Strauß") == "jorg-strauss"
