"""Whom a question names, however they are written; and whose CV it is, whatever stands around the name."""

from unicodedata import normalize

import pytest

from rag.followup import Reader, Said, stand_alone
from rag.layout import Line
from rag.library import Library
from rag.names import Names, slips
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
    ("question", "cv"),
    [
        ("Docteur Solheim, quel parcours ?", "cv_ingrid_s"),
        ("Chef Solheim", "cv_ingrid_s"),
        ("Does Nurse Solheim have a licence?", "cv_ingrid_s"),
        ("Mr Ragunatan", "priya_raghunathan"),
        ("is there someone called raghunatan in the pile?", "priya_raghunathan"),
        ("delavega hugo", "hugo_alcantara"),
        ("Has Priya Raghunathan ever managed people?", "priya_raghunathan"),
        ("Hat Priya Raghunathan Führungserfahrung?", "priya_raghunathan"),
        (normalize("NFD", "Tomasz Wójcik"), "resume_final_v3"),
        (normalize("NFD", "¿Qué hace Zubiaurre Echeverría?"), "maria-jose-zubiaurre"),
    ],
)
def test_titles_slips_and_spellings(library: Library, question: str, cv: str) -> None:
    assert {hit.cv_id for hit in library.search(question).hits} == {cv}


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


def test_a_name_on_two_lines_is_one_though_headings_have_its_size() -> None:
    lines = [_line("GRACE ANNE", 12.0), _line("ACHTERBERG", 12.0), _line("WORK EXPERIENCE", 12.0), _line("2014 – 2020", 11.0)]
    assert name_of(lines, "cv_grace_achterberg") == "Grace Anne Achterberg"


def test_small_capitals_of_two_sizes_are_read_as_one_name() -> None:
    assert name_of([_line("GracE AchterbErG", 18.0), _line("Head of nothing", 11.0)], "cv") == "Grace Achterberg"


def test_a_file_name_stands_in_for_a_name_that_is_nowhere() -> None:
    assert name_of([_line("we could not read this", 11.0)], "CV_grace-achterberg_final_v2") == "Grace Achterberg"


def test_a_pronoun_left_out_still_means_the_person_spoken_of(library: Library) -> None:
    generation = library.generation()
    reader = Reader(generation.names, generation.lexical.frequency, lambda cv: generation.corpus.cvs[cv].name)
    history = [Said("user", "Busco a alguien de logística"), Said("assistant", "Ingrid Solheim trabaja en logística [1].")]
    assert "Ingrid Solheim" in stand_alone("¿y en qué empresa estuvo?", history, reader)


SAME_NAME = ("Joan Park", "Ji-Woo Park", "Rosa Delmonte")
READER = Reader(Names(SAME_NAME), lambda word: 0, lambda cv: SAME_NAME[cv])


@pytest.mark.parametrize(
    ("history", "question", "searched"),
    [
        (("Tell me about Joan Park.", "Joan Park is a baker."), "And the other Park?", "Tell me about (Ji-Woo Park)"),
        (("Who bakes?", "Rosa Delmonte and Ji-Woo Park do."), "Has the second one a degree?", "Has the second one a degree? (Ji-Woo Park)"),
        (
            ("Who bakes?", "Rosa Delmonte and Ji-Woo Park do."),
            "La première, où habite-t-elle ?",
            "La première, où habite-t-elle ? (Rosa Delmonte)",
        ),
        (
            ("Find me a coach", "Joan Park is a coach."),
            "No, I want one for speech, not for the gym",
            "Find me a coach, i want one for speech",
        ),
    ],
)
def test_who_is_meant_by_a_word_for_somebody(history: tuple[str, str], question: str, searched: str) -> None:
    asked, answered = history
    assert stand_alone(question, [Said("user", asked), Said("assistant", answered)], READER) == searched


def _line(text: str, size: float) -> Line:
    return Line(cells=(text,), page=1, left=50.0, top=0.0, right=300.0, bottom=size)
