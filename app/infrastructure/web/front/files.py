"""Files of the built front, as browsers want them: compressed ahead by the build, and kept by the browser where their names carry a hash.

Used by `front/pages.py`; `reference.py` asks the same of a request (`takes`). The build writes `name.br` and `name.gz` beside whatever is worth it: nothing is compressed while answers stream.
"""

import mimetypes
import os
from os import PathLike
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

from app.infrastructure.web.conditions import is_known

KEEP = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
ENCODINGS = {"br": ".br", "gzip": ".gz"}
"""Content codings of RFC 9110 and the endings of their files, the smaller first."""

TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".webmanifest": "application/manifest+json", ".wasm": "application/wasm"}
"""What the machine's own table of types may get wrong, and a browser then refuses to run."""


class HashedFiles(StaticFiles):
    """A folder of files whose names change with their contents. Lists nothing, follows no path out of the folder."""

    def file_response(self, full_path: PathLike[str] | str, stat_result: os.stat_result, scope: Scope, status_code: int = 200) -> Response:  # noqa: ARG002
        """Starlette's hook for a file that is there: see `file_answer`. The browser may keep it and never ask again."""
        return file_answer(Path(full_path), Headers(scope=scope), cache_control=KEEP)


def file_answer(path: Path, request_headers: Headers, *, cache_control: str = ASK_AGAIN) -> Response:
    """One file in the smallest form that the browser takes, or 304 if it has that form already."""
    coding = next((name for name, ending in ENCODINGS.items() if takes(name, request_headers) and Path(f"{path}{ending}").is_file()), None)
    chosen = Path(f"{path}{ENCODINGS[coding]}") if coding else path
    headers = {"Cache-Control": cache_control, "Vary": "Accept-Encoding"}
    if coding:
        headers["Content-Encoding"] = coding
    response = FileResponse(chosen, headers=headers, stat_result=chosen.stat(), media_type=_media_type(path))
    return NotModifiedResponse(response.headers) if is_known(response.headers, request_headers) else response


def takes(coding: str, request_headers: Headers) -> bool:
    """Whether the client takes this content coding. The names count, not their weights: who refuses one with q=0 does not get it."""
    accepted = request_headers.get("accept-encoding", "")
    offers = {name.strip().lower(): weight.replace(" ", "") for name, _, weight in (part.partition(";") for part in accepted.split(","))}
    return offers.get(coding, "q=0") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}


def _media_type(path: Path) -> str:
    return TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
