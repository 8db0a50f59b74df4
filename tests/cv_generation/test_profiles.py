"""A profile refuses what no life can be."""

import json

import pytest
from pydantic import ValidationError

from cv_generation.profiles import Experience, Profile, worked_months
from tests.cv_generation.people import people


def entry(start: str, end: str | None, **more: object) -> dict[str, object]:
    return {"employer": "E", "role": f"R{start}", "city": "C", "start": start, "end": end, "bullets": ["b"], "technologies": [], **more}


def profile_with(*experience: dict[str, object], **changes: object) -> Profile:
    raw = json.loads(people(count=1)[0].to_json())
    skills = [{"name": name, "canonical": name, "years": None} for name in "abc"]
    return Profile.model_validate({**raw, "skills": skills, "projects": [], "certifications": [], "experience": experience, **changes})


def test_reads_back_what_it_wrote() -> None:
    for profile in people():
        assert Profile.model_validate_json(profile.to_json()) == profile


def test_leaving_and_starting_may_share_a_month() -> None:
    profile_with(entry("2020-01", "2022-05"), entry("2022-05", None))


def test_orders_positions_newest_first() -> None:
    profile = profile_with(entry("2015-01", "2017-01"), entry("2021-01", None), entry("2018-01", "2020-12"))
    assert [one.start for one in profile.experience] == ["2021-01", "2018-01", "2015-01"]


@pytest.mark.parametrize(
    ("experience", "complaint"),
    [
        ((entry("2020-01", "2022-05"), entry("2022-04", None)), "overlaps"),
        ((entry("2020-01", None), entry("2021-01", "2021-06")), "overlaps"),
        ((entry("2020-05", "2020-04"),), "before it starts"),
        ((entry("2020-05", "2031-01"),), "lies after 2026-11"),
        ((entry("2020-13", None),), "pattern"),
    ],
)
def test_refuses_impossible_dates(experience: tuple[dict[str, object], ...], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        profile_with(*experience)


def test_side_work_may_overlap() -> None:
    profile_with(entry("2020-01", None), entry("2021-01", "2021-06", concurrent=True))


def test_refuses_skills_older_than_the_career() -> None:
    skills = [{"name": name, "canonical": name, "years": 9} for name in "abc"]
    with pytest.raises(ValidationError, match="9 years"):
        profile_with(entry("2020-01", None), skills=skills)


def test_counts_a_month_once() -> None:
    spans = [Experience.model_validate(one) for one in (entry("2020-01", "2020-12"), entry("2020-06", "2021-03"))]
    assert worked_months(spans, "2026-11") == 15
