"""`python -m tests.chaos --seed 7 --minutes 1 --faults kill9,stop`: exit status 1 if any promise was broken. `make soak` for long."""

import argparse
import asyncio
import sys
from pathlib import Path

from tests.chaos.driver import Plan, drive, random_seed
from tests.chaos.report import report
from tests.chaos.schedule import ALL


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=None, help="the same seed, duration and faults give the same schedule")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--conversations", type=int, default=20, help="people who talk at the same time")
    parser.add_argument("--faults", default=",".join(ALL), help=f"comma-separated, of {', '.join(ALL)}")
    parser.add_argument("--spare", default="", help="slots that are never killed or replaced, so that leaks show: api-2,worker-2")
    parser.add_argument("--keep", type=Path, default=None, help="a folder to leave what the processes said in")
    given = parser.parse_args()
    faults = [name for name in given.faults.split(",") if name]
    if unknown := set(faults) - set(ALL):
        parser.error(f"unknown faults: {', '.join(sorted(unknown))}")
    seed = random_seed() if given.seed is None else given.seed
    spared = [name for name in given.spare.split(",") if name]
    wanted = Plan(seed, given.minutes * 60, given.conversations, faults, spared, given.keep)
    outcome = asyncio.run(drive(wanted, _say))
    for line in report(outcome):
        _say(line)
    return 1 if outcome.ledger.complaints else 0


def _say(line: str) -> None:
    print(line, flush=True)


sys.exit(main())
