"""The page at `/` that is enough to try the product in a browser: three files, served as they are."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

FOLDER = Path(__file__).parent
HEADERS = {"Cache-Control": "no-cache"}

router = APIRouter(include_in_schema=False)


@router.get("/")
async def index() -> FileResponse:
    return FileResponse(FOLDER / "index.html", headers=HEADERS)


@router.get("/try.js")
async def script() -> FileResponse:
    return FileResponse(FOLDER / "try.js", headers=HEADERS)


@router.get("/try.css")
async def style() -> FileResponse:
    return FileResponse(FOLDER / "try.css", headers=HEADERS)
