"""Spans of time as CVs write them."""

import pytest

from rag.dates import months_covered, spans, without_dates


def month(year: int, number: int) -> int:
    return year * 12 + number - 1


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("Mar 2019 – present", month(2019, 3), None),
        ("03/2019 - 06/2021", month(2019, 3), month(2021, 6)),
        ("2019-03 – 2021-06", month(2019, 3), month(2021, 6)),
        ("de marzo de 2015 a junio de 2018", month(2015, 3), month(2018, 6)),
        ("März 2019 bis heute", month(2019, 3), None),
        ("févr. 2019 – août 2021", month(2019, 2), month(2021, 8)),
        ("01/09/2019 – 31/12/2020", month(2019, 9), month(2020, 12)),
        ("Senior Engineer, Acme (2019–2021)", month(2019, 1), month(2021, 12)),
        ("seit 2020", month(2020, 1), None),
        ("juin 2019 à aujourd’hui", month(2019, 6), None),
        ("2017-19", month(2017, 1), month(2019, 12)),
        ("Mar '19 – Jun '21", month(2019, 3), month(2021, 6)),
        ("Sep – Dec 2019", month(2019, 9), month(2019, 12)),
    ],
)
def test_a_span(text: str, start: int, end: int | None) -> None:
    (span,) = spans(text)
    assert (span.start, span.end, span.ranged) == (start, end, True)


@pytest.mark.parametrize("text", ["Python 3.9", "call 2019-555", "1200 customers", "ISO 9001:2015x"])
def test_no_span(text: str) -> None:
    assert not [span for span in spans(text) if span.ranged]


def test_what_is_left_without_dates() -> None:
    assert without_dates("Nurse, St Mary's (2015 – 2019)") == "Nurse, St Mary's"


def test_overlapping_months_count_once() -> None:
    assert months_covered([(0, 11), (6, 17), (24, 24)]) == 19
