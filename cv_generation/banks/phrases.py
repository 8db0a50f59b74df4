"""The little grammar of the content banks: one written phrase gives many different sentences.

`[a|b]` picks one (nesting is allowed), `{3..9}` is a number in that range, `[o~a]` is the ending for him and for her, `<name>` is filled in.
The same generator state always gives the same sentence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from re import compile as pattern

from cv_generation.profiles import Pronoun

_TOKEN = pattern(r"[\[\]|~]|\{\d+\.\.\d+\}|<\w+>|[^\[\]|~{<]+|.")


class BrokenPhrase(Exception):
    """A phrase of a bank that doesn't follow the grammar, or asks for a field that nobody fills."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks, and by which dice."""

    dice: Random
    pronoun: Pronoun

    def say(self, phrase: str, fields: Mapping[str, str] | None = None) -> str:
        """One sentence out of the phrase."""
        reader = _Reader(phrase, self, fields or {})
        return reader.whole()


class _Reader:
    """Reads one phrase from left to right."""

    def __init__(self, phrase: str, voice: Voice, fields: Mapping[str, str]) -> None:
        self._phrase = phrase
        self._tokens = _TOKEN.findall(phrase)
        self._at = 0
        self._voice = voice
        self._fields = fields

    def whole(self) -> str:
        return self._sequence(closers="")

    def _sequence(self, closers: str) -> str:
        said: list[str] = []
        while self._at < len(self._tokens) and self._tokens[self._at] not in closers:
            said.append(self._piece())
        return "".join(said)

    def _piece(self) -> str:
        token = self._tokens[self._at]
        self._at += 1
        if token == "[":
            return self._choice()
        if token.startswith("{"):
            low, high = token[1:-1].split("..")
            return str(self._voice.dice.randint(int(low), int(high)))
        if token.startswith("<") and len(token) > 1:
            return self._field(token[1:-1])
        if token in {"]", "|", "~"}:
            raise BrokenPhrase(f"{token} stands outside brackets in: {self._phrase}")
        return token

    def _choice(self) -> str:
        options = [self._sequence("]|~")]
        separators: set[str] = set()
        while self._next() != "]":
            separators.add(self._tokens[self._at - 1])
            options.append(self._sequence("]|~"))
        if separators == {"~"} and len(options) == 2:
            return options[0] if self._voice.pronoun == "he" else options[1]
        if "~" in separators:
            raise BrokenPhrase(f"~ divides two endings, nothing else: {self._phrase}")
        return self._voice.dice.choice(options)

    def _next(self) -> str:
        if self._at >= len(self._tokens):
            raise BrokenPhrase(f"a bracket is never closed in: {self._phrase}")
        self._at += 1
        return self._tokens[self._at - 1]

    def _field(self, name: str) -> str:
        if name not in self._fields:
            raise BrokenPhrase(f"nobody fills <{name}> in: {self._phrase}")
        return self._fields[name]
