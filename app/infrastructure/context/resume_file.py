"""A resume file as text: JSON and YAML are checked and told in sentences, Markdown and text stay as they are, a PDF gives its lines.

`FullResume` calls it, in a thread. What the operator must mend is an `InvalidResume` that begins with the place: `line 7: ...` or
`work[0].highlights: ...`.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from app.infrastructure.context.resume_schema import Resume
from app.infrastructure.context.resume_text import resume_as_text

STRUCTURED = (".json", ".yaml", ".yml")
PLAIN = (".md", ".markdown", ".txt")
PDF = ".pdf"
FORMATS = (*STRUCTURED, *PLAIN, PDF)

KINDS = ".json or .yaml (JSON Resume, or simple sections), .md, .txt or .pdf"


class InvalidResume(ValueError):
    """The file is no resume. The sentence begins with the place."""


def structured_as_text(content: str, suffix: str) -> str:
    """A JSON or YAML resume in sentences. Raises `InvalidResume`."""
    data = _json(content) if suffix == ".json" else _yaml(content)
    try:
        text = resume_as_text(Resume.model_validate(data))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise InvalidResume(f"{_place(first['loc'])}: {_reason(first['msg'])}.") from error
    if not text:
        raise InvalidResume("line 1: none of a resume's sections (basics, work, education, skills ...) is there.")
    return text


def plain_as_text(content: str) -> str:
    """Text as it is. Raises `InvalidResume` if there is none."""
    if not content.strip():
        raise InvalidResume("line 1: the resume is empty.")
    return content


def pdf_as_text(path: Path) -> str:
    """A PDF's text. Raises `InvalidResume`, `OSError`."""
    from app.infrastructure.context.resume_pdf import NoText
    from app.infrastructure.context.resume_pdf import pdf_as_text as text_of

    try:
        return text_of(path)
    except NoText as error:
        raise InvalidResume(f"page 1: {error}.") from error


def _json(content: str) -> Any:
    try:
        return json.loads(content)
    except json.JSONDecodeError as error:
        raise InvalidResume(f"line {error.lineno}: this is not valid JSON ({error.msg}).") from error
    except RecursionError:
        raise InvalidResume("line 1: it is nested too deeply.") from None


def _yaml(content: str) -> Any:
    from app.infrastructure.context.plain_yaml import InvalidYaml, load

    try:
        return load(content)
    except InvalidYaml as error:
        raise InvalidResume(str(error)) from error


def _place(location: tuple[str | int, ...]) -> str:
    if not location:
        return "line 1"
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location).lstrip(".")


def _reason(message: str) -> str:
    return message.removeprefix("Value error, ").replace("valid dictionary or instance of ", "object: ")
