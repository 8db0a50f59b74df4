"""`/docs`: the API's reference for people, under a content security policy of its own.

The page is Swagger UI, whose files the build of the front brings along (`front/scripts/reference.mjs`): nothing is loaded from elsewhere, so it works
without the internet and tells nobody who reads it. Without a build it says how to make one. `/openapi.json` says the same to programs.

The route is public; `install` is called by `application.py`.
"""

from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response
from starlette.routing import Route

from app.infrastructure.web.front.files import file_answer

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Swagger UI sets styles inline. Trying a call out asks this server and no other."""

NAMES = ("swagger-ui-bundle.js", "swagger-ui.css", "start.js", "LICENSE", "NOTICE")
"""What the build puts into its folder `reference`."""

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Chatbot SSE API</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="/reference/swagger-ui.css">
</head>
<body>
  <div id="reference"></div>
  <script src="/reference/swagger-ui-bundle.js"></script>
  <script src="/reference/start.js"></script>
</body>
</html>
"""

_MISSING = """\
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>Chatbot SSE API</title>
  <link rel="icon" href="data:,">
  <style>
    body { font: 1rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 12vh auto; padding: 0 1.5rem; }
    h1 { font-size: 1.5rem; }
    pre { padding: 1rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: .5rem; overflow-x: auto; }
  </style>
</head>
<body>
  <main>
    <h1>The reference is not built yet</h1>
    <p>It comes with the page. In the project's folder, then start the server again:</p>
    <pre tabindex="0"><code>make front</code></pre>
    <p>Released packages carry it already. The same as a document, for any tool that reads OpenAPI: <a href="/openapi.json">/openapi.json</a>.</p>
  </main>
</body>
</html>
"""

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """Swagger UI: read the API and try it."""
    page = _PAGE if request.app.state.has_reference else _MISSING
    return HTMLResponse(page, headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"})


def install(app: FastAPI, build: Path | None) -> None:
    """Serve the files of the reference out of the front's build, if there is one that has them."""
    folder = build / "reference" if build else None
    app.state.has_reference = folder is not None and (folder / NAMES[0]).is_file()
    if folder is None or not app.state.has_reference:
        return
    for name in NAMES:
        app.router.routes.append(_route(folder / name))


def _route(file: Path) -> Route:
    async def serve(request: Request) -> Response:
        return file_answer(file, request.headers)

    return Route(f"/reference/{file.name}", serve, include_in_schema=False)
