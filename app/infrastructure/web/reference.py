"""`/docs` and `/redoc`: the API's reference for people, to try it and to read it, each under a content security policy of its own.

The pages are Swagger UI and Redoc. Their files come with the package `fastapi-standalone-docs`, which carries them and their licences as they were
released: nothing is loaded from elsewhere, so the reference works without the internet and tells nobody who reads it. `/openapi.json` says the same to
programs.

All routes here are public; `application.py` includes them.
"""

import gzip
import hashlib
from functools import cache
from pathlib import Path

import fastapi_standalone_docs
from fastapi import APIRouter
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.infrastructure.web.conditions import is_known
from app.infrastructure.web.front.files import takes

FILES = Path(fastapi_standalone_docs.__file__).parent / "static"

_COMMON = "img-src 'self' data:; font-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
SWAGGER_POLICY = f"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; {_COMMON}"
"""Both set styles inline. Trying a call out asks this server and no other."""
REDOC_POLICY = f"{SWAGGER_POLICY}; worker-src blob:"
"""Its search runs in a worker that it makes up itself."""

# Without `validatorUrl` Swagger UI would ask a server elsewhere to look at the document of every public deployment.
_START = 'window.ui = SwaggerUIBundle({ url: "/openapi.json", dom_id: "#reference", deepLinking: true, validatorUrl: null });\n'

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Chatbot SSE API</title>
  <link rel="icon" href="data:,">
{head}</head>
<body>
{body}</body>
</html>
"""
SWAGGER_PAGE = _PAGE.format(
    head='  <link rel="stylesheet" href="/docs/swagger-ui.css">\n',
    body=('  <div id="reference"></div>\n  <script src="/docs/swagger-ui-bundle.js"></script>\n  <script src="/docs/start.js"></script>\n'),
)
REDOC_PAGE = _PAGE.format(
    head="  <style>body { margin: 0; }</style>\n",
    body='  <redoc spec-url="/openapi.json"></redoc>\n  <script src="/redoc/redoc.standalone.js"></script>\n',
)

CARRIED = {
    "/docs/swagger-ui.css": (FILES / "swagger" / "swagger-ui.css", "text/css"),
    "/docs/swagger-ui-bundle.js": (FILES / "swagger" / "swagger-ui-bundle.js", "text/javascript"),
    "/docs/LICENSE": (FILES / "swagger" / "LICENSE", "text/plain"),
    "/redoc/redoc.standalone.js": (FILES / "redoc" / "redoc.standalone.js", "text/javascript"),
    "/redoc/redoc.standalone.js.LICENSE.txt": (FILES / "redoc" / "redoc.standalone.js.LICENSE.txt", "text/plain"),
    "/redoc/logo-mini.svg": (FILES / "redoc" / "logo-mini.svg", "image/svg+xml"),
}
"""What is served as it came, by address."""

ADDRESSES = frozenset({"/docs", "/docs/start.js", "/redoc", *CARRIED})
"""Everything here, for the list of what is public."""

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def docs() -> HTMLResponse:
    """Swagger UI: read the API and try it."""
    return _page(SWAGGER_PAGE, SWAGGER_POLICY)


@router.get("/redoc")
async def redoc() -> HTMLResponse:
    """Redoc: the same to be read, all on one page."""
    return _page(REDOC_PAGE, REDOC_POLICY)


@router.get("/docs/start.js")
async def start() -> Response:
    """In a file of its own: the policy allows no script inside the page."""
    return Response(_START, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


def carried(request: Request) -> Response:
    """A file of `CARRIED`, compressed for who takes that, or 304. No coroutine: reading and compressing belong into a thread."""
    file, media_type = CARRIED[request.url.path]
    tag, plain, packed = _read(file)
    headers = {"Cache-Control": "no-cache", "ETag": tag, "Vary": "Accept-Encoding"}
    if is_known(Headers(headers), request.headers):
        return Response(status_code=304, headers=headers)
    if takes("gzip", request.headers):
        return Response(packed, media_type=media_type, headers=headers | {"Content-Encoding": "gzip"})
    return Response(plain, media_type=media_type, headers=headers)


for _address in CARRIED:
    router.add_route(_address, carried, methods=["GET"], include_in_schema=False)


@cache
def _read(file: Path) -> tuple[str, bytes, bytes]:
    """A file's tag, its bytes, and these compressed: once in a process, for whoever asks first."""
    plain = file.read_bytes()
    return f'"{hashlib.sha256(plain).hexdigest()[:32]}"', plain, gzip.compress(plain, mtime=0)


def _page(text: str, policy: str) -> HTMLResponse:
    return HTMLResponse(text, headers={"Content-Security-Policy": policy, "Cache-Control": "no-cache"})
