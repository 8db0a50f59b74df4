"""Text that every part of the system can carry, made from what models send.

Postgres has no NUL in text, and UTF-8 has no lone surrogates; a server that cuts its JSON between the two halves of an emoji sends exactly
those. Pure; one cleaner a run, fed by the executor.
"""


class TextCleaner:
    """Removes NULs, joins surrogate halves across pieces, replaces those that stay alone by U+FFFD."""

    def __init__(self) -> None:
        self._half = ""

    def feed(self, piece: str) -> str:
        """The cleaned piece; a leading half of a pair is held back for the next one."""
        if not self._half and piece.isascii() and "\0" not in piece:  # almost all there is
            return piece
        text = (self._half + piece).replace("\0", "")
        self._half = text[-1] if text and "\ud800" <= text[-1] <= "\udbff" else ""
        return _whole(text.removesuffix(self._half))

    def rest(self) -> str:
        """What was held back, at the end of the text."""
        half, self._half = self._half, ""
        return _whole(half)


def storable(text: str) -> str:
    """A whole text, cleaned: for sentences that quote a provider."""
    return _whole(text.replace("\0", ""))


def _whole(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
