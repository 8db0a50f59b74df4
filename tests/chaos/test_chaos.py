"""The short, deterministic part of the chaos: each kind of fault at least once, by fixed seeds. The long part is `make soak`."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.chaos.checker import fold
from tests.chaos.clock import NO_CLOCK, Clock, build_library
from tests.chaos.driver import Plan, drive
from tests.chaos.ledger import Frame
from tests.chaos.report import report
from tests.chaos.schedule import ALL, BEHIND_GATEWAY, KINDS, MANNERS, plan

PROCESSES = Plan(seed=7, seconds=16, conversations=8, faults=("kill9", "stop", "deploy", "cancel", "delete", "duplicate"))
DATABASE = Plan(seed=5, seconds=24, conversations=6, faults=("restart_db", "crash_db", "terminate", "hang", "deaf", "disk"))
PROVIDER = Plan(seed=3, seconds=8, conversations=10, faults=("clock", *MANNERS))

IN_TIME = {"kill9: claimed": 15.0, "deploy: claimed": 10.0}
"""Seconds, generous: the figures are reported by `make soak` on a quiet machine; here a busy one must not fail."""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("wanted", [PROCESSES, DATABASE, PROVIDER], ids=["processes", "database", "provider"])
def test_nothing_is_lost_repeated_or_left_open(wanted: Plan) -> None:
    outcome = asyncio.run(drive(wanted))
    for line in report(outcome):
        print(line)
    assert outcome.ledger.complaints == []
    assert outcome.ledger.checked >= wanted.conversations
    assert {window.kind for window in outcome.ledger.windows} >= set(wanted.faults) & set(KINDS)
    for what, limit in IN_TIME.items():
        assert max(outcome.ledger.gaps.get(what, [0.0])) < limit, what


def test_the_short_part_has_every_kind_of_fault() -> None:
    plans = (PROCESSES, DATABASE, PROVIDER)
    assert {planned.kind for wanted in plans for planned in wanted.schedule} == set(KINDS)
    assert {fault for wanted in plans for fault in wanted.faults} == set(ALL)


def test_a_seed_is_a_schedule() -> None:
    assert plan(7, 600, ALL) == plan(7, 600, ALL) != plan(8, 600, ALL)
    assert not any(planned.target in BEHIND_GATEWAY for planned in plan(7, 3600, ["kill9"], spared=BEHIND_GATEWAY))


def test_a_clock_jumps_in_one_process_alone_and_only_the_wall_clock_does(tmp_path: Path) -> None:
    library = build_library(tmp_path)
    if library is None:
        pytest.skip(NO_CLOCK)
    clock = Clock(library, tmp_path / "clock")
    clock.step(-3600)
    ask = "import datetime as d, time as t; a = t.monotonic(); t.sleep(0.01); print(t.time(), d.datetime.now().timestamp(), t.monotonic() - a, end=' ')"
    ask = f"{ask}; import uuid_utils; print(uuid_utils.uuid7().int >> 80)"
    told = subprocess.run([sys.executable, "-c", ask], env=os.environ | clock.environment, capture_output=True, text=True, check=True)
    called, dated, slept, numbered = map(float, told.stdout.split())
    now = time.time() - 3600
    assert now - 30 < called <= dated <= now
    assert now - 30 < numbered / 1000 <= now
    assert 0.01 <= slept < 30


def test_the_checker_folds_a_log_as_the_protocol_says() -> None:
    events = [
        Frame(1, "started", '{"attempt": 1}'),
        Frame(2, "token", '{"text": "ab🙂c"}'),
        Frame(3, "restarted", '{"attempt": 2, "keep": 3}'),
        Frame(4, "token", '{"text": "d"}'),
    ]
    text, stretches = fold(events)
    assert text == "ab🙂d"
    assert [(stretch.before, stretch.text) for stretch in stretches] == [("", "ab🙂c"), ("ab🙂", "d")]
