"""Log fields that cannot do harm: what others wrote stays in its line, and what looks like a secret stays out.

A processor for `logs.py`. Whoever can put a line break or a terminal's control codes into a log can forge lines, or hide them. JSON escapes these by itself,
a console does not; here they are escaped for both, so that both show the same.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from structlog.types import EventDict, WrappedLogger

LONGEST = 2_000
"""Characters of one field."""

_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""C0 and C1 controls, the other two line ends, marks that turn the direction of writing, halves of characters."""

_SECRET = re.compile(r"(^|_)(api_?key|authorization|cookie|password|secret|ticket|access_token|refresh_token|id_token)$", re.IGNORECASE)
_TRACEBACKS = frozenset(("exc_info", "exception", "stack", "stack_info", "_record", "_from_structlog"))


def harmless(_logger: WrappedLogger, _method: str, fields: EventDict) -> EventDict:
    """The same fields, safe to write down."""
    for name, value in fields.items():
        if name in _TRACEBACKS:
            continue
        fields[name] = "***" if _is_secret(name) else _safe(value)
    return fields


def escaped(text: str) -> str:
    """A text in which nothing controls anything, cut where it gets too long."""
    if len(text) <= LONGEST and not _UNSAFE.search(text):
        return text
    safe = _UNSAFE.sub(lambda found: found.group().encode("unicode_escape", "surrogatepass").decode(), text[:LONGEST])
    return safe if len(text) <= LONGEST else f"{safe} ... ({len(text)} characters)"


@lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    return _SECRET.search(name) is not None


def _safe(value: Any) -> Any:
    match value:
        case str():
            return escaped(value)
        case bool() | int() | float() | None:
            return value
        case list() | tuple():
            return [_safe(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
        case Mapping():
            return {escaped(str(key)): _safe(item) for key, item in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        case _:
            return escaped(str(value))
