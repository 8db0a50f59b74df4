"""The sections of a resume, checked: a JSON Resume (jsonresume.org, schema 1.0), or the simpler names that people write by hand. Pure.

`resume_text.py` tells what is here. Lenient where real files are: sections may be missing, values null, years numbers, a skill a word; what is
not known by name is kept, and told under its own. What has the wrong shape raises pydantic's `ValidationError`.

Simpler names: `experience` is `work`, `certifications` are `certificates`; name, title, email, phone, location and summary may stand at the top; `company`,
`title`, `role`, `school`, `degree`, `start`, `end`, `description`, `technologies` and their like are understood where they stand.
"""

from collections.abc import Mapping
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel

SILENT = frozenset(("$schema", "meta", "image", "picture", "photo"))
"""Said for programs and eyes, not for whoever answers questions."""


_LISTS = ("highlights", "keywords", "roles", "courses")
"""Where one line is as good as a list of one."""

_TOP = (
    "name",
    "label",
    "title",
    "headline",
    "email",
    "phone",
    "location",
    "url",
    "website",
    "summary",
    "profile",
    "about",
    "contact",
    "personal",
)

_DATES = {
    "start": "startDate",
    "start_date": "startDate",
    "from": "startDate",
    "end": "endDate",
    "end_date": "endDate",
    "to": "endDate",
}
_ENTRY = _DATES | {
    "achievements": "highlights",
    "responsibilities": "highlights",
    "accomplishments": "highlights",
    "bullets": "highlights",
    "technologies": "keywords",
    "tech": "keywords",
    "stack": "keywords",
    "skills": "keywords",
}
_SIMPLER: Mapping[str, Mapping[str, str]] = {
    "Resume": {
        "experience": "work",
        "work_experience": "work",
        "workExperience": "work",
        "employment": "work",
        "jobs": "work",
        "certifications": "certificates",
        "volunteering": "volunteer",
    },
    "Basics": {"title": "label", "headline": "label", "website": "url", "profile": "summary", "about": "summary"},
    "Work": _ENTRY | {"company": "name", "employer": "name", "organization": "name", "title": "position", "role": "position"},
    "Volunteer": _ENTRY | {"name": "organization", "title": "position", "role": "position", "description": "summary"},
    "Project": _ENTRY | {"title": "name", "link": "url"},
    "Education": _DATES
    | {
        "school": "institution",
        "university": "institution",
        "degree": "studyType",
        "field": "area",
        "major": "area",
        "subject": "area",
        "year": "endDate",
        "graduation": "endDate",
        "gpa": "score",
        "grade": "score",
    },
    "Topic": {"category": "name", "items": "keywords", "skill": "name"},
    "Language": {"name": "language", "level": "fluency", "proficiency": "fluency"},
    "Certificate": {"title": "name", "organization": "issuer", "year": "date"},
    "Award": {"name": "title", "issuer": "awarder", "year": "date"},
    "Publication": {"title": "name", "date": "releaseDate", "year": "releaseDate"},
}
_WORDS = {
    "Location": "city",
    "Topic": "name",
    "Language": "language",
    "Certificate": "name",
    "Award": "title",
    "Publication": "name",
    "Project": "name",
    "Reference": "reference",
    "Profile": "url",
    "Education": "institution",
}
"""A section may be a list of plain words: what each is."""


class Part(BaseModel):
    """A piece of a resume. `_SIMPLER` says what else its fields may be called; `_WORDS` which field a plain word stands for."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, coerce_numbers_to_str=True, extra="allow")

    @model_validator(mode="before")
    @classmethod
    def _as_people_write(cls, data: Any) -> Any:
        if isinstance(data, str) and (word := _WORDS.get(cls.__name__)):
            return {word: data}
        if not isinstance(data, dict):
            return data
        given = {key: value for key, value in cast("dict[str, Any]", data).items() if value is not None and key not in SILENT}
        for simpler, name in _SIMPLER.get(cls.__name__, {}).items():
            if simpler in given and name not in given:
                given[name] = given.pop(simpler)
        for name in _LISTS:
            if isinstance(given.get(name), str):
                given[name] = [given[name]]
        return given

    @property
    def others(self) -> Mapping[str, Any]:
        """What stands there under names of its own."""
        return self.model_extra or {}


class Location(Part):
    """Where somebody lives; a plain word is the city."""

    address: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country_code: str = ""


class Profile(Part):
    """A page of the person's elsewhere; a plain word is its address."""

    network: str = ""
    username: str = ""
    url: str = ""


class Basics(Part):
    """Who it is, what they call themselves (`label`), and how to reach them."""

    name: str = ""
    label: str = ""
    email: str = ""
    phone: str = ""
    url: str = ""
    summary: str = ""
    location: Location = Location()
    profiles: list[Profile] = []


class Entry(Part):
    """What work, volunteering and projects have in common."""

    start_date: str = ""
    end_date: str = ""
    summary: str = ""
    highlights: list[str] = []
    keywords: list[str] = []
    url: str = ""


class Work(Entry):
    """A job: `name` is the employer."""

    name: str = ""
    position: str = ""
    location: str = ""
    description: str = ""


class Volunteer(Entry):
    """Unpaid work."""

    organization: str = ""
    position: str = ""


class Project(Entry):
    """`entity` is the company or body it was made in or for; a plain word is the name."""

    name: str = ""
    description: str = ""
    entity: str = ""
    roles: list[str] = []


class Education(Part):
    """Studies: `study_type` is the degree, `area` its subject; a plain word is the institution."""

    institution: str = ""
    area: str = ""
    study_type: str = ""
    start_date: str = ""
    end_date: str = ""
    score: str = ""
    courses: list[str] = []
    url: str = ""


class Topic(Part):
    """A skill or an interest."""

    name: str = ""
    level: str = ""
    keywords: list[str] = []


class Language(Part):
    """`fluency` is in anybody's words, not on a scale; a plain word is the language."""

    language: str = ""
    fluency: str = ""


class Certificate(Part):
    """Something passed, and who says so; a plain word is the name."""

    name: str = ""
    date: str = ""
    issuer: str = ""
    url: str = ""


class Award(Part):
    """`awarder` gave it; a plain word is the title."""

    title: str = ""
    date: str = ""
    awarder: str = ""
    summary: str = ""


class Publication(Part):
    """`name` is the title of the work; so is a plain word."""

    name: str = ""
    publisher: str = ""
    release_date: str = ""
    summary: str = ""
    url: str = ""


class Reference(Part):
    """What somebody (`name`) says about the person; a plain word is what is said."""

    name: str = ""
    reference: str = ""


class Resume(Part):
    """A whole resume."""

    basics: Basics = Basics()
    work: list[Work] = []
    volunteer: list[Volunteer] = []
    education: list[Education] = []
    projects: list[Project] = []
    skills: list[Topic] = []
    languages: list[Language] = []
    certificates: list[Certificate] = []
    awards: list[Award] = []
    publications: list[Publication] = []
    interests: list[Topic] = []
    references: list[Reference] = []

    @model_validator(mode="before")
    @classmethod
    def _as_people_order(cls, data: Any) -> Any:
        """Whose resume it is may stand at the top; skills may stand in groups by name."""
        if not isinstance(data, dict):
            return data
        given = dict(cast("dict[str, Any]", data))
        top = {name: given.pop(name) for name in _TOP if isinstance(given.get(name), str | dict)}
        if top and isinstance(given.get("basics", {}), dict):
            given["basics"] = {**top, **given.get("basics", {})}
        for name in ("skills", "interests"):
            if isinstance(groups := given.get(name), dict):
                given[name] = [_group(group, words) for group, words in cast("dict[str, Any]", groups).items()]
        return given


def _group(name: str, words: Any) -> Any:
    return {"name": name, "keywords": words}
