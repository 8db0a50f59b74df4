"""Careers without a model: believable for any seed, repeatable to the byte, and not one text twice."""

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from re import search

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cv_generation.banks import crafts
from cv_generation.profiles import Profile, Seniority, month_number, worked_months
from cv_generation.writer.offline import compose
from tests.cv_generation.people import briefs, people, printed, prose, shingles

ROOT = Path(__file__).parents[2]
MONTHS = {Seniority.JUNIOR: (5, 36), Seniority.MID: (30, 102), Seniority.SENIOR: (80, 202), Seniority.LEAD: (150, 312)}


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_every_career_is_coherent(seed: int) -> None:
    for profile in people(seed, 12):
        check_career(profile)
        check_skills(profile)
        check_words(profile)


def check_career(profile: Profile) -> None:
    main = sorted((entry for entry in profile.experience if not entry.concurrent), key=lambda entry: entry.start)
    for earlier, later in pairwise(main):
        assert earlier.end is not None
        assert earlier.end <= later.start
        assert month_number(later.start) - month_number(earlier.end) <= 19
        if earlier.employer == later.employer:
            assert earlier.city == later.city
    for entry in main:
        assert month_number(entry.end or profile.as_of) - month_number(entry.start) >= 2
    low, high = MONTHS[profile.seniority]
    assert low <= profile.career_months <= high
    first_degree = min(study.end_year for study in profile.education)
    assert first_degree <= int(main[0].start[:4])
    assert int(main[0].start[:4]) - first_degree <= 4
    assert all(project.year >= int(main[0].start[:4]) for project in profile.projects)


def check_skills(profile: Profile) -> None:
    names = {skill.name for skill in profile.skills}
    assert len(names) == len(profile.skills)
    known = {skill.name for skill in crafts()[profile.profession].skills_in(profile.language)}
    assert names <= known
    for item in (*profile.experience, *profile.projects):
        assert item.technologies
        assert set(item.technologies) <= names
    for skill in profile.skills:
        used = [entry for entry in profile.experience if skill.name in entry.technologies]
        assert used
        if skill.years is not None:
            assert skill.years == worked_months(used, profile.as_of) // 12


def check_words(profile: Profile) -> None:
    bullets = [bullet for entry in profile.experience for bullet in entry.bullets]
    assert len(set(bullets)) == len(bullets)
    assert all(len(entry.bullets) >= 2 for entry in profile.experience)
    for text in printed(profile):
        assert not set(text) & set("[]{}|~<>")
    assert all(text[0] == text[0].upper() for text in prose(profile))
    # a product that the text names is one the person has: "who knows X" has one truth
    tools = {skill.name for craft in crafts().values() for skill in craft.skills_in(profile.language) if skill.is_tool}
    missing = tools - {skill.name for skill in profile.skills}
    for text in prose(profile):
        assert not [tool for tool in missing if search(rf"\b{tool}\b", text)], text


def test_thirty_cvs_do_not_repeat_each_other() -> None:
    for seed in range(5):
        dataset = [shingles(profile) for profile in people(seed)]
        for number, own in enumerate(dataset):
            others = set[tuple[str, ...]]().union(*dataset[:number], *dataset[number + 1 :])
            assert len(own & others) / len(own) < 0.15


def test_even_two_hundred_cvs_share_few_sentences() -> None:
    dataset = [set(prose(profile)) for profile in people(2, 200)]
    sentences = [sentence for own in dataset for sentence in own]
    assert len(set(sentences)) / len(sentences) > 0.85


def test_some_employers_have_several_people() -> None:
    employers = [{entry.employer for entry in profile.experience} for profile in people(1, 30)]
    shared = {name for own in employers for name in own if sum(name in other for other in employers) > 1}
    assert shared


@pytest.mark.parametrize("hash_seed", ["0", "12345"])
def test_same_bytes_in_any_process(hash_seed: str) -> None:
    program = "from tests.cv_generation.people import people; import sys; sys.stdout.write(''.join(one.to_json() for one in people(4, 12)))"
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONUTF8": "1"},
    )
    assert run.stdout.decode() == "".join(profile.to_json() for profile in people(4, 12))


def test_gender_reaches_the_words() -> None:
    for brief in briefs(1, 200):
        if brief.language == "es" and brief.profession == "data-engineer":
            title = compose(brief).experience[0].role
            assert title.startswith("Responsable") or (title.startswith("Ingeniera") == (brief.pronoun == "she"))
