"""A resume told as text: headings and sentences that a model can read and quote. Pure.

`resume_file.py` calls it. Nothing that the resume says is left out: what has no sentence of its own is told under its own name.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from app.infrastructure.context.resume_schema import (
    Award,
    Basics,
    Certificate,
    Education,
    Entry,
    Language,
    Part,
    Project,
    Publication,
    Reference,
    Resume,
    Topic,
    Volunteer,
    Work,
)


def resume_as_text(resume: Resume) -> str:
    """The resume's sections as Markdown-like text, the name first; empty if nothing stands in it."""
    sections = [
        ("Profile", _lines(_basics(resume.basics))),
        ("Experience", _entries(map(_work, resume.work))),
        ("Volunteering", _entries(map(_volunteer, resume.volunteer))),
        ("Education", _entries(map(_education, resume.education))),
        ("Projects", _entries(map(_project, resume.projects))),
        ("Skills", _lines(map(_topic, resume.skills))),
        ("Languages", _lines(map(_language, resume.languages))),
        ("Certificates", _lines(map(_certificate, resume.certificates))),
        ("Awards", _lines(map(_award, resume.awards))),
        ("Publications", _lines(map(_publication, resume.publications))),
        ("Interests", _lines(map(_topic, resume.interests))),
        ("References", _lines(map(_reference, resume.references))),
        *((_in_words(name), _freely(value)) for name, value in resume.others.items()),
    ]
    told = [f"## {title}\n\n{body}" for title, body in sections if body]
    return "\n\n".join([f"# {resume.basics.name or 'Resume'}", *told]) + "\n" if told else ""


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(line for line in lines if line)


def _entries(entries: Iterable[Iterable[str]]) -> str:
    return "\n\n".join(filter(None, map(_lines, entries)))


def _basics(basics: Basics) -> Iterator[str]:
    yield basics.summary
    yield _sentence(basics.label)
    home = basics.location
    place = _listed(home.address, home.postal_code, home.city, home.region, home.country_code)
    yield _sentence(_apart("Lives in ", place))
    yield _sentence(_apart("Contact: ", _listed(basics.email, basics.phone, basics.url)))
    for profile in basics.profiles:
        yield _sentence(profile.network, _apart(": ", profile.username), _apart(", ", profile.url), _others(profile))
    yield from _more(home)
    yield from _more(basics)


def _work(work: Work) -> Iterator[str]:
    verb = "Worked" if work.end_date else "Works"
    place = _apart(" at ", work.name) + _apart(" in ", work.location)
    yield _sentence(verb, _apart(" as ", work.position), place, _period(work.start_date, work.end_date))
    yield work.description
    yield from _told(work)


def _volunteer(work: Volunteer) -> Iterator[str]:
    verb = "Volunteered" if work.end_date else "Volunteers"
    yield _sentence(verb, _apart(" as ", work.position), _apart(" at ", work.organization), _period(work.start_date, work.end_date))
    yield from _told(work)


def _project(project: Project) -> Iterator[str]:
    roles = _apart(", as ", _listed(*project.roles)) + _apart(", for ", project.entity)
    yield _sentence(f"Project {project.name}".rstrip(), roles, _period(project.start_date, project.end_date))
    yield project.description
    yield from _told(project)


def _told(entry: Entry) -> Iterator[str]:
    yield entry.summary
    for highlight in entry.highlights:
        yield _apart("- ", highlight)
    yield _sentence(_apart("With ", _listed(*entry.keywords)))
    yield _sentence(_apart("Address: ", entry.url))
    yield from _more(entry)


def _education(education: Education) -> Iterator[str]:
    degree = _apart(", ", education.study_type)
    studies = ("Studied", _apart(" ", education.area), _apart(" at ", education.institution), degree)
    yield _sentence(*studies, _period(education.start_date, education.end_date), _apart(", result ", education.score))
    yield _sentence(_apart("Courses: ", _listed(*education.courses)))
    yield _sentence(_apart("Address: ", education.url))
    yield from _more(education)


def _topic(topic: Topic) -> str:
    level = f" ({topic.level})" if topic.level else ""
    return _sentence(topic.name, level, _apart(": ", _listed(*topic.keywords)), _others(topic))


def _publication(published: Publication) -> str:
    what = f"“{published.name}”" if published.name else ""
    said = (_apart(", ", published.publisher), _in(published.release_date), _apart(": ", published.summary), _apart(", ", published.url))
    return _sentence(what, *said, _others(published))


def _language(spoken: Language) -> str:
    return _sentence("Speaks ", spoken.language, _apart(": ", spoken.fluency), _others(spoken))


def _certificate(held: Certificate) -> str:
    return _sentence(held.name, _by(held.issuer), _in(held.date), _apart(", ", held.url), _others(held))


def _award(won: Award) -> str:
    return _sentence(won.title, _by(won.awarder), _in(won.date), _apart(": ", won.summary), _others(won))


def _reference(given: Reference) -> str:
    return _sentence(given.name, _apart(": ", given.reference), _others(given))


def _more(part: Part) -> Iterator[str]:
    """What a part says under names of its own, a sentence each."""
    for name, value in part.others.items():
        yield _sentence(_apart(f"{_in_words(name)}: ", _plainly(value)))


def _others(part: Part) -> str:
    """The same within a sentence."""
    return "".join(_apart(f"; {_in_words(name).lower()}: ", _plainly(value)) for name, value in part.others.items())


def _plainly(value: Any) -> str:
    """Any JSON on one line."""
    if isinstance(value, Mapping):
        named = cast("Mapping[str, Any]", value)
        return ", ".join(f"{_in_words(name).lower()} {text}" for name, inner in named.items() if (text := _plainly(inner)))
    if isinstance(value, list):
        return ", ".join(text for inner in cast("list[Any]", value) if (text := _plainly(inner)))
    return "" if value is None else " ".join(str(value).split())


def _freely(value: Any) -> str:
    """A section that nobody foresaw: a line for each thing in it."""
    if isinstance(value, list):
        return _lines(_apart("- ", _plainly(inner)) for inner in cast("list[Any]", value))
    if isinstance(value, Mapping):
        named = cast("Mapping[str, Any]", value)
        return _lines(_apart(f"- {_in_words(name)}: ", _plainly(inner)) for name, inner in named.items())
    return str(value).strip() if value is not None else ""


def _in_words(name: str) -> str:
    """`openSource` and `open_source` are `Open source`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ").replace("-", " ").split()
    return " ".join(words).capitalize() if words else "More"


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
