"""How often something may happen: `600/minute`, as settings spell it."""

import re
from dataclasses import dataclass
from typing import Self

_SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
SPELLED = rf"([1-9][0-9]{{0,8}})/({'|'.join(_SECONDS)})"
"""The pattern of a rate."""


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `amount` in `seconds`, counted in windows that begin with the first request after the last window's end."""

    amount: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `600/minute`. Raises `ValueError`."""
        found = re.fullmatch(SPELLED, text)
        if found is None:
            raise ValueError(f"{text!r} is not a rate such as 600/minute")
        return cls(int(found[1]), _SECONDS[found[2]])


@dataclass(frozen=True, slots=True)
class Quota:
    """Where one limit stands after a request: `remaining` of `limit` requests in `window` seconds, all of them again in `reset` seconds."""

    name: str
    limit: int
    window: int
    remaining: int
    reset: float
