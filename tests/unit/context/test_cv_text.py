"""Whose CV it is, and how it begins, told from text alone."""

import pytest

from app.infrastructure.context.cv_text import candidate_name, opening


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("# Ada Example\n\nText.", "Ada Example"),
        ("Preface.\n\n## Ada Example ##\n", "Ada Example"),
        ("No heading, only #hashtags here.", "Ada Example"),
        ("", "Ada Example"),
    ],
)
def test_the_candidate_is_the_first_heading_or_the_file_s_name(text: str, name: str) -> None:
    assert candidate_name(text, "ada-example") == name


def test_lines_of_one_paragraph_are_joined_and_two_sentences_are_kept() -> None:
    assert opening("# Ada\nI build\nengines. ¿Why not? It is fun.") == "I build engines. ¿Why not?"


def test_addresses_titles_and_lists_are_not_the_opening() -> None:
    assert opening("# Ada\n\nEngineer\nada@example.org\n\n- I am an item.\n\nI am the profile.") == "I am the profile."


def test_a_number_or_an_abbreviation_before_a_small_letter_ends_no_sentence() -> None:
    assert (
        opening("I run approx. 3.5 miles, i.e. enough. Then I rest. Then I sleep.") == "I run approx. 3.5 miles, i.e. enough. Then I rest."
    )


def test_a_long_opening_ends_at_a_word() -> None:
    snippet = opening("word " * 100 + "end.")
    assert len(snippet) <= 242
    assert snippet.endswith("word …")


def test_a_text_without_prose_has_no_opening() -> None:
    assert opening("# Ada\n\n- item") == ""
