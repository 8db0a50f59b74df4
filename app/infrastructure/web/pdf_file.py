"""A PDF as an answer: shown in the browser, in whole or in part, and harmless whatever stands in it.

Ranges, dates and entity tags are Starlette's, which asks them of static files only: a viewer that has the file hears 304 here. Settled here, too, is what
it answers in a form of its own: a range that is none is passed over, as RFC 9110 allows, and so are several at once, which no viewer needs; one beyond
the end is refused in the product's form.
"""

import re
from pathlib import Path
from typing import Any

import anyio
from fastapi.responses import FileResponse
from starlette.datastructures import Headers
from starlette.staticfiles import NotModifiedResponse
from starlette.types import Receive, Scope, Send

from app.infrastructure.web.conditions import is_known
from app.infrastructure.web.errors import answers, problem

HEADERS = {
    "Cache-Control": "private, no-cache",
    # The browsers' own viewers style their pages and nest the plugin; scripts, forms and everything from elsewhere stay out.
    "Content-Security-Policy": "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_RANGE = re.compile(r"bytes=\s*(?:(\d{1,30})-(\d{0,30})|-(\d{1,30}))\s*", re.IGNORECASE)
_BEYOND = (416, "range_not_satisfiable", "The file has 20480 bytes.")

PDF_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file.", "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}},
    304: {"description": "It is as `If-None-Match` or `If-Modified-Since` says."},
    206: {"description": "The part asked for.", "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}},
    **answers(_BEYOND),
}
"""For the reference."""


class PdfResponse(FileResponse):
    """One PDF, inline."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, headers=HEADERS, media_type="application/pdf", filename=path.name, content_disposition_type="inline")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file or a part of it; 304 to whoever has it, 416 for a range beyond its end."""
        request_headers = Headers(scope=scope)
        stat = await anyio.Path(self.path).stat()
        self.set_stat_headers(stat)
        if is_known(self.headers, request_headers):
            await NotModifiedResponse(self.headers)(scope, receive, send)
            return
        asked = request_headers.get("range")
        wanted = _RANGE.fullmatch(asked) if asked else None
        if asked and (wanted is None or _backwards(wanted)):
            scope = {**scope, "headers": [(name, value) for name, value in scope["headers"] if name != b"range"]}
        elif wanted and "if-range" not in request_headers and _beyond(wanted, stat.st_size):
            refused = problem(
                416, "range_not_satisfiable", f"The file has {stat.st_size} bytes.", {"Content-Range": f"bytes */{stat.st_size}"}
            )
            await refused(scope, receive, send)
            return
        await super().__call__(scope, receive, send)


def _backwards(wanted: re.Match[str]) -> bool:
    first, last = wanted[1], wanted[2]
    return bool(first and last) and int(last) < int(first)


def _beyond(wanted: re.Match[str], size: int) -> bool:
    return int(wanted[1]) >= size if wanted[1] else int(wanted[3]) == 0
