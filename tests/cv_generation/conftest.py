"""Where WeasyPrint can't load its system libraries, the tests that print PDFs are skipped by name; all others run."""

import asyncio
from pathlib import Path

import pytest

from cv_generation.render.pdf import RendererMissing, press


@pytest.fixture(scope="session")
def pdf_renderer(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Asks for a machine that can print."""

    async def attempt(pdf: Path) -> None:
        async with press() as one:
            await one.print("<p>x", "00", pdf)

    try:
        asyncio.run(attempt(tmp_path_factory.mktemp("attempt") / "x.pdf"))
    except RendererMissing as missing:
        pytest.skip(str(missing))
