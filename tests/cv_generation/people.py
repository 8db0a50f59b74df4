"""Profiles and briefs for tests: the offline writer's, by seed, and ways to take them apart."""

from collections.abc import Iterator
from re import findall

from cv_generation.briefs import DEFAULT_SEED, Brief, Wishes, plan
from cv_generation.profiles import Language, Profile
from cv_generation.render.html import template_names
from cv_generation.writer.offline import compose


def briefs(
    seed: int = DEFAULT_SEED, count: int = 30, languages: tuple[Language, ...] = (), professions: tuple[str, ...] = ()
) -> list[Brief]:
    return plan(Wishes(seed, count, template_names(), languages, professions))


def people(seed: int = DEFAULT_SEED, count: int = 30) -> list[Profile]:
    return [compose(brief) for brief in briefs(seed, count)]


def prose(profile: Profile) -> Iterator[str]:
    """Every sentence that somebody would have written by hand."""
    yield profile.summary
    for entry in profile.experience:
        yield from entry.bullets
    for project in profile.projects:
        yield project.description


def shingles(profile: Profile, length: int = 6) -> set[tuple[str, ...]]:
    """Every run of so many words within a sentence."""
    found: set[tuple[str, ...]] = set()
    for text in prose(profile):
        words = findall(r"\w+", text.lower())
        found.update(tuple(words[at : at + length]) for at in range(len(words) - length + 1))
    return found


def printed(profile: Profile) -> Iterator[str]:
    """Every text that the PDF must show, months aside."""
    yield from (profile.name, profile.headline, profile.contact.phone, profile.contact.email, profile.location.city)
    yield from prose(profile)
    for entry in profile.experience:
        yield from (entry.role, entry.employer, entry.city, *entry.technologies)
    for study in profile.education:
        yield from (study.degree, study.institution, str(study.start_year), str(study.end_year))
        if study.note:
            yield study.note
    for skill in profile.skills:
        yield skill.name
    for item in (*profile.languages, *profile.certifications, *profile.projects):
        yield item.name
    for certification in profile.certifications:
        yield certification.issuer
