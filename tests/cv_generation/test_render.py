"""Pages and PDFs: everything the profile says is in them, each template has its own face, nothing hangs."""

import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from re import sub
from typing import Any

import psutil
import pypdfium2
import pytest

from cv_generation.profiles import DateStyle, Profile
from cv_generation.render.html import NoSuchTemplate, fingerprint, template_names, to_html
from cv_generation.render.pdf import CHILD, RendererMissing, RenderFailed, press
from cv_generation.render.wording import WORDINGS
from tests.cv_generation.people import people, printed

pytestmark = pytest.mark.usefixtures("pdf_renderer")


def looking(profile: Profile, **look: object) -> Profile:
    return profile.model_copy(update={"presentation": profile.presentation.model_copy(update=look)})


async def print_all(profiles: Sequence[Profile], folder: Path) -> list[Path]:
    paths = [folder / f"{number}-{profile.cv_id}.pdf" for number, profile in enumerate(profiles)]
    async with press() as one:
        for profile, path in zip(profiles, paths, strict=True):
            html = to_html(profile)
            await one.print(html, fingerprint(html), path)
    return paths


def pdf_text(path: Path) -> list[str]:
    document = pypdfium2.PdfDocument(path)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def squeezed(text: str) -> str:
    return sub(r"\s+", "", text)


@pytest.fixture(scope="module")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Profile, Path]]:
    """Thirty people, so that each template meets three of them."""
    profiles = people(11, 30)
    paths = asyncio.run(print_all(profiles, tmp_path_factory.mktemp("sheets")))
    return list(zip(profiles, paths, strict=True))


def test_pdfs_say_what_the_profiles_say(sheets: list[tuple[Profile, Path]]) -> None:
    for profile, path in sheets:
        text = squeezed(" ".join(pdf_text(path)))
        for fact in printed(profile):
            assert squeezed(fact) in text, (profile.cv_id, profile.presentation.template, fact)


def test_periods_are_printed_in_the_profiles_style(sheets: list[tuple[Profile, Path]]) -> None:
    for profile, path in sheets:
        text = squeezed(" ".join(pdf_text(path)))
        for entry in profile.experience:
            assert squeezed(WORDINGS[profile.language].period(entry, profile.presentation.date_style)) in text


def test_addresses_are_never_broken(sheets: list[tuple[Profile, Path]]) -> None:
    for profile, path in sheets:
        assert profile.contact.email in pdf_text(path)[0], profile.presentation.template
        assert profile.name in pdf_text(path)[0]


def test_one_to_three_pages_and_small(sheets: list[tuple[Profile, Path]]) -> None:
    lengths = {len(pdf_text(path)) for _, path in sheets}
    assert {1, 2} <= lengths <= {1, 2, 3}
    assert max(path.stat().st_size for _, path in sheets) < 60_000


def test_no_page_is_empty(sheets: list[tuple[Profile, Path]]) -> None:
    for profile, path in sheets:
        for text in pdf_text(path):
            assert len(text) > 30, profile.presentation.template


async def test_a_long_career_takes_three_pages(tmp_path: Path) -> None:
    profile = next(one for one in people(5, 60) if one.seniority == "lead" and len(one.experience) >= 5)
    [path] = await print_all([looking(profile, template="dossier", photo=True)], tmp_path)
    assert len(pdf_text(path)) == 3


async def test_templates_look_different(tmp_path: Path) -> None:
    assert len(template_names()) >= 8
    profile = people(1, 1)[0]
    paths = await print_all([looking(profile, template=name, photo=True) for name in template_names()], tmp_path)
    pictures = [thumbnail(path) for path in paths]
    for number, one in enumerate(pictures):
        for other in pictures[:number]:
            assert sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one) > 5


def thumbnail(path: Path) -> bytes:
    document = pypdfium2.PdfDocument(path)
    page: Any = document[0]
    picture: bytes = page.render(scale=0.25).to_pil().convert("L").resize((60, 85)).tobytes()
    document.close()
    return picture


async def test_the_same_profile_gives_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    once = await print_all(people(2, 4), tmp_path / "a")
    again = await print_all(people(2, 4), tmp_path / "b")
    assert [path.read_bytes() for path in once] == [path.read_bytes() for path in again]


def test_every_template_takes_every_extreme() -> None:
    for profile in people(9, 12):
        bare = profile.model_copy(update={"certifications": (), "projects": ()})
        for name in template_names():
            for style in DateStyle:
                assert profile.experience[0].employer.replace("&", "&amp;") in to_html(
                    looking(bare, template=name, date_style=style, photo=False)
                )


async def test_hostile_text_stays_text(tmp_path: Path) -> None:
    profile = people(1, 1)[0].model_copy(update={"summary": '</style><img src="file:///etc/passwd"> {{ 7*7 }} & <b>'})
    [path] = await print_all([profile], tmp_path)
    assert squeezed('<img src="file:///etc/passwd"> {{ 7*7 }} & <b>') in squeezed(" ".join(pdf_text(path)))


def test_an_unknown_template_is_named() -> None:
    with pytest.raises(NoSuchTemplate, match="asks for the template 'gothic'"):
        to_html(looking(people(1, 1)[0], template="gothic"))


def test_html_names_the_headings_in_the_cvs_language() -> None:
    for profile in people(1, 12):
        assert WORDINGS[profile.language].headings["experience"] in to_html(profile)


SLEEPER = (sys.executable, "-c", "import time; time.sleep(60)")
BROKEN = (sys.executable, "-c", "import sys; sys.stdin.readline(); sys.exit(3)")
_WITHOUT = """
import runpy, sys
class Refuse:
    def find_spec(self, name, *rest):
        if name == "weasyprint":
            raise {error}
sys.meta_path.insert(0, Refuse())
runpy.run_path({child!r}, run_name="__main__")
"""
BARE = (sys.executable, "-c", _WITHOUT.format(error="OSError('cannot load library libpango')", child=CHILD[-1]))
"""The real child on a machine without the system libraries."""
UNEQUIPPED = (sys.executable, "-c", _WITHOUT.format(error="ModuleNotFoundError('No module named weasyprint')", child=CHILD[-1]))
"""The same where the package isn't installed."""


async def test_a_layout_without_end_is_killed(tmp_path: Path) -> None:
    async with press(limit=0.3, child=SLEEPER) as one:
        before = time.monotonic()
        with pytest.raises(RenderFailed, match="not laid out within"):
            await one.print("<p>", "00", tmp_path / "x.pdf")
        assert time.monotonic() - before < 5
    alive = [child for child in psutil.Process().children(recursive=True) if child.status() != psutil.STATUS_ZOMBIE]
    assert not [child for child in alive if "time.sleep(60)" in " ".join(child.cmdline())]


async def test_a_renderer_in_an_endless_layout_dies_with_its_parent() -> None:
    program = "import time, weasyprint\nweasyprint.HTML = lambda **_: time.sleep(60)\n"
    endless = f"import runpy\n{program}runpy.run_path({CHILD[-1]!r}, run_name='__main__')"
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", endless, stdin=asyncio.subprocess.PIPE)
    assert child.stdin is not None
    child.stdin.write(b'{"html": "", "pdf": "x", "identifier": "00"}\n')
    await child.stdin.drain()
    child.stdin.close()
    assert await asyncio.wait_for(child.wait(), 20) == 0


async def test_a_press_prints_on_after_a_failure(tmp_path: Path) -> None:
    profile = people(1, 1)[0]
    async with press(limit=20) as one:
        with pytest.raises(RenderFailed, match=r"UnicodeEncodeError|ValueError|AttributeError"):
            await one.print("<p>x", "\udc80", tmp_path / "bad.pdf")
        assert await one.print(to_html(profile), fingerprint("x"), tmp_path / "good.pdf") >= 1


async def test_a_dying_renderer_is_said(tmp_path: Path) -> None:
    async with press(child=BROKEN) as one:
        with pytest.raises(RenderFailed, match="the renderer died"):
            await one.print("<p>", "00", tmp_path / "x.pdf")


async def test_missing_libraries_name_the_command(tmp_path: Path) -> None:
    async with press(child=BARE) as one:
        with pytest.raises(RendererMissing, match=r"libpango\).*apt-get install .*libpango-1.0-0.*brew install pango"):
            await one.print("<p>", "00", tmp_path / "x.pdf")
    async with press(child=UNEQUIPPED) as one:
        with pytest.raises(RendererMissing, match="uv sync --extra cvs"):
            await one.print("<p>", "00", tmp_path / "x.pdf")
