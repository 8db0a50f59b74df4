"""Whether a browser has a file already: `If-None-Match` and `If-Modified-Since` (RFC 9110, section 13.1). For the front's files and for PDFs.

The reading is Starlette's, which does it for folders of static files only.
"""

from starlette.datastructures import Headers
from starlette.staticfiles import StaticFiles

_STATIC_FILES = StaticFiles(check_dir=False)
"""Of no folder."""


def is_known(answer_headers: Headers, request_headers: Headers) -> bool:
    """True if the answer would bring what the request says is there. `answer_headers` have `etag` and `last-modified`."""
    return _STATIC_FILES.is_not_modified(answer_headers, request_headers)
