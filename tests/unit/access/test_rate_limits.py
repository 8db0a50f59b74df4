"""The limiter over a counter: windows, memory, and what happens when nobody can count."""

import logging

import pytest

from app.domain.access.rate import Rate
from app.domain.chat.errors import RateLimited, Unavailable
from app.infrastructure.limits import counters, limiter
from app.infrastructure.limits.counters import Counted, MemoryCounter
from app.infrastructure.limits.limiter import WindowLimiter


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Broken:
    async def hit(self, subject: str, seconds: int) -> Counted:
        raise Unavailable("database_unavailable", "away")


@pytest.fixture
def clock() -> Clock:
    return Clock()


def limits(clock: Clock, amount: int = 3) -> WindowLimiter:
    return WindowLimiter(MemoryCounter(clock), {"address": Rate(amount, 60), "user": Rate(amount, 60)}, clock)


async def allowed(limiter: WindowLimiter, **who: str | int) -> bool:
    try:
        await limiter.hit(**who)  # pyright: ignore[reportArgumentType] - one of the two
    except RateLimited:
        return False
    return True


async def test_as_many_pass_as_the_rate_says_and_the_next_window_begins_anew(clock: Clock) -> None:
    limiter = limits(clock)
    assert [await allowed(limiter, user_id=1) for _ in range(5)] == [True] * 3 + [False] * 2
    clock.now += 59.9
    assert not await allowed(limiter, user_id=1)
    clock.now += 0.2
    assert [await allowed(limiter, user_id=1) for _ in range(4)] == [True] * 3 + [False]


async def test_what_is_left_is_told(clock: Clock) -> None:
    limiter = limits(clock)
    await limiter.hit(user_id=1)
    clock.now += 20
    (quota,) = await limiter.hit(user_id=1)
    assert (quota.name, quota.limit, quota.window, quota.remaining, quota.reset) == ("user", 3, 60, 1, 40)
    await limiter.hit(user_id=1)
    for _ in range(2):  # asked of the counter, then from memory
        with pytest.raises(RateLimited) as refused:
            await limiter.hit(user_id=1)
        assert refused.value.retry_after == pytest.approx(40)
        assert refused.value.quota
        assert refused.value.quota.remaining == 0


async def test_nobody_is_counted_for_anybody_else(clock: Clock) -> None:
    limiter = limits(clock, 1)
    for who in ({"user_id": 1}, {"user_id": 2}, {"address": "192.0.2.1"}, {"address": "192.0.2.2"}, {"address": "1"}):
        assert await allowed(limiter, **who)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8::1", "2001:db8:0:0:ffff::1", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("unknown", "unknown", True),
        ("x" * 200, "x" * 100, True),
    ],
)
async def test_an_address_is_what_one_customer_has(clock: Clock, one: str, other: str, same: bool) -> None:
    limiter = limits(clock, 1)
    assert await allowed(limiter, address=one)
    assert await allowed(limiter, address=other) is not same


async def test_who_cannot_count_lets_pass_and_says_so_once_a_minute(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    limiter = WindowLimiter(Broken(), {"user": Rate(1, 60)}, clock)
    with caplog.at_level(logging.WARNING):
        assert [await limiter.hit(user_id=1) for _ in range(5)] == [[]] * 5
        assert len(caplog.records) == 1
        clock.now += 61
        await limiter.hit(user_id=1)
        assert len(caplog.records) == 2


async def test_a_window_is_never_longer_than_its_rate_says(clock: Clock) -> None:
    clock.now = 29796.30207846833
    assert clock.now + 3600 - clock.now > 3600, "a clock at which floats add up to more"
    assert await MemoryCounter(clock).hit("address:1", 3600) == Counted(1, 3600)


async def test_a_flood_of_addresses_does_not_fill_the_memory(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counters, "SUBJECTS_LIMIT", 50)
    monkeypatch.setattr(limiter, "SUBJECTS_LIMIT", 50)
    counter = MemoryCounter(clock)
    flooded = WindowLimiter(counter, {"address": Rate(1, 60)}, clock)
    for number in range(500):
        for _ in range(2):
            await allowed(flooded, address=f"192.0.{number // 250}.{number % 250}")
    assert len(counter._windows) <= 50  # pyright: ignore[reportPrivateUsage]
    assert len(flooded._refused) <= 50  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize(
    "text", ["", "0/minute", "10", "10/fortnight", "-1/minute", "1.5/second", " 1/second", "1/second\n", "\u0661/second"]
)
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a rate"):
        Rate.parse(text)


def test_a_rate_is_an_amount_in_seconds() -> None:
    assert [Rate.parse(text) for text in ("1/second", "600/minute", "7/hour", "5/day")] == [
        Rate(1, 1),
        Rate(600, 60),
        Rate(7, 3_600),
        Rate(5, 86_400),
    ]
