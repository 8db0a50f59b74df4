"""The lease by the local clock: it must always end before the database's does."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.chat.lease import Lease

DURATION = 4.0
steps = st.lists(st.tuples(st.floats(0, 10), st.one_of(st.just(0.0), st.floats(0, 3))), min_size=1, max_size=20)


@given(steps, st.one_of(st.floats(0, 20), st.floats(DURATION * 0.7, DURATION * 1.3)))
def test_it_is_never_trusted_longer_than_the_database_trusts_it(renewals: list[tuple[float, float]], later: float) -> None:
    """The database counts from some moment after the renewal began."""
    now = 0.0
    lease = Lease.begin(now, DURATION)
    until = now + DURATION
    for wait, took in renewals:
        now += wait
        lease = lease.renew(now)
        until = now + took + DURATION
        now += took
    assert not lease.trusted(now + later) or now + later < until


@given(steps)
def test_whoever_judges_has_held_a_lease_without_a_break_for_a_whole_lease_time(renewals: list[tuple[float, float]]) -> None:
    now = 0.0
    lease = Lease.begin(now, DURATION)
    held_since = now
    for wait, _ in renewals:
        if wait >= DURATION:  # it ran out: a break
            held_since = now + wait
        now += wait
        lease = lease.renew(now)
        if lease.may_judge(now):
            assert now - held_since >= DURATION
            assert lease.trusted(now)


def test_the_margin_is_a_quarter() -> None:
    lease = Lease.begin(10, DURATION)
    assert lease.trusted(12.99)
    assert not lease.trusted(13)


def test_after_an_outage_the_first_to_come_back_does_not_judge() -> None:
    lease = Lease.begin(0, DURATION)
    for now in (1, 2, 3, 4):
        lease = lease.renew(now)
    assert lease.may_judge(4)
    back = lease.renew(60)
    assert back.trusted(60)
    assert not back.may_judge(60)
    for now in (61, 62, 63, 64):
        back = back.renew(now)
    assert back.may_judge(64)
