"""A JSON Resume (jsonresume.org, schema 1.0) told as text: headings and sentences that a model can read and quote. Pure.

`FullResume` calls it. Lenient where real files are: sections may be missing, values null, years numbers, unknown keys are passed
over. What has the wrong shape raises `InvalidResume`, which says where.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, cast

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel


class InvalidResume(ValueError):
    """The file is not a JSON Resume. The sentence begins with the place: `line 7: ...` or `work[0].highlights: ...`."""


class _Part(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, coerce_numbers_to_str=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_missing(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {key: value for key, value in cast("dict[str, Any]", data).items() if value is not None}


class _Location(_Part):
    city: str = ""
    region: str = ""
    country_code: str = ""


class _Profile(_Part):
    network: str = ""
    username: str = ""
    url: str = ""


class _Basics(_Part):
    name: str = ""
    label: str = ""
    email: str = ""
    phone: str = ""
    url: str = Field(default="", validation_alias=AliasChoices("url", "website"))
    summary: str = ""
    location: _Location = _Location()
    profiles: list[_Profile] = []


class _Entry(_Part):
    """What work, volunteering and projects have in common."""

    start_date: str = ""
    end_date: str = ""
    summary: str = ""
    highlights: list[str] = []


class _Work(_Entry):
    name: str = Field(default="", validation_alias=AliasChoices("name", "company"))
    position: str = ""
    location: str = ""


class _Volunteer(_Entry):
    organization: str = ""
    position: str = ""


class _Project(_Entry):
    name: str = ""
    description: str = ""
    keywords: list[str] = []
    roles: list[str] = []
    url: str = ""


class _Education(_Part):
    institution: str = ""
    area: str = ""
    study_type: str = ""
    start_date: str = ""
    end_date: str = ""
    score: str = Field(default="", validation_alias=AliasChoices("score", "gpa"))
    courses: list[str] = []


class _Topic(_Part):
    """A skill or an interest."""

    name: str = ""
    level: str = ""
    keywords: list[str] = []


class _Language(_Part):
    language: str = ""
    fluency: str = ""


class _Certificate(_Part):
    name: str = ""
    date: str = ""
    issuer: str = ""


class _Award(_Part):
    title: str = ""
    date: str = ""
    awarder: str = ""
    summary: str = ""


class _Publication(_Part):
    name: str = ""
    publisher: str = ""
    release_date: str = ""
    summary: str = ""


class _Reference(_Part):
    name: str = ""
    reference: str = ""


class _Resume(_Part):
    basics: _Basics = _Basics()
    work: list[_Work] = []
    volunteer: list[_Volunteer] = []
    education: list[_Education] = []
    projects: list[_Project] = []
    skills: list[_Topic] = []
    languages: list[_Language] = []
    certificates: list[_Certificate] = []
    awards: list[_Award] = []
    publications: list[_Publication] = []
    interests: list[_Topic] = []
    references: list[_Reference] = []


def resume_as_text(content: str) -> str:
    """The resume's sections as Markdown-like text, the name first. Raises `InvalidResume`."""
    resume = _parse(content)
    sections = [
        ("Profile", _lines(_basics(resume.basics))),
        ("Experience", _entries(map(_work, resume.work))),
        ("Volunteering", _entries(map(_volunteer, resume.volunteer))),
        ("Education", _entries(map(_education, resume.education))),
        ("Projects", _entries(map(_project, resume.projects))),
        ("Skills", _lines(map(_topic, resume.skills))),
        ("Languages", _lines(_sentence("Speaks ", spoken.language, _apart(": ", spoken.fluency)) for spoken in resume.languages)),
        ("Certificates", _lines(_sentence(held.name, _by(held.issuer), _in(held.date)) for held in resume.certificates)),
        ("Awards", _lines(_sentence(won.title, _by(won.awarder), _in(won.date), _apart(": ", won.summary)) for won in resume.awards)),
        ("Publications", _lines(map(_publication, resume.publications))),
        ("Interests", _lines(map(_topic, resume.interests))),
        ("References", _lines(_sentence(given.name, _apart(": ", given.reference)) for given in resume.references)),
    ]
    told = [f"## {title}\n\n{body}" for title, body in sections if body]
    if not told:
        raise InvalidResume("line 1: none of the sections of a JSON Resume (basics, work, education, skills ...) is there.")
    return "\n\n".join([f"# {resume.basics.name or 'Resume'}", *told]) + "\n"


def _parse(content: str) -> _Resume:
    try:
        return _Resume.model_validate(json.loads(content))
    except json.JSONDecodeError as error:
        raise InvalidResume(f"line {error.lineno}: this is not valid JSON ({error.msg}).") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidResume(f"{_place(first['loc'])}: {first['msg']}.") from error


def _place(location: tuple[str | int, ...]) -> str:
    if not location:
        return "line 1"
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location).lstrip(".")


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(line for line in lines if line)


def _entries(entries: Iterable[Iterable[str]]) -> str:
    return "\n\n".join(filter(None, map(_lines, entries)))


def _basics(basics: _Basics) -> Iterator[str]:
    yield basics.summary
    yield _sentence(basics.label)
    place = _listed(basics.location.city, basics.location.region, basics.location.country_code)
    yield _sentence(_apart("Lives in ", place))
    yield _sentence(_apart("Contact: ", _listed(basics.email, basics.phone, basics.url)))
    for profile in basics.profiles:
        yield _sentence(profile.network, _apart(": ", profile.username), _apart(", ", profile.url))


def _work(work: _Work) -> Iterator[str]:
    verb = "Worked" if work.end_date else "Works"
    place = _apart(" at ", work.name) + _apart(" in ", work.location)
    yield _sentence(verb, _apart(" as ", work.position), place, _period(work.start_date, work.end_date))
    yield from _told(work)


def _volunteer(work: _Volunteer) -> Iterator[str]:
    verb = "Volunteered" if work.end_date else "Volunteers"
    yield _sentence(verb, _apart(" as ", work.position), _apart(" at ", work.organization), _period(work.start_date, work.end_date))
    yield from _told(work)


def _project(project: _Project) -> Iterator[str]:
    roles = _apart(", as ", _listed(*project.roles))
    yield _sentence(f"Project {project.name}".rstrip(), roles, _period(project.start_date, project.end_date))
    yield project.description
    yield from _told(project)
    yield _sentence(_apart("Made with ", _listed(*project.keywords)))
    yield _sentence(_apart("Address: ", project.url))


def _told(entry: _Entry) -> Iterator[str]:
    yield entry.summary
    for highlight in entry.highlights:
        yield _apart("- ", highlight)


def _education(education: _Education) -> Iterator[str]:
    degree = _apart(", ", education.study_type)
    studies = ("Studied", _apart(" ", education.area), _apart(" at ", education.institution), degree)
    yield _sentence(*studies, _period(education.start_date, education.end_date), _apart(", result ", education.score))
    yield _sentence(_apart("Courses: ", _listed(*education.courses)))


def _topic(topic: _Topic) -> str:
    level = f" ({topic.level})" if topic.level else ""
    return _sentence(topic.name, level, _apart(": ", _listed(*topic.keywords)))


def _publication(published: _Publication) -> str:
    what = f"“{published.name}”" if published.name else ""
    return _sentence(what, _apart(", ", published.publisher), _in(published.release_date), _apart(": ", published.summary))


def _period(start: str, end: str) -> str:
    if start and end:
        return f" from {start} to {end}"
    return _apart(" since ", start) or _apart(" until ", end)


def _by(issuer: str) -> str:
    return _apart(", awarded by ", issuer)


def _in(date: str) -> str:
    return f" ({date})" if date else ""


def _listed(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _apart(before: str, text: str) -> str:
    """The text with what separates it from the words before; nothing for nothing."""
    return before + text if text else ""


def _sentence(*parts: str) -> str:
    text = "".join(parts)
    return text if not text or text.endswith((".", "!", "?", "…")) else f"{text}."
