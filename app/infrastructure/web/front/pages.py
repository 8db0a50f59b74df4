"""Puts the front under the application's routes: the page itself at every address it knows, its files beside it.

`install` is called by `web/application.py`. Without a build `/` says how to make one, and everything else works as ever. A build that is made while the
server runs is served from the next start. What browsers may do with it is `security.py`'s.
"""

from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from app.infrastructure.web.front.files import HashedFiles, file_answer

MISSING = Path(__file__).parent / "missing.html"

ADDRESSES = ("/", "/chat", "/chat/{thread_id}", "/cvs", "/cvs/{cv_id}")
"""What the page itself routes: front/src/routes.ts has the same list."""


def install(app: FastAPI, build: Path | None) -> None:
    """Add the front's routes. `build` is the folder that `npm run build` wrote, or None."""
    if build is None:
        app.router.routes.append(Route("/", _how_to_build, include_in_schema=False))
        return
    for file in sorted(path for path in build.iterdir() if path.is_file() and path.suffix not in {".br", ".gz"}):
        if file.name == "index.html":
            continue
        app.router.routes.append(_route(f"/{file.name}", file))
    for address in ADDRESSES:
        app.router.routes.append(_route(address, build / "index.html"))
    app.mount("/assets", HashedFiles(directory=build / "assets"), name="assets")


def _route(address: str, file: Path) -> Route:
    async def serve(request: Request) -> Response:
        return file_answer(file, request.headers)

    return Route(address, serve, include_in_schema=False)


async def _how_to_build(_: Request) -> Response:
    return FileResponse(MISSING, headers={"Cache-Control": "no-cache"})
