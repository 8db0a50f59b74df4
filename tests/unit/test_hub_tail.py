"""The tail of a run: which events it remembers, what it answers from memory, and its bound."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.chat.events import EventType, StoredEvent
from app.infrastructure.feed import hub
from app.infrastructure.feed.hub import Hub, Tail

RUN = uuid4()


@pytest.fixture(autouse=True, scope="module")
def small_memory() -> Iterator[None]:
    """Limits that a few events reach."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hub, "REMEMBERED_EVENTS", 8)
        patch.setattr(hub, "REMEMBERED_CHARACTERS", 100)
        yield


def events(first: int, last: int, size: int = 3) -> list[StoredEvent]:
    return [StoredEvent(RUN, seq, EventType.TOKEN, "x" * size) for seq in range(first, last + 1)]


# Pieces of a log as they may arrive: overlapping, repeated, with gaps, in any order.
pieces = st.lists(st.tuples(st.integers(1, 60), st.integers(0, 20), st.sampled_from([1, 3, 40, 300])), min_size=1, max_size=20)


@given(pieces, st.integers(0, 90))
def test_whatever_arrives_a_tail_answers_a_gap_free_rest_or_nothing(arrived: list[tuple[int, int, int]], cursor: int) -> None:
    tail = Tail()
    for first, more, size in arrived:
        tail.add(events(first, first + more, size))
        seqs = [event.seq for event in tail.since(cursor)]
        assert seqs == list(range(cursor + 1, cursor + 1 + len(seqs)))
        assert tail.latest >= first + more
    assert tail.latest == max(first + more for first, more, _ in arrived)


@given(pieces)
def test_memory_is_bounded_and_the_newest_event_is_remembered(arrived: list[tuple[int, int, int]]) -> None:
    tail = Tail()
    for first, more, size in sorted(arrived):
        tail.add(events(first, first + more, size))
        remembered = next(rest for cursor in range(82) if (rest := tail.since(cursor)))
        assert len(remembered) < 16
        assert sum(len(event.data) for event in remembered) < 200 or len(remembered) == 1
        assert remembered[-1].seq == tail.latest


def test_a_cursor_before_memory_is_answered_with_nothing() -> None:
    tail = Tail()
    tail.add(events(1, 40))
    first = tail.since(39)[0].seq
    assert first == 40
    assert not tail.since(0)
    assert not tail.since(40)


def test_a_tail_lives_as_long_as_its_readers() -> None:
    feeds = Hub()
    feeds.publish(RUN, events(1, 2))
    assert feeds.followed == []
    with feeds.tail(RUN) as one:
        with feeds.tail(RUN) as other:
            assert one is other
            feeds.publish(RUN, events(1, 2))
        assert [event.seq for event in one.since(0)] == [1, 2]
        feeds.publish(RUN, [])
        feeds.heard([(RUN, 9), (uuid4(), 1)])
        assert (one.latest, feeds.readers, feeds.followed) == (9, 1, [RUN])
    assert (feeds.readers, feeds.followed) == (0, [])


def test_what_is_unknown_is_passed_over() -> None:
    feeds, nobody = Hub(), UUID(int=0)
    feeds.lost(nobody)
    feeds.ring(nobody)
    feeds.heard([(nobody, 1)])
    assert feeds.readers == 0
