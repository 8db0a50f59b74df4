"""Citation markers reach readers whole: `[12]`, never `[1` now and `2]` with the next token.

A front turns `[n]` into a link. A marker that a model or its provider cuts in two would flash as text first. The gate holds back the end of the
text while it may still become a marker, at most a few characters, and lets everything else pass at once. Pure; one gate a run, fed by the
executor.
"""

import re

_BEGINNING = re.compile(r"\[(\d{1,3}([,;] ?\d{0,3}){0,8})?\Z")
"""An end of text that may be the beginning of `[3]`, `[12]` or `[1, 2]`."""


class CitationGate:
    """Lets text pass, holding back the beginning of a marker until it is whole or turns out to be none."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> str:
        """The text that may be shown now; empty if all of it may belong to a marker."""
        if not self._held and "[" not in piece:  # almost all there is
            return piece
        text = self._held + piece
        beginning = _BEGINNING.search(text)
        self._held = beginning.group() if beginning else ""
        return text.removesuffix(self._held) if self._held else text

    def rest(self) -> str:
        """What was held back, at the end of the text."""
        rest, self._held = self._held, ""
        return rest
