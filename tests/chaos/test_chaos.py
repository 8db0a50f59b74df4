"""The short, deterministic part of the chaos: each kind of fault at least once, by fixed seeds. The long part is `make soak`."""

import asyncio

import pytest

from tests.chaos.checker import fold
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
