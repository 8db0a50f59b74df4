"""When somebody was born, how long they have worked, and what they do now: what is read of CVs and of questions, and what must not be."""

import pytest

from rag.ages import BornOrAged
from rag.birth import Birth, birth_of
from rag.dates import spans
from rag.experience import Comparison, Years, since_asked, years_asked
from rag.headings import Section
from rag.layout import Line
from rag.names import Names
from rag.numbers import NUMBER, number
from rag.query import Question, read_question
from rag.sections import Part
from rag.skill_tables import tabled_years
from rag.stated import career_stated
from rag.tense import When, when_of
from rag.words import fold


def line(*cells: str) -> Line:
    return Line(cells=cells, page=1, left=0.0, top=0.0, right=100.0, bottom=10.0)


def part(*texts: str, section: Section = Section.PROFILE) -> Part:
    return Part(section, "", tuple(line(*text.split(" | ")) for text in texts))


def asked(text: str) -> Question:
    return read_question(text, Names([]), lambda _: 0)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("geb. 12.05.1974", 1974 * 12 + 4, 1974 * 12 + 4),
        ("Musterweg 3, 12345 Ort · m@example.de · geb. 02.11.1979", 1979 * 12 + 10, 1979 * 12 + 10),
        ("geboren am 17.08.1971 in Bad Aibling", 1971 * 12 + 7, 1971 * 12 + 7),
        ("geboren 1969 in Torgau, verheiratet, zwei Töchter", 1969 * 12, 1969 * 12 + 11),
        ("Jahrgang 1968", 1968 * 12, 1968 * 12 + 11),
        ("Fecha de nacimiento | 04/11/1986", 1986 * 12 + 10, 1986 * 12 + 10),
        ("Nacida el 3 de marzo de 1990", 1990 * 12 + 2, 1990 * 12 + 2),
        ("Née en 1977", 1977 * 12, 1977 * 12 + 11),
        ("Date et lieu de naissance : 3 mars 1985, Lille", 1985 * 12 + 2, 1985 * 12 + 2),
        ("born in Novi Sad, 1989", 1989 * 12, 1989 * 12 + 11),
        ("Born 1991 in Skibbereen. Hurling.", 1991 * 12, 1991 * 12 + 11),
        ("Date of birth: 12 May 1980", 1980 * 12 + 4, 1980 * 12 + 4),
        ("Data de nascimento: 19/02/1993", 1993 * 12 + 1, 1993 * 12 + 1),
        ("nato il 21/06/1984", 1984 * 12 + 5, 1984 * 12 + 5),
        ("Luogo e data di nascita: Roma, 12/03/1980", 1980 * 12 + 2, 1980 * 12 + 2),
        ("ur. 09.01.1974", 1974 * 12, 1974 * 12),
    ],
)
def test_a_birth_is_read_as_it_is_stated(text: str, first: int, last: int) -> None:
    birth = birth_of([part(text)])
    assert birth is not None
    assert (birth.first, birth.last) == (first, last)


def test_a_label_may_stand_above_its_date() -> None:
    birth = birth_of([part("Date of birth", "4 November 1986")])
    assert birth is not None
    assert birth.first == 1986 * 12 + 10


@pytest.mark.parametrize(
    "text",
    [
        "NATO 2004, Kabul",
        "two children, born 2012 and 2009",
        "Our daughter was born in 2012",
        "geb. Müller, Abitur 1990",
        "Née Dupont, bac 1995",
        "born and raised in Leeds; moved to York in 1999",
        "born entrepreneur since 1999",
        "A company born in 1990 in a garage",
        "Geburtshilfe 1999",
        "Abitur 1990",
        "BSc Physics, 1995",
        "born 1975–1980",
        "date of birth: on request",
    ],
)
def test_what_is_no_birth_of_the_candidate_is_not_read(text: str) -> None:
    assert birth_of([part(text)]) is None


def test_what_is_born_in_a_job_is_not_the_candidate() -> None:
    assert birth_of([part("Born 1990 as a spin-off", section=Section.EXPERIENCE)]) is None


def test_two_years_of_birth_are_none_and_a_finer_date_is_the_same() -> None:
    assert birth_of([part("Born 1970", "Date of birth: 1971")]) is None
    birth = birth_of([part("Jahrgang 1974", "geb. 12.05.1974")])
    assert birth is not None
    assert birth.first == birth.last == 1974 * 12 + 4


def test_an_age_is_read_where_it_is_labelled_and_not_of_others() -> None:
    assert [b and b.age for b in (birth_of([part(text)]) for text in ("Age: 34", "Alter: 51", "41 Jahre alt", "Edad: 29"))] == [
        34,
        51,
        41,
        29,
    ]
    assert birth_of([part("two sons, 14 years old")]) is None
    assert birth_of([part("Patients, age: 80", section=Section.EXPERIENCE)]) is None
    assert birth_of([part("12 years of practice")]) is None


def test_a_year_of_birth_leaves_two_ages() -> None:
    november_2026 = 2026 * 12 + 10
    assert Birth(1990 * 12, 1990 * 12 + 11, None, "").ages(november_2026) == (35, 36)
    assert Birth(1990 * 12 + 4, 1990 * 12 + 4, None, "").ages(november_2026) == (36, 36)
    assert Birth(None, None, 40, "").ages(november_2026) == (40, 40)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Who was born before 1975?", BornOrAged(last=1975 * 12 - 1)),
        ("Wer ist nach 1990 geboren?", BornOrAged(first=1991 * 12)),
        ("¿Quién nació después de 1985?", BornOrAged(first=1986 * 12)),
        ("Qui est né avant 1980 ?", BornOrAged(last=1980 * 12 - 1)),
        ("Quem nasceu em 1990?", BornOrAged(1990 * 12, 1990 * 12 + 11)),
        ("Chi è nato negli anni Ottanta?", BornOrAged(1980 * 12, 1989 * 12 + 11)),
        ("Who was born between 1970 and 1980?", BornOrAged(1970 * 12, 1980 * 12 + 11)),
        ("Wer ist in den 80ern geboren?", BornOrAged(1980 * 12, 1989 * 12 + 11)),
        ("Candidates under 35", BornOrAged(oldest=34)),
        ("Wer ist älter als fünfzig?", BornOrAged(youngest=51)),
        ("¿Quién tiene menos de 35 años?", BornOrAged(oldest=34)),
        ("Qui a moins de 35 ans ?", BornOrAged(oldest=34)),
        ("Who is in their thirties?", BornOrAged(youngest=30, oldest=39)),
        ("Who is between 30 and 40 years old?", BornOrAged(youngest=30, oldest=40)),
        ("Java developers younger than 35", BornOrAged(oldest=34)),
        ("Who speaks German and is over 50?", BornOrAged(youngest=51)),
    ],
)
def test_a_question_asks_for_births_and_ages(text: str, expected: BornOrAged) -> None:
    question = asked(text)
    assert question.born == expected
    assert question.everybody
    assert question.years is None


@pytest.mark.parametrize(
    "text",
    [
        "Qui a moins de 35 ans d'expérience ?",
        "Chi ha più di 35 anni di esperienza?",
        "¿Quién tiene más de 10 años con Python?",
        "Who has more than 30 years in the trade?",
        "Who managed a team of over 50 people?",
        "Who teaches children under 12?",
        "Who restores buildings older than 100 years?",
        "Who has written about babies born before 2000?",
        "¿Quién cuida a niños menores de 3 años?",
        "Who was born in Spain?",
        "Qui a plus de 10 ans ?",
    ],
)
def test_what_asks_for_no_age_of_a_candidate_is_not_read_so(text: str) -> None:
    assert asked(text).born is None


def test_an_age_that_may_be_either_meets_no_bound_between() -> None:
    born_1990 = Birth(1990 * 12, 1990 * 12 + 11, None, "")
    november_2026 = 2026 * 12 + 10
    assert BornOrAged(oldest=36).holds(born_1990, november_2026)
    assert not BornOrAged(oldest=35).holds(born_1990, november_2026)
    assert not BornOrAged(first=1990 * 12 + 6).holds(born_1990, november_2026)
    assert not BornOrAged(last=1995 * 12).holds(Birth(None, None, 40, ""), november_2026)  # an age says no year


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("more than thirty years in the trade", Years(Comparison.MORE, 30)),
        ("over a decade of Python", Years(Comparison.MORE, 10)),
        ("mehr als zwei Jahrzehnte Berufserfahrung", Years(Comparison.MORE, 20)),
        ("mindestens zehnjährige Erfahrung", Years(Comparison.LEAST, 10)),
        ("más de treinta y cinco años", Years(Comparison.MORE, 35)),
        ("depuis plus de vingt-cinq ans", Years(Comparison.MORE, 25)),
        ("seit über 20 Jahren", Years(Comparison.MORE, 20)),
        ("oltre venti anni", Years(Comparison.MORE, 20)),
        ("há mais de dezoito anos", Years(Comparison.MORE, 18)),
        ("5+ years of Java", Years(Comparison.LEAST, 5)),
    ],
)
def test_years_are_read_in_words_and_decades(text: str, expected: Years) -> None:
    found = years_asked(fold(text))
    assert found is not None
    assert found[0] == expected


@pytest.mark.parametrize(
    "text",
    ["five years ago", "in the last five years", "vor fünf Jahren", "hace 5 años", "il y a 5 ans", "twelve year olds", "40 years old"],
)
def test_years_that_bound_no_experience_are_not_read(text: str) -> None:
    assert years_asked(fold(text)) is None


def test_the_trade_is_the_whole_career_and_a_skill_is_not() -> None:
    assert asked("Who has more than thirty years in the same trade?").clauses == ()
    assert asked("Wer hat mehr als 15 Jahre Berufserfahrung?").clauses == ()
    assert asked("Who has more than thirty years of forestry?").clauses != ()


@pytest.mark.parametrize(
    "text", ["Who works as a forester since 1994?", "Wer arbeitet seit 1994 im Beruf?", "¿Quién trabaja en hostelería desde 1994?"]
)
def test_since_a_year_is_read_of_what_lasts(text: str) -> None:
    found = since_asked(fold(text))
    assert found is not None
    assert found[0] == 1994 * 12 + 11


@pytest.mark.parametrize(
    "text", ["Who has worked in Japan since 2015?", "Wer hat seit 2015 in Japan gearbeitet?", "Who is certified since 2016?"]
)
def test_since_a_year_is_not_read_of_what_may_be_over_or_is_no_job(text: str) -> None:
    assert since_asked(fold(text)) is None


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("Chef with over twenty years of experience.", 20),
        ("Ich bewirtschafte seit bald dreißig Jahren denselben Wald.", 29),
        ("24 años de experiencia, sobre todo en cocina.", 24),
        ("Bare-metal firmware, 12 years.", 12),
        ("Infirmière depuis plus de quinze ans.", 15),
        ("Mehr als zehnjährige Berufserfahrung im Vertrieb", 10),
    ],
)
def test_a_summary_states_a_career(text: str, years: int) -> None:
    assert career_stated([part(text, section=Section.SUMMARY)]) == years


@pytest.mark.parametrize(
    "text",
    [
        "34 years old",
        "Lives in Berlin for 10 years",
        "In a firm with 30 years of experience in tiles",
        "Married for 12 years",
        "Vor 10 Jahren",
    ],
)
def test_other_years_are_no_career(text: str) -> None:
    assert career_stated([part(text, section=Section.SUMMARY)]) is None
    assert career_stated([part("10 years of experience", section=Section.EXPERIENCE)]) is None


def test_a_column_of_years_is_read_under_its_head_only() -> None:
    head, row = line("Area", "Tools", "Years", "Level"), line("Orchestration", "Airflow, Dagster", "6", "expert")
    assert ("Airflow, Dagster", 6) in set(tabled_years([head, row]))
    assert list(tabled_years([row])) == []
    assert list(tabled_years([line("Area", "Tools", "Level"), line("Orchestration", "Airflow", "6")])) == []
    assert list(tabled_years([head, line("A heading"), line("Orchestration", "6")])) == []


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("who works in a hospital at the moment", When.NOW),
        ("wer arbeitet derzeit als krankenpfleger", When.NOW),
        ("quien trabaja actualmente en un hospital", When.NOW),
        ("qui travaille en ce moment dans un hopital", When.NOW),
        ("chi lavora attualmente in ospedale", When.NOW),
        ("who used to be a waiter", When.OVER),
        ("wer hat fruher in japan gearbeitet", When.OVER),
        ("who works in a hospital", When.EVER),
        ("who is used to working nights", When.EVER),
        ("who has presented radio programmes", When.EVER),
        ("who knows current transformers", When.EVER),
    ],
)
def test_only_an_adverb_says_when(text: str, when: When) -> None:
    assert when_of(text) is when


def test_between_two_ages_joins_no_conditions() -> None:
    assert len(asked("Who is between 30 and 40 years old and speaks German?").clauses) == 1
    assert asked("Quem tem mais de 10 anos de Python?").clauses[0].joint.value == "and"


@pytest.mark.parametrize(
    ("text", "value"),
    [("thirty-five", 35), ("funfunddreissig", 35), ("treinta y cinco", 35), ("trente-cinq", 35), ("trentacinque", 35), ("42", 42)],
)
def test_numbers_in_words(text: str, value: int) -> None:
    assert NUMBER
    assert number(text) == value


@pytest.mark.parametrize("text", ["oct. 2016 – act.", "2020-03 .. now", "mars 2019 – auj."])
def test_more_ways_to_say_that_a_job_lasts(text: str) -> None:
    assert [span.end for span in spans(text)] == [None]
