"""The figures of a chaos run, for people."""

from collections.abc import Iterator, Sequence

from tests.chaos.driver import Outcome


def report(outcome: Outcome) -> Iterator[str]:
    """Line by line."""
    ledger = outcome.ledger
    endings = ", ".join(f"{count} {how}" for how, count in sorted(ledger.answered.items()))
    yield f"{ledger.checked} answers checked ({endings}), {ledger.frames} events compared with what readers saw"
    yield "readers came back: " + ", ".join(f"{count} {why}" for why, count in ledger.reconnects.most_common())
    for what, seconds in sorted(ledger.gaps.items()):
        yield f"{what} after {spread(seconds)}"
    calm = [took for begin, took in ledger.cancels if ledger.calm(begin, begin + took)]
    yield f"cancel is final after {spread(calm)}; with faults at the same time {spread([took for _, took in ledger.cancels])}"
    if outcome.deploys:
        yield f"reconnects of a reader in a deploy: {', '.join(f'{outcome.deploys.count(n)} × {n}' for n in sorted(set(outcome.deploys)))}"
    if outcome.vitals.connections:
        yield f"connections to Postgres: at most {max(outcome.vitals.connections)}"
    for who, what, early, late in outcome.vitals.trends():
        yield f"{who}: {what} {early:.1f} -> {late:.1f}"
    yield from outcome.vitals.peaks()
    yield from (f"slow: {slow}" for slow in ledger.slow)
    yield from ledger.skipped
    yield from (f"WRONG: {complaint}" for complaint in ledger.complaints)


def spread(seconds: Sequence[float]) -> str:
    """A distribution in one line."""
    if not seconds:
        return "(none)"
    ordered = sorted(seconds)
    middle, high = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return f"{middle:.2f} s (median), {high:.2f} s (95 %), {ordered[-1]:.2f} s (worst of {len(ordered)})"
