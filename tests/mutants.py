"""`python -m tests.mutants` (`make mutants`): break each invariant on purpose, one change at a time, and see its named test fail.

Works on a copy of the tree. A change that its test does not notice is printed as SURVIVED, and the exit status is 1; so is a change whose place in the code
is gone, for then nobody knows any more whether the test can fail. All the tests must pass before anything is broken. Words as arguments choose the mutants with these words in their names.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]

LOG = "app/infrastructure/db/event_log.py"
STATEMENTS = "app/infrastructure/repositories/log_statements.py"
SUPERVISOR = "app/application/chat/run_supervisor.py"
EXECUTOR = "app/application/chat/run_executor.py"
LEASE = "app/domain/chat/lease.py"
FEED = "app/infrastructure/feed/run_feed.py"
HUB = "app/infrastructure/feed/hub.py"
SSE = "app/infrastructure/web/sse.py"
RUNS = "app/infrastructure/repositories/runs.py"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One invariant, one way to break it, and the test that must notice. `old` stands in the file; its first occurrence becomes `new`."""

    invariant: int
    name: str
    file: str
    old: str
    new: str
    test: str


MUTANTS = (
    Mutant(
        1,
        "publish before the commit",
        LOG,
        "        writable = await self._write_with_patience(",
        "        for taken in batch:\n            self._publish(taken.written.claim.run_id, taken.written.events)\n"
        "        writable = await self._write_with_patience(",
        "tests/contracts/test_group_commit.py::test_readers_see_nothing_before_the_commit",
    ),
    Mutant(
        2,
        "an append without a fence",
        STATEMENTS,
        "WHERE run.attempt = claimed.attempt AND run.status IN ('queued', 'running')",
        "WHERE run.status IN ('queued', 'running')",
        "tests/contracts/test_event_log.py::test_a_void_claim_is_told_so_and_writes_nothing",
    ),
    Mutant(
        2,
        "a fence without a lock",
        STATEMENTS,
        "    FOR SHARE OF run\n",
        "",
        "tests/contracts/test_postgres_locks.py::test_a_fence_waits_for_an_append_in_flight_and_reads_its_number",
    ),
    Mutant(
        2,
        "a close without a fence",
        STATEMENTS,
        "WHERE run.id = ending.run_id AND run.attempt = ending.attempt AND",
        "WHERE run.id = ending.run_id AND",
        "tests/contracts/test_event_log.py::test_closing_with_a_void_claim_writes_nothing_of_the_ending",
    ),
    Mutant(
        3,
        "numbers with gaps",
        LOG,
        "self.last_seq += len(numbered)",
        "self.last_seq += len(numbered) + 1",
        "tests/contracts/test_run_states.py::test_whatever_happens_to_runs_on_postgres",
    ),
    Mutant(
        3,
        "a repeated batch is written twice",
        STATEMENTS,
        "    ON CONFLICT (run_id, seq) DO NOTHING\n",
        "",
        "tests/contracts/test_group_commit.py::test_a_lost_answer_to_an_append_neither_repeats_nor_loses",
    ),
    Mutant(
        4,
        "done and status in two commits",
        LOG,
        "async with connection.pipeline(), connection.transaction():",
        "if True:",
        "tests/contracts/test_postgres_locks.py::test_a_close_is_seen_whole_or_not_at_all",
    ),
    Mutant(
        4,
        "a cancel that leaves the end to the executor",
        "app/application/chat/cancel_run.py",
        "    return await work.runs.close(claim, Ending.cancelled(so_far.text, so_far.sources), so_far.last_seq)",
        "    return so_far is not None",
        "tests/contracts/test_endings.py::test_a_running_run_is_cancelled_with_what_it_said "
        "tests/contracts/test_run_states.py::test_whatever_happens_to_runs_on_memory",
    ),
    Mutant(
        4,
        "a lost answer to a close is no close",
        LOG,
        "            closed |= await self._closed_before(connection, endings)",
        "            pass",
        "tests/contracts/test_group_commit.py::test_a_lost_answer_to_a_close_is_a_close",
    ),
    Mutant(
        5,
        "a sweep that finds nothing",
        FEED,
        "        self._hub.heard(latest.items())\n        for run_id in followed",
        "        for run_id in followed",
        "tests/contracts/test_feed.py::test_a_lost_notification_is_found_by_the_sweep",
    ),
    Mutant(
        5,
        "a listener that believes it hears",
        "app/infrastructure/db/notifications.py",
        "            heard = await self._probe_once()",
        "            heard = await self._probe_once() or True",
        "tests/e2e/test_swallowed_notifications.py",
    ),
    Mutant(
        6,
        "a connection held while the model talks",
        EXECUTOR,
        "            await self._answer(task, answer)",
        "            async with self._transactions.reading():\n                await self._answer(task, answer)",
        "tests/e2e/test_exactness.py::test_a_hundred_runs_with_readers_that_are_cut_off_anywhere",
    ),
    Mutant(
        7,
        "a tail that remembers everything",
        HUB,
        "        if len(self._recent) < 2 * REMEMBERED_EVENTS and self._characters < 2 * REMEMBERED_CHARACTERS:",
        "        if self._recent:",
        "tests/unit/test_hub_tail.py::test_memory_is_bounded_and_the_newest_event_is_remembered",
    ),
    Mutant(
        7,
        "a writer that takes everything",
        LOG,
        "        if tail.size > WAITING_LIMIT:",
        "        if tail.size > 1_000 * WAITING_LIMIT:",
        "tests/contracts/test_group_commit.py::test_an_executor_waits_while_too_much_waits_and_goes_on_afterwards",
    ),
    Mutant(
        7,
        "a reader that does not read is waited for",
        SSE,
        "                self._limit.reschedule(now)\n",
        "",
        "tests/unit/test_sse.py::test_a_reader_that_does_not_take_a_frame_is_cut_and_its_stream_is_closed",
    ),
    Mutant(
        8,
        "a lease counted from the end of its renewal",
        SUPERVISOR,
        "self._lease.renew(started_at) if",
        "self._lease.renew(self._clock()) if",
        "tests/unit/chat/test_run_supervisor.py::test_a_lease_counts_from_the_beginning_of_its_renewal",
    ),
    Mutant(
        8,
        "a lease without a margin",
        LEASE,
        "self.duration * (1 - SAFETY_MARGIN)",
        "self.duration * (1 + SAFETY_MARGIN)",
        "tests/unit/chat/test_lease.py::test_it_is_never_trusted_longer_than_the_database_trusts_it",
    ),
    Mutant(
        8,
        "a judge who has just come back",
        LEASE,
        "return self.trusted(now) and now - self.held_since >= self.duration",
        "return self.trusted(now)",
        "tests/unit/chat/test_lease.py",
    ),
    Mutant(
        8,
        "the living are robbed",
        RUNS,
        "AND (executors.lease_until > now() OR NOT :judge)))",
        "AND NOT :judge))",
        "tests/contracts/test_lease_states.py::test_whoever_claims_gets_what_the_rules_say_on_postgres",
    ),
    Mutant(
        8,
        "a run that is taken over keeps its attempt",
        RUNS,
        "        UPDATE runs SET attempt = attempt + 1, owner = :owner",
        "        UPDATE runs SET owner = :owner",
        "tests/contracts/test_lease_states.py::test_whoever_claims_gets_what_the_rules_say_on_postgres",
    ),
    Mutant(
        9,
        "a seam that does not look",
        "app/application/chat/seam.py",
        "return Joined(whole, new[self._overlap(new) :])",
        "return Joined(whole, new)",
        "tests/unit/chat/test_seam.py",
    ),
    Mutant(
        9,
        "a restart that keeps what it said to drop",
        EXECUTOR,
        "        answer.cut(keep)\n",
        "",
        "tests/unit/chat/test_run_executor.py::test_the_text_goes_on_after_a_takeover",
    ),
    Mutant(
        10,
        "a drain that keeps its lease",
        SUPERVISOR,
        "        await self._release_lease()\n        self._drained.set()",
        "        self._drained.set()",
        "tests/unit/chat/test_run_supervisor.py::test_what_does_not_finish_within_the_grace_goes_on_elsewhere_at_once",
    ),
    Mutant(
        10,
        "a writer that stops with words in hand",
        LOG,
        "                if self._dirty:\n",
        "                if self._dirty and not self._closing:\n",
        "tests/contracts/test_group_commit.py::test_shutting_down_writes_what_is_waiting",
    ),
    Mutant(
        10,
        "a stream that ends without a hint",
        SSE,
        "    if not done:\n        yield RETRY_AFTER_DRAIN\n",
        "",
        "tests/unit/test_sse.py::test_a_stream_that_ends_before_its_run_says_when_to_come_back",
    ),
)


def main(words: Sequence[str]) -> int:
    chosen = [mutant for mutant in MUTANTS if all(word in mutant.name for word in words)]
    missed = 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder)
        _copy_tree(copy)
        tests = sorted({test for mutant in chosen for test in mutant.test.split()})
        if sound := _pytest(tests, copy):
            print(f"Unbroken, these tests must pass, and they do not:\n{sound.stdout[-3000:]}{sound.stderr[-3000:]}")
            return 1
        for mutant in chosen:
            verdict = _try(mutant, copy)
            missed += verdict != "noticed"
            print(f"{mutant.invariant:2}  {verdict:9}  {mutant.name}  ({mutant.test})", flush=True)
    print(f"{len(chosen) - missed} of {len(chosen)} noticed")
    return 1 if missed else 0


def _copy_tree(copy: Path) -> None:
    """Everything that git knows of, as it is now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)


def _try(mutant: Mutant, copy: Path) -> str:
    place = copy / mutant.file
    sound = place.read_text()
    if mutant.old not in sound:
        return "GONE"
    place.write_text(sound.replace(mutant.old, mutant.new, 1))
    try:
        failed = _pytest(mutant.test.split(), copy)
    finally:
        place.write_text(sound)
    if failed is None:
        return "SURVIVED"
    return "noticed" if failed.returncode == 1 else f"ERROR {failed.stdout[-2000:]}{failed.stderr[-2000:]}"


def _pytest(tests: Sequence[str], copy: Path) -> subprocess.CompletedProcess[str] | None:
    """None if all pass, else what pytest said."""
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-o", "timeout=60", *tests]
    done = subprocess.run(command, cwd=copy, env=environment, check=False, capture_output=True, text=True)
    return done if done.returncode else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
