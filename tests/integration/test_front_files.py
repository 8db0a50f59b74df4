"""The page at `/`: served at every address it routes, kept or asked for again as browsers should, and never anything beside it."""

import gzip
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.infrastructure.web.front import pages

SCRIPT = "console.log('built')" * 100


@pytest.fixture
def build(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text('<div id="root"></div>')
    (folder / "favicon.svg").write_text("<svg/>")
    (folder / "assets" / "index-abc.js").write_text(SCRIPT)
    (folder / "assets" / "index-abc.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (tmp_path / "secret.txt").write_text("secret")
    return folder


def client(build: Path | None) -> httpx.AsyncClient:
    app = FastAPI()
    pages.install(app, build)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


@pytest.mark.parametrize("path", ["/", "/chat", "/chat/019aa3f2-7c1e-7d33-9f52-6a1c0f6f2b11", "/cvs", "/cvs/ada-example"])
async def test_the_page_stands_at_every_address_it_routes(build: Path, path: str) -> None:
    async with client(build) as browser:
        page = await browser.get(path)
    assert page.status_code == 200
    assert 'id="root"' in page.text
    assert page.headers["cache-control"] == "no-cache"


async def test_a_page_that_has_not_changed_is_not_sent_again(build: Path) -> None:
    async with client(build) as browser:
        first = await browser.get("/")
        again = await browser.get("/", headers={"If-None-Match": first.headers["etag"]})
        weak = await browser.get("/", headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert weak.status_code == 304


async def test_hashed_files_are_kept_and_come_compressed(build: Path) -> None:
    async with client(build) as browser:
        packed = await browser.get("/assets/index-abc.js", headers={"Accept-Encoding": "br, gzip"})
        plain = await browser.get("/assets/index-abc.js", headers={"Accept-Encoding": "gzip;q=0"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == plain.text == SCRIPT
    assert "content-encoding" not in plain.headers
    for answer in (packed, plain):
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["vary"] == "Accept-Encoding"


async def test_files_beside_the_page_are_served(build: Path) -> None:
    async with client(build) as browser:
        assert (await browser.get("/favicon.svg")).headers["content-type"] == "image/svg+xml"
        assert (await browser.head("/favicon.svg")).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../index.html",
        "/assets/..%2f..%2fsecret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "/assets/",
        "/assets",
        "/secret.txt",
        "/nope",
    ],
)
async def test_nothing_beside_the_build_is_served(build: Path, path: str) -> None:
    async with client(build) as browser:
        answer = await browser.get(path)
    assert answer.status_code in {404, 307}
    assert "secret" not in answer.text


async def test_without_a_build_the_page_says_how_to_make_one() -> None:
    async with client(None) as browser:
        page = await browser.get("/")
        elsewhere = await browser.get("/chat")
    assert "make front" in page.text
    assert elsewhere.status_code == 404
