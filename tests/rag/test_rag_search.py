"""Questions against the development CVs: who is found, and what is refused."""

import pytest

from rag.followup import Said
from rag.library import Library


def found(library: Library, question: str, *history: Said) -> set[str]:
    return {hit.cv_id for hit in library.search(question, history).hits}


@pytest.mark.parametrize(
    ("question", "cvs"),
    [
        ("Who knows Kubernetes?", {"okafor"}),
        ("Who speaks German?", {"lebenslauf_hoelzl", "cv_ingrid_s"}),
        ("¿Quién habla alemán?", {"lebenslauf_hoelzl", "cv_ingrid_s"}),
        ("Quels candidats parlent japonais ?", {"cv-lefevre"}),
        ("Who speaks Norwegian and German?", {"cv_ingrid_s"}),
        ("Who speaks Japanese or Norwegian?", {"cv-lefevre", "cv_ingrid_s", "resume_final_v3"}),
        ("Who knows Python but not Kubernetes?", {"hugo_alcantara"}),
        ("Who has more than five years of Python?", {"okafor"}),
        ("Who has at least 5 years of Python?", {"okafor", "hugo_alcantara"}),
        ("Who worked at Halloran & Pike?", {"priya_raghunathan"}),
        ("Wer hat in einem Krankenhaus gearbeitet?", {"maria-jose-zubiaurre"}),
        ("Who has experience in intensive care?", {"maria-jose-zubiaurre"}),
        ("¿Quién tiene experiencia en logística?", {"cv_ingrid_s"}),
        ("Who knows R?", {"resume_final_v3"}),
        ("How many candidates speak Spanish?", {"okafor", "maria-jose-zubiaurre", "hugo_alcantara"}),
        ("Who has published something?", {"resume_final_v3"}),
        ("Who looks after transplant patients?", {"maria-jose-zubiaurre"}),
        ("Who has a driving licence?", {"lebenslauf_hoelzl"}),
    ],
)
def test_everybody_who_fits_and_nobody_else(library: Library, question: str, cvs: set[str]) -> None:
    assert found(library, question) == cvs


@pytest.mark.parametrize(
    ("question", "cv", "section"),
    [
        ("Where did Tomasz Wójcik do his PhD?", "resume_final_v3", "education"),
        ("where did tomasz wojcik study", "resume_final_v3", "education"),
        ("What is Priya's email?", "priya_raghunathan", "profile"),
        ("Where does Jurgen Hoelzl work now?", "lebenslauf_hoelzl", "experience"),
        ("What did Chidinma do at Oakhurst Media?", "okafor", "experience"),
        ("What languages does Hugo speak?", "hugo_alcantara", "languages"),
        ("¿Dónde estudió María José Zubiaurre?", "maria-jose-zubiaurre", "education"),
        ("Welche Sprachen spricht Ingrid Solheim?", "cv_ingrid_s", "languages"),
    ],
)
def test_a_person_by_name(library: Library, question: str, cv: str, section: str) -> None:
    hits = library.search(question).hits
    assert {hit.cv_id for hit in hits} == {cv}
    assert hits[0].section == section


@pytest.mark.parametrize(
    "question",
    [
        "Who knows COBOL?",
        "What is the capital of France?",
        "What is the salary of Ingrid Solheim?",
        "Where did John Smith study?",
        "Where did Tomasz Kowalczyk study?",
        "Does Ingrid Solheim know how to fly helicopters?",
        "Who has experience as a firefighter?",
        "¿Quién ha trabajado como torero?",
        "¿Quién ha viajado a la Luna?",
        "Qui a marché sur la Lune ?",
        "Wie backe ich Brot?",
        "",
        "???",
    ],
)
def test_nobodys_cv_answers(library: Library, question: str) -> None:
    result = library.search(question)
    assert not result.answerable
    assert result.hits == ()


ABOUT_PRIYA = (Said("user", "Where does Priya Raghunathan work?"), Said("assistant", "At Halloran & Pike LLP in Dublin [1]."))
ABOUT_SPANISH = (
    Said("user", "Who speaks Spanish?"),
    Said("assistant", "María José Zubiaurre Echeverría [1], Hugo Alcántara de la Vega [2] and Chidinma Okafor-Reyes [3]."),
)


@pytest.mark.parametrize(
    ("history", "question", "cvs"),
    [
        (ABOUT_PRIYA, "And where did she study?", {"priya_raghunathan"}),
        (ABOUT_PRIYA, "¿Y qué idiomas habla?", {"priya_raghunathan"}),
        (ABOUT_PRIYA, "And Ingrid Solheim?", {"cv_ingrid_s"}),
        (ABOUT_PRIYA, "Who knows Kubernetes?", {"okafor"}),
        (ABOUT_SPANISH, "And Japanese?", {"cv-lefevre"}),
        (ABOUT_SPANISH, "Which of them know Python?", {"okafor", "hugo_alcantara"}),
    ],
)
def test_follow_ups(library: Library, history: tuple[Said, ...], question: str, cvs: set[str]) -> None:
    assert found(library, question, *history) == cvs


def test_a_persons_passages_stay_together(library: Library) -> None:
    cvs = [hit.cv_id for hit in library.search("Who has trained or mentored colleagues?", top_k=8).hits]
    assert [cv for i, cv in enumerate(cvs) if i == 0 or cvs[i - 1] != cv] == list(dict.fromkeys(cvs))
