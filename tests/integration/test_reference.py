"""`/docs` and `/redoc`: whatever the pages name is there, as it was released, and small on the wire. That a browser shows them: front/test/e2e/reference.spec.ts."""

import re
from collections.abc import AsyncGenerator

import httpx
import pytest

from app.infrastructure.web import reference
from app.infrastructure.web.application import bare_application


@pytest.fixture
async def browser() -> AsyncGenerator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(bare_application("1"))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.mark.parametrize(
    ("page", "named"),
    [
        ("/docs", ["/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js", "/docs/start.js"]),
        ("/redoc", ["/openapi.json", "/redoc/redoc.standalone.js"]),
    ],
)
async def test_everything_that_a_page_names_is_there(browser: httpx.AsyncClient, page: str, named: list[str]) -> None:
    text = (await browser.get(page)).text
    assert re.findall(r'(?:src|href|spec-url)="(?!data:)([^"]+)"', text) == named
    for address in named:
        answer = await browser.get(address)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(("text/css", "text/javascript", "application/json"))


async def test_files_come_compressed_or_plain_and_once(browser: httpx.AsyncClient) -> None:
    for address, (file, media_type) in reference.CARRIED.items():
        packed = await browser.get(address, headers={"Accept-Encoding": "gzip, br"})
        plain = await browser.get(address, headers={"Accept-Encoding": "gzip;q=0"})
        assert packed.content == plain.content == file.read_bytes()
        assert (packed.headers["content-encoding"], plain.headers.get("content-encoding")) == ("gzip", None)
        assert packed.headers["content-type"].startswith(media_type)
        again = await browser.get(address, headers={"If-None-Match": packed.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


async def test_the_bundles_name_no_place_that_they_load_from(browser: httpx.AsyncClient) -> None:
    """Redoc as released loads its maker's logo; the carrier has it beside the page. Swagger UI asks a validator unless it is told not to."""
    bundle = (await browser.get("/redoc/redoc.standalone.js")).text
    assert "cdn.redoc.ly" not in bundle
    assert "/logo-mini.svg" in bundle
    assert "validatorUrl: null" in (await browser.get("/docs/start.js")).text


@pytest.mark.parametrize(
    "address", ["/docs/", "/docs/../openapi.json/x", "/redoc/", "/redoc/%2e%2e/fastapi/LICENSE", "/docs/swagger-ui.css.map"]
)
async def test_nothing_beside_them_is_served(browser: httpx.AsyncClient, address: str) -> None:
    assert (await browser.get(address)).status_code == 404
