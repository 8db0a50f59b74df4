"""May a page from there talk to us? A browser lets any page open a WebSocket anywhere and sends the visitor's cookies along: the server has to look.

Called by the WebSocket route. The browser says in `Origin` where the page is from, and no script can change that. Programs send no `Origin`: they
are not somebody else's browser, and are let in.
"""

from collections.abc import Collection
from urllib.parse import urlsplit


def welcome(origin: str | None, host: str | None, others: Collection[str]) -> bool:
    """True for no origin, the page's own host (whatever the scheme: a proxy may speak TLS for us), and those in `others`."""
    if origin is None or "*" in others:
        return True
    if origin.rstrip("/").lower() in {other.rstrip("/").lower() for other in others}:
        return True
    try:
        here = urlsplit(origin).netloc.lower()
    except ValueError:
        return False
    return bool(here) and host is not None and here == host.lower()
