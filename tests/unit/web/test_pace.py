"""How fast a WebSocket connection is listened to, on a clock of the test's own."""

import asyncio

import pytest

from app.infrastructure.web.websocket.pace import BURST, PER_SECOND, Pace


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_000.0
        self.slept = 0.0
        monkeypatch.setattr(asyncio, "sleep", self.sleep)

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds


async def test_a_burst_passes_and_what_follows_waits_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    pace = Pace(clock)
    for _ in range(BURST):
        await pace.keep()
    assert clock.slept == pytest.approx(0, abs=1e-6)
    for _ in range(3 * PER_SECOND):
        await pace.keep()
    assert clock.slept == pytest.approx(3)


async def test_who_speaks_as_people_do_never_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    pace = Pace(clock)
    for _ in range(1_000):
        await pace.keep()
        clock.now += 1 / PER_SECOND
    assert clock.slept == pytest.approx(0, abs=1e-6)


async def test_silence_saves_up_one_burst_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    pace = Pace(clock)
    await pace.keep()
    clock.now += 86_400
    for _ in range(BURST + PER_SECOND):
        await pace.keep()
    assert clock.slept == pytest.approx(1)
