"""A profile as one self-contained HTML page: no scripts, no links to files, fonts by generic fallback.

Same profile and templates, same text: its hash (`fingerprint`) tells whether a PDF was made from it.
"""

from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from cv_generation.profiles import Profile
from cv_generation.render.portrait import portrait
from cv_generation.render.wording import WORDINGS

_SUFFIX = ".html.j2"


class NoSuchTemplate(Exception):
    """A template's name that isn't in the folder."""


@cache
def template_names() -> tuple[str, ...]:
    """Every template, by name."""
    folder = files("cv_generation.render").joinpath("templates")
    names = [entry.name for entry in folder.iterdir()]
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX) and not name.startswith("_")))


def to_html(profile: Profile) -> str:
    """The page. Raises `NoSuchTemplate`."""
    name = profile.presentation.template
    if name not in template_names():
        raise NoSuchTemplate(f"{profile.cv_id} asks for the template {name!r}; there are {', '.join(template_names())}")
    return (
        _environment()
        .get_template(name + _SUFFIX)
        .render(
            cv=profile,
            look=profile.presentation,
            words=WORDINGS[profile.language],
            photo=Markup(portrait(profile)) if profile.presentation.photo else "",  # noqa: S704  made of constants only
        )
    )


def fingerprint(html: str) -> str:
    """What identifies the page, and goes into its PDF as the file identifier."""
    return sha256(html.encode()).hexdigest()[:32]


def mix(colour: str, share: float, other: str = "#ffffff") -> str:
    """`share` of the colour and the rest of the other one: tints that PDF printers need no transparency for."""
    pairs = [(int(colour[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(one * share + two * (1 - share)):02x}" for one, two in pairs)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("cv_generation.render"),
        autoescape=select_autoescape(default_for_string=True, default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["mix"] = mix  # pyright: ignore[reportArgumentType]  the type is inferred from jinja's own filters
    return environment
