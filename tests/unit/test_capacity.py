"""The arithmetic of docs/operations.md is that of `scripts/capacity.py`, and that one multiplies as it says."""

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
MARK, END = "<!-- capacity -->\n", "\n<!-- /capacity -->"


@pytest.fixture(scope="module")
def capacity() -> ModuleType:
    spec = importlib.util.spec_from_file_location("capacity", ROOT / "scripts" / "capacity.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["capacity"] = module
    spec.loader.exec_module(module)
    return module


def test_the_documentation_shows_the_table_that_the_script_prints(capacity: ModuleType) -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    shown = page.partition(MARK)[2].partition(END)[0]
    assert shown == capacity.table(capacity.USERS, capacity.Assumptions()), "python scripts/capacity.py prints what belongs there"


def test_a_small_case_by_hand(capacity: ModuleType) -> None:
    # 86,400 answers a day at a peak of 2: two answers a second, of 100 tokens each
    a = replace(capacity.Assumptions(), questions=10, tokens=100, rate=50, peak=2, keep_days=1, fresh_kb=50, compact_kb=8, other_kb=2)
    n = capacity.need(8_640, a)
    assert (n.answers, n.tokens, n.streams, n.rows) == (2, 200, 4, 180)
    assert n.commits == 200, "a quiet process commits every token by itself"
    assert n.raw_gb == pytest.approx(86_400 * 52 / 1e6)
    assert n.gb == pytest.approx(86_400 * 10 / 1e6 + 86_400 / 24 * 2 * 50 / 1e6)
    assert (n.processes, n.postgres_cores, n.databases) == (2, 2, 1), "never fewer than two of each: one may be down"
    assert n.model_cost == pytest.approx(86_400 * 30 * (2_000 * 0.30 + 100 * 2.50) / 1e6)


def test_one_database_commits_no_faster_however_many_write(capacity: ModuleType) -> None:
    a = capacity.Assumptions()
    large = capacity.need(1_000_000, a)
    assert large.databases == 1
    assert large.commits == a.commits_per_database
    assert large.commit_ms == pytest.approx(1000 * large.processes / a.commits_per_database)


def test_more_users_never_need_less(capacity: ModuleType) -> None:
    needs = [capacity.need(users, capacity.Assumptions()) for users in capacity.USERS]
    for field in ("answers", "tokens", "rows", "commits", "processes", "postgres_cores", "databases", "gb", "postgres_cost"):
        values = [getattr(n, field) for n in needs]
        assert values == sorted(values)
