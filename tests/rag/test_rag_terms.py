"""What a passage stands under, and what a question's word may find: by language, by profession, by part of the world."""

import pytest

from rag.chunk import Chunk
from rag.concepts import concepts, regions_of
from rag.headings import Section
from rag.lexical import LexicalIndex, LexicalWriter
from rag.library import Library
from rag.names import Names
from rag.query import read_question
from rag.terms import concept_term, passage_terms, word_terms


@pytest.mark.parametrize(
    ("word", "passage", "language"),
    [("tall", "Taller de cerámica", "es"), ("cello", "Stem cells", "en"), ("officer", "Offices in Lyon", "fr")],
)
def test_a_stem_of_another_language_is_no_word_of_this_one(word: str, passage: str, language: str) -> None:
    asked_in = "en" if language != "en" else "es"
    assert not word_terms(word, (asked_in,)).intersection(passage_terms(passage, language))


@pytest.mark.parametrize(("word", "passage", "language"), [("nurses", "Nurse", "en"), ("kubernetes", "Betrieb von Kubernetes", "de")])
def test_inflections_of_its_language_and_names_of_any_are_found(word: str, passage: str, language: str) -> None:
    assert word_terms(word, ("en",)).intersection(passage_terms(passage, language))


def test_cognates_are_found_by_the_words_and_by_their_stems(tmp_path_factory: pytest.TempPathFactory) -> None:
    writer = LexicalWriter()
    writer.add(passage_terms("evaluación formativa", "es"))
    folder = tmp_path_factory.mktemp("terms") / "terms"
    writer.write(folder)
    assert "formativa" in LexicalIndex(folder, 1).cognates("formative")


@pytest.mark.parametrize(
    ("text", "language", "ideas"),
    [
        ("Ingeniera civil", "es", {"civil engineer", "engineer"}),
        ("Hebamme in Nairobi", "de", {"midwife", "kenya", "africa", "east africa"}),
        ("Mission en Jordanie", "fr", {"jordan", "middle east"}),
    ],
)
def test_a_passage_stands_under_its_ideas_and_what_they_belong_to(text: str, language: str, ideas: set[str]) -> None:
    assert {concept_term(idea) for idea in ideas} <= set(passage_terms(text, language))


def test_every_country_of_a_region_is_a_place_of_the_vocabulary() -> None:
    known = concepts().by_name
    places = [name for name, concept in known.items() if concept.kind == "place"]
    assert all(region in known for region in regions_of(places))
    assert {"africa", "middle east", "scandinavia"} <= regions_of(places)


def test_professions_have_a_name_in_each_language() -> None:
    roles = {name for name, concept in concepts().by_name.items() if concept.kind == "role"}
    by_language = {language: {name for names in trie.values() for name in names} for language, trie in concepts().roles.items()}
    lacking = {
        language: sorted(roles - named)[:5]
        for language, named in by_language.items()
        if roles - named and language in {"en", "es", "fr", "de"}
    }
    assert lacking == {}


@pytest.mark.parametrize(
    ("question", "languages"),
    [("Who is tall?", ("en",)), ("Hospizschwester", ("en", "es", "fr", "de", "pt", "it")), ("Wer ist groß?", ("de",))],
)
def test_a_question_is_read_in_the_languages_that_it_may_be_in(question: str, languages: tuple[str, ...]) -> None:
    assert read_question(question, Names([]), lambda _: 0).read_in == languages


def test_an_age_is_no_experience() -> None:
    assert read_question("Who could take over a class of twelve year olds?", Names([]), lambda _: 0).years is None


@pytest.mark.parametrize("question", ["¿Quién es pediatra?", "Who is a notary?", "Wer ist Lokführer?"])
def test_a_profession_that_nobody_has_is_refused(library: Library, question: str) -> None:
    assert not library.search(question).answerable


def test_one_stem_of_two_ideas_is_the_one_that_is_written_so() -> None:
    assert "=hospital" in passage_terms("a hospital", "en")
    assert "=restaurant" not in passage_terms("a hospital", "en")
    assert "=restaurant" in passage_terms("hospitality", "en")


def test_a_phrase_may_end_inside_a_word_and_be_joined_by_a_mark() -> None:
    assert "=first aid" in passage_terms("First Aid/CPR", "en")
    assert "=cash-flow planning" in passage_terms("cash-flow planning", "en")
    assert "=cash-flow planning" in passage_terms("cash flow planning", "en")
    assert "=cash-flow planning" in passage_terms("Liquiditätsplanung", "de")


@pytest.mark.parametrize(
    ("text", "language", "idea"),
    [
        ("AdA-Schein der IHK", "de", "trainer aptitude"),
        ("Ausbildereignungsprüfung", "de", "trainer aptitude"),
        ("Permis B", "fr", "driving licence"),
        ("Patente di guida", "it", "driving licence"),
        ("Commercial Driver's License", "en", "driving licence"),
        ("Staplerschein", "de", "forklift"),
        ("Manipulador de alimentos", "es", "food hygiene certificate"),
        ("inscrite au barreau de Lyon", "fr", "admission to the bar"),
        ("Approbation als Arzt", "de", "medical licence"),
        ("Mergulho", "pt", "diving certificate"),
    ],
)
def test_certificates_are_one_idea_in_every_language(text: str, language: str, idea: str) -> None:
    assert f"={idea}" in passage_terms(text, language)


@pytest.mark.parametrize(
    ("text", "language"), [("Ada Lovelace", "en"), ("Ausbildung zum Koch", "de"), ("December", "en"), ("una capa de pintura", "es")]
)
def test_what_only_looks_like_a_certificate_is_none(text: str, language: str) -> None:
    certificates = {f"={name}" for name, concept in concepts().by_name.items() if concept.kind == "certificate"}
    assert not certificates & set(passage_terms(text, language))


def test_a_heading_that_is_denied_is_not_what_a_passage_is_found_by() -> None:
    assert Chunk(Section.OTHER, "Driving licence", 1, "No").denies
    assert not Chunk(Section.OTHER, "Driving licence", 1, "No points, category B").denies
