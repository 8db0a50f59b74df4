"""The thirty CVs of the repository: complete, small, and exactly what `python -m cv_generation all --writer offline` writes."""

from pathlib import Path

import pypdfium2

from cv_generation.cli import DEFAULT_FOLDER
from cv_generation.profiles import Language
from cv_generation.render.html import fingerprint, to_html
from cv_generation.shelf import Shelf
from tests.cv_generation.people import people

SHELF = Shelf(DEFAULT_FOLDER)


def test_the_profiles_are_what_the_generator_writes() -> None:
    assert {path.name: path.read_text(encoding="utf-8") for path in DEFAULT_FOLDER.glob("*.json")} == {
        f"{profile.cv_id}.json": profile.to_json() for profile in people()
    }


def test_every_profile_has_its_pdf() -> None:
    assert {path.stem for path in DEFAULT_FOLDER.glob("*.pdf")} == {profile.cv_id for profile in people()}
    for profile in people():
        assert SHELF.has_pdf_of(profile.cv_id, fingerprint(to_html(profile))), f"{profile.cv_id}: run python -m cv_generation render"


def test_the_pdfs_are_small_readable_and_about_the_right_person() -> None:
    for profile in people():
        path: Path = SHELF.pdf_path(profile.cv_id)
        assert path.stat().st_size < 60_000
        document = pypdfium2.PdfDocument(path)
        assert profile.name in document[0].get_textpage().get_text_range()
        document.close()


def test_the_set_is_varied() -> None:
    dataset = people()
    assert {profile.language for profile in dataset} == set(Language)
    assert len({profile.profession for profile in dataset}) == 18
    assert len({profile.presentation.template for profile in dataset}) == 10
