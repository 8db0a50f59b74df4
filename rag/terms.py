"""What a text is indexed under: the stems of its words and the concepts they name. Pure.

A passage is reduced by its own language. A question does not know the passage's language, so each of its words becomes a group of terms
that would all do, with how well each would do (`query.py`, `expansion.py`).
"""

from collections.abc import Sequence

from rag.concepts import concepts, countries_of_cities, languages_to_read
from rag.words import LANGUAGES, is_stop_word, stem, words

CONCEPT = "="
"""Begins a term that stands for a concept; no word begins so."""


def concept_term(name: str) -> str:
    """The term that a concept is indexed under."""
    return CONCEPT + name


def passage_terms(text: str, language: str) -> list[str]:
    """The terms of a passage, with repeats."""
    tokens = words(text)
    terms = [stem(token, language) for token in tokens if not is_stop_word(token, language)]
    terms.extend(concept_term(mention.concept) for mention in concepts().mentions(tokens, languages_to_read(language)))
    terms.extend(concept_term(country) for country in countries_of_cities(tokens))
    return terms


def stems_of(word: str, languages: Sequence[str] = LANGUAGES) -> set[str]:
    """The word's stems in all languages: what it may stand under in a passage."""
    return {stem(word, language) for language in languages} | {word}


_SUFFIXES = (
    ("aciones", "ation"), ("acion", "ation"), ("iones", "ion"), ("sion", "sion"), ("cion", "tion"), ("zione", "tion"), ("coes", "tion"), ("cao", "tion"),
    ("idad", "ity"), ("idade", "ity"), ("itat", "ity"), ("ite", "ity"), ("ita", "ity"), ("mente", "ly"), ("ismus", "ism"), ("ismo", "ism"), ("isme", "ism"),
    ("ista", "ist"), ("iste", "ist"), ("ologia", "ology"), ("ologie", "ology"), ("grafia", "graphy"), ("graphie", "graphy"), ("grafie", "graphy"),
    ("icas", "ic"), ("icos", "ic"), ("ica", "ic"), ("ico", "ic"), ("ique", "ic"), ("isch", "ic"), ("ical", "ic"), ("ics", "ic"), ("ik", "ic"),
    ("ario", "ary"), ("aria", "ary"), ("aire", "ary"), ("ar", "ary"), ("ancia", "ance"), ("encia", "ence"), ("enz", "ence"), ("anz", "ance"),
    ("dor", "tor"), ("teur", "tor"), ("tore", "tor"), ("ieren", "ate"), ("ar", "ate"), ("oso", "ous"), ("eux", "ous"), ("ivo", "ive"), ("if", "ive"), ("iv", "ive"),
)  # fmt: skip


def skeleton(word: str) -> str:
    """A word's shape without what languages spell differently: cognates (`arquitecto`, `architect`) mostly share it. Empty for short words."""
    if len(word) < 6 or not word.isalpha():
        return ""
    for ending, english in _SUFFIXES:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)] + english
            break
    for old, new in (
        ("trans", "tras"),
        ("ph", "f"),
        ("th", "t"),
        ("ch", "k"),
        ("qu", "k"),
        ("ck", "k"),
        ("c", "k"),
        ("y", "i"),
        ("z", "s"),
        ("x", "s"),
        ("w", "v"),
    ):
        word = word.replace(old, new)
    closed = "".join(c for i, c in enumerate(word) if i == 0 or c != word[i - 1])
    bare = closed.rstrip("aeios")
    return bare if len(bare) >= 5 else ""


def shapes(term: str) -> set[str]:
    """The skeletons that a term can be found by: its own, and those of the last parts that a long compound may have (`Massenspektrometrie`)."""
    found = {skeleton(term)}
    if len(term) >= 13 and term.isalpha():
        found.update(skeleton(term[cut:]) for cut in range(4, len(term) - 8))
    return found - {""}
