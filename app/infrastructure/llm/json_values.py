"""JSON that strangers sent, made safe to walk: what is missing or of another kind is empty instead of an exception.

Used by the adapters, which read a handful of fields out of documents they do not control.
"""

import json
from typing import Any, cast

Json = dict[str, Any]


def parsed(text: str | bytes) -> Any:
    """The value, or None if the text is no JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def mapping(value: object) -> Json:
    """An object, or an empty one."""
    return cast(Json, value) if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """An array, or an empty one."""
    return cast(list[Any], value) if isinstance(value, list) else []


def string(value: object) -> str:
    """A text, or an empty one."""
    return value if isinstance(value, str) else ""


def count(value: object) -> int | None:
    """A number of tokens, or None."""
    return value if isinstance(value, int) else None


def error_sentence(body: object) -> str:
    """The sentence inside an error body: `{"error": {"message"}}`, `{"error": "..."}` or `{"message"}`."""
    error = mapping(body).get("error", body)
    return string(error) or string(mapping(error).get("message"))
