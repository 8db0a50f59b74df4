"""Which pages may make a browser talk to this server.

Everything with a browser's fingerprints (`Origin`, `Sec-Fetch-Site`: pages cannot forge either) that changes something, or opens a WebSocket, must come
from this server's own page or from a page in CORS_ORIGINS. Programs send neither header and are not concerned. The check is the one of Filippo
Valsorda's survey of cross-site request forgery (https://words.filippo.io/csrf/), and stricter for cookies: there a browser must prove where it is.
Called by `security.py` for every request, by `door.py` for cookies, and by the WebSocket before it accepts.
"""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

DEFAULT_PORTS = {"http": "80", "https": "443"}


class OriginPolicy:
    """Pages of this server, and those of a list."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self.allowed = allowed

    def allows(self, connection: HTTPConnection) -> bool:
        """Whether a request that changes something may go on: no browser, or the right page."""
        if "origin" not in connection.headers and "sec-fetch-site" not in connection.headers:
            return True
        return self.proves_own_page(connection)

    def proves_own_page(self, connection: HTTPConnection) -> bool:
        """Whether a browser says that the request comes from this server's own page or from a page on the list."""
        origin = connection.headers.get("origin")
        if origin is not None and origin in self.allowed:
            return True
        site = connection.headers.get("sec-fetch-site")
        if site is not None:
            return site in ("same-origin", "none")
        return origin is not None and _is_own(origin, connection)


def _is_own(origin: str, connection: HTTPConnection) -> bool:
    """Same host, same port. A page over TLS may talk to us through a proxy that speaks HTTP with us, but not the other way round."""
    try:
        parts = urlsplit(origin)
        host = connection.headers.get("host", "").lower()
        spelled = f"{parts.scheme}://{parts.netloc}"
    except ValueError:
        return False
    if spelled != origin or parts.scheme not in DEFAULT_PORTS or not parts.netloc:
        return False
    if connection.url.scheme in ("https", "wss") and parts.scheme != "https":
        return False
    port = DEFAULT_PORTS[parts.scheme]
    return parts.netloc.lower().removesuffix(f":{port}") == host.removesuffix(f":{port}")
