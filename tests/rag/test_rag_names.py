"""Whom a question names, however they are written; and whose CV it is, whatever stands around the name."""

import pytest

from rag.followup import Reader, Said, stand_alone
from rag.layout import Line
from rag.library import Library
from rag.names import slips
from rag.person import name_of


@pytest.mark.parametrize(
    "question",
    [
        "WHERE DID INGRID SOLHEIM STUDY?",
        "Where did Solheim, Ingrid study?",
        "Where did Ms Solheim study?",
        "Wo hat Frau Solheim studiert?",
        "Where did Dr. I. Solheim study?",
        "where did ingrid slohemi study",
        "Where did Ingrid Soleim study?",
        "What awards has Ingrid Solheim won?",
        "premios de Ingrid Solheim",
        "Welche Hobbys hat Ingrid Solheim?",
    ],
)
def test_a_candidate_who_is_named_is_found_and_never_refused(library: Library, question: str) -> None:
    assert {hit.cv_id for hit in library.search(question).hits} == {"cv_ingrid_s"}


@pytest.mark.parametrize(
    "question", ["Where did Ingrid Lindqvist study?", "Where did Frau Lindqvist study?", "INGRID LINDQVIST EMAIL ADDRESS PLEASE"]
)
def test_somebody_else_with_the_same_first_name_is_a_stranger(library: Library, question: str) -> None:
    assert not library.search(question).answerable


@pytest.mark.parametrize(
    ("a", "b", "count"),
    [("abc", "abc", 0), ("solheim", "slohemi", 2), ("solheim", "soleim", 1), ("a", "abcd", 3), ("kitten", "sitting", 3)],
)
def test_slips(a: str, b: str, count: int) -> None:
    assert slips(a, b, 2) == slips(b, a, 2) == count


@pytest.mark.parametrize(
    ("top", "name"),
    [
        ("Curriculum vitae Odile-Marie Van Acker", "Odile-Marie Van Acker"),
        ("LEBENSLAUF: HARTMUT ZECHLIN", "Hartmut Zechlin"),
        ("Hartmut Zechlin – Lebenslauf", "Hartmut Zechlin"),
        ("Univ.-Prof. Dr. med. Hartmut Zechlin", "Hartmut Zechlin"),
        ("Dipl.-Ing. Dr. Hartmut Zechlin, M.Sc.", "Hartmut Zechlin"),
        ("Grace Achterberg, RN, BSN, CCRN", "Grace Achterberg"),
        ("ACHTERBERG, GRACE", "Grace Achterberg"),
        ("Phil Achterberg", "Phil Achterberg"),
        ("Name Grace Achterberg", "Grace Achterberg"),
    ],
)
def test_whose_cv_it_is(top: str, name: str) -> None:
    lines = [_line(top, 18.0), _line("Head of nothing in particular", 11.0), _line("Nationality Belgian, Moroccan", 11.0)]
    assert name_of(lines, "scan_0042") == name


def test_a_file_name_stands_in_for_a_name_that_is_nowhere() -> None:
    assert name_of([_line("we could not read this", 11.0)], "CV_grace-achterberg_final_v2") == "Grace Achterberg"


def test_a_pronoun_left_out_still_means_the_person_spoken_of(library: Library) -> None:
    generation = library.generation()
    reader = Reader(generation.names, generation.lexical.frequency, lambda cv: generation.corpus.cvs[cv].name)
    history = [Said("user", "Busco a alguien de logística"), Said("assistant", "Ingrid Solheim trabaja en logística [1].")]
    assert "Ingrid Solheim" in stand_alone("¿y en qué empresa estuvo?", history, reader)


def _line(text: str, size: float) -> Line:
    return Line(cells=(text,), page=1, left=50.0, top=0.0, right=300.0, bottom=size)
