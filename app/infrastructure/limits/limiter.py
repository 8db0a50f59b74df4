"""Rate limits over a counter: the `RateLimiter` that the web layer asks. Contract: `app/application/ports.py`.

A subject that is over its limit is refused from memory until its window ends: whoever hammers costs no statement. A counter that cannot count (the
database is away) lets requests pass, and says so once a minute; what they ask for meets the same database a moment later.
"""

import ipaddress
import logging
import math
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Literal

from app.application.ports import MonotonicClock
from app.domain.access.rate import Quota, Rate
from app.domain.chat.errors import RateLimited, Unavailable
from app.infrastructure.limits.counters import SUBJECTS_LIMIT, Counter

Kind = Literal["address", "user"]
"""What is counted; also the name of the limit in answers."""

SILENCE_SECONDS = 60.0
IPV6_PREFIX = 64
"""Bits of an IPv6 address that tell one customer from another: whoever has one address has all that share these."""

_log = logging.getLogger(__name__)


class WindowLimiter:
    """Limits by address and by user; a kind without a rate is not limited."""

    def __init__(self, counter: Counter, rates: Mapping[Kind, Rate], clock: MonotonicClock) -> None:
        self._counter = counter
        self._rates = rates
        self._clock = clock
        self._refused: OrderedDict[str, float] = OrderedDict()
        self._quiet_until = 0.0

    async def hit(self, *, address: str | None = None, user_id: int | None = None) -> Sequence[Quota]:
        """See `RateLimiter.hit`."""
        quotas: list[Quota] = []
        if address is not None and (rate := self._rates.get("address")):
            quotas += await self._hit("address", _network(address), rate)
        if user_id is not None and (rate := self._rates.get("user")):
            quotas += await self._hit("user", str(user_id), rate)
        return quotas

    async def _hit(self, kind: Kind, who: str, rate: Rate) -> list[Quota]:
        subject = f"{kind}:{who}"
        self._refuse_known(kind, subject, rate)
        try:
            counted = await self._counter.hit(subject, rate.seconds)
        except Unavailable:
            self._say_blind()
            return []
        if counted.hits > rate.amount:
            self._remember(subject, counted.left)
            _log.info("A rate limit was reached", extra={"limit": kind, "who": who})
            raise _refusal(kind, rate, counted.left)
        return [Quota(kind, rate.amount, rate.seconds, rate.amount - counted.hits, counted.left)]

    def _refuse_known(self, kind: Kind, subject: str, rate: Rate) -> None:
        left = self._refused.get(subject, 0.0) - self._clock()
        if left > 0:
            raise _refusal(kind, rate, left)
        self._refused.pop(subject, None)

    def _remember(self, subject: str, left: float) -> None:
        self._refused[subject] = self._clock() + left
        if len(self._refused) > SUBJECTS_LIMIT:
            self._refused.popitem(last=False)

    def _say_blind(self) -> None:
        if self._clock() >= self._quiet_until:
            self._quiet_until = self._clock() + SILENCE_SECONDS
            _log.warning("Requests cannot be counted and pass unlimited: the database is away")


def _network(address: str) -> str:
    """What one customer has: an IPv4 address, or the network of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:100]
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, IPV6_PREFIX), strict=False))


def _refusal(kind: Kind, rate: Rate, left: float) -> RateLimited:
    whose = "this address" if kind == "address" else "this user"
    return RateLimited(
        f"Too many requests from {whose}: at most {rate.amount} in {rate.seconds} seconds. Wait {math.ceil(left)} seconds.",
        left,
        quota=Quota(kind, rate.amount, rate.seconds, 0, left),
    )
