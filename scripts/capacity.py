"""The scaling arithmetic of docs/operations.md: from daily users to processes, Postgres, storage and money.

    python scripts/capacity.py                       the table of the documentation
    python scripts/capacity.py --users 50000 --questions 20 --tokens 800

Everything is in `Assumptions`: what users do (a guess: put in your own), what was measured (docs/performance.md, docs/operations.md), what things cost
(list prices, as an estimate). The rest is multiplication. A test holds the table in the documentation against this file.
"""

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

DAY = 86_400
MONTH_DAYS = 30


@dataclass(frozen=True)
class Assumptions:
    """What the table rests on; each is an option of the command line."""

    # what users do
    questions: float = 8  # of a daily user, a day
    tokens: float = 400  # of an answer
    rate: float = 50  # tokens a second, as the model gives them
    peak: float = 4  # the busiest hour beside the average one
    keep_days: float = 365  # KEEP_THREADS_DAYS

    # what was measured
    process_cpu_per_1k: float = 0.25  # seconds of a process: 0.16 at 100 streams, and 0.09 of a provider's SDK
    process_cpu_per_run: float = 0.0115  # seconds: 8.4 ms to begin and end one, 3.1 ms to compact it
    postgres_cpu_per_1k: float = 0.076  # seconds, at 100 streams
    postgres_cpu_per_run: float = 0.005  # seconds, compaction included
    rows_per_1k: float = 900  # token rows; fewer under more load
    commits_per_process: float = 630  # a second, at most: a commit carries what came during the one before
    commits_per_database: float = 6_500  # a second, with notifications, whatever the number of writers: NOTIFY commits one after another
    fresh_kb: float = 55.2  # of an answer's log in rows of one token, indexes included
    compact_kb: float = 7.9  # of the same, compacted
    other_kb: float = 4.4  # of its messages, its run, its share of a thread

    # how full things may be at the peak
    fill: float = 0.6
    largest_postgres: float = 64  # cores
    largest_disk: float = 64_000  # GB

    # list prices in dollars a month (us-east-1, on demand, 2026; estimates)
    core: float = 30  # of a virtual machine (an m7g core: 0.041 an hour)
    postgres_core: float = 123  # of a managed Postgres with a standby (an RDS m7g core: 0.084 an hour, twice)
    postgres_gb: float = 0.23  # of its storage (gp3, twice)
    input_tokens: float = 2_000  # of a question's prompt
    million_input: float = 0.30  # of a small model
    million_output: float = 2.50


@dataclass(frozen=True)
class Need:
    """What so many daily users need. Rates are those of the peak."""

    users: int
    answers: float
    streams: float
    tokens: float
    rows: float
    commits: float
    commit_ms: float
    processes: int
    postgres_cores: int
    databases: int
    raw_gb: float
    gb: float
    machines_cost: float
    postgres_cost: float
    model_cost: float


def need(users: int, a: Assumptions) -> Need:
    """Multiply."""
    daily = users * a.questions
    answers = daily / DAY * a.peak
    tokens = answers * a.tokens
    process_cores = tokens / 1000 * a.process_cpu_per_1k + answers * a.process_cpu_per_run
    processes = max(2, math.ceil(process_cores / a.fill))
    postgres_cores = max(2, math.ceil((tokens / 1000 * a.postgres_cpu_per_1k + answers * a.postgres_cpu_per_run) / a.fill))
    fresh_gb = daily / 24 * a.peak * a.fresh_kb / 1e6  # an hour's answers at the peak: COMPACT_AFTER_HOURS=1
    raw_gb = daily * a.keep_days * (a.fresh_kb + a.other_kb) / 1e6
    gb = daily * a.keep_days * (a.compact_kb + a.other_kb) / 1e6 + fresh_gb
    databases = max(math.ceil(postgres_cores / a.largest_postgres), math.ceil(gb / a.largest_disk))
    commits = min(tokens, processes * a.commits_per_process, databases * a.commits_per_database)
    return Need(
        users=users,
        answers=answers,
        streams=answers * a.tokens / a.rate,
        tokens=tokens,
        rows=tokens / 1000 * a.rows_per_1k,
        commits=commits,
        commit_ms=1000 * max(1 / a.commits_per_process, processes / databases / a.commits_per_database),
        processes=processes,
        postgres_cores=postgres_cores,
        databases=databases,
        raw_gb=raw_gb,
        gb=gb,
        machines_cost=processes * a.core,
        postgres_cost=postgres_cores * a.postgres_core + max(20, gb) * a.postgres_gb,
        model_cost=daily * MONTH_DAYS * (a.input_tokens * a.million_input + a.tokens * a.million_output) / 1e6,
    )


COLUMNS = (
    "daily users", "answers/s", "streams", "tokens/s", "rows/s", "commits/s", "ms a commit", "processes", "Postgres cores", "databases",
    "storage, not compacted", "storage", "machines $", "Postgres $", "model $",
)  # fmt: skip


def row(n: Need) -> tuple[str, ...]:
    """One line of the table."""
    numbers = (n.answers, n.streams, n.tokens, n.rows, n.commits, n.commit_ms)
    money = (n.machines_cost, n.postgres_cost, n.model_cost)
    counts = (n.processes, n.postgres_cores, n.databases)
    return (f"{n.users:,}", *map(short, numbers), *(f"{c:,}" for c in counts), size(n.raw_gb), size(n.gb), *map(short, money))


def short(number: float) -> str:
    """Two digits that mean something."""
    if number < 10:
        return f"{number:.2g}"
    rounded = round(number, 1 - math.floor(math.log10(number)))
    return f"{rounded:,.0f}"


def size(gb: float) -> str:
    """Gigabytes, or terabytes."""
    return f"{short(gb / 1000)} TB" if gb >= 1000 else f"{short(gb)} GB"


def table(users: Sequence[int], assumptions: Assumptions) -> str:
    """Markdown."""
    lines = [COLUMNS, ("---:",) * len(COLUMNS), *(row(need(count, assumptions)) for count in users)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


USERS = (100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="From daily users to machines and money.")
    parser.add_argument("--users", type=int, nargs="+", default=USERS)
    for field in fields(Assumptions):
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=float, default=field.default)
    given = vars(parser.parse_args())
    print(table(given.pop("users"), replace(Assumptions(), **given)))


if __name__ == "__main__":
    main()
