"""`/docs` and `/redoc`: the reference for people, under a content security policy of their own.

Both pages are FastAPI's. Their scripts come from jsDelivr, named one by one in the policy: no other page of this server may load anything from
elsewhere; the one inline script is allowed by its digest. Without the network they stay empty, and `/openapi.json` says the same.
"""

import hashlib
import re
from base64 import b64encode

from fastapi import APIRouter, Request
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.responses import HTMLResponse

ICON = "data:,"
_FOREIGN = re.compile(r'(?:src|href)="(https://[^"]+)"')
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """Swagger UI: read the API and try it."""
    page = get_swagger_ui_html(openapi_url="/openapi.json", title=request.app.title, swagger_favicon_url=ICON)
    return _under_policy(page)


@router.get("/redoc")
async def redoc(request: Request) -> HTMLResponse:
    """ReDoc: the same on one page, for reading."""
    page = get_redoc_html(openapi_url="/openapi.json", title=request.app.title, redoc_favicon_url=ICON, with_google_fonts=False)
    return _under_policy(page)


def _under_policy(page: HTMLResponse) -> HTMLResponse:
    html = bytes(page.body).decode()
    foreign = _FOREIGN.findall(html)
    digests = [b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in _INLINE.findall(html)]
    scripts = " ".join([*(url for url in foreign if url.endswith(".js")), *(f"'sha256-{digest}'" for digest in digests)])
    styles = " ".join(["'unsafe-inline'", *(url for url in foreign if url.endswith(".css"))])
    page.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src {scripts}; style-src {styles}; img-src 'self' data: https://cdn.redoc.ly; "
        "font-src data:; connect-src 'self'; worker-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return page
