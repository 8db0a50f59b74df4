"""What a text is indexed under: its words as written, their stems, and the concepts they name. Pure.

A passage is reduced by its own language, and its stems carry it: the stem of Spanish `taller`, a workshop, is `tall`, which is no English word in that passage. A word as
written (a product, an employer) counts in every language. Each word of a question becomes a group of terms that would all do, with how well each would do (`query.py`,
`expansion.py`).
"""

from collections.abc import Sequence

from rag.concepts import concepts, countries_of_cities, languages_to_read, regions_of
from rag.words import is_stop_word, raw_words, stem, words

CONCEPT = "="
"""Begins a term that stands for a concept; no word begins so."""
_OF = "_"
"""Between a stem and its language; no word has it."""


def concept_term(name: str) -> str:
    """The term that a concept is indexed under."""
    return CONCEPT + name


def passage_terms(text: str, language: str) -> list[str]:
    """The terms of a passage, with repeats."""
    tokens = words(text)
    terms = [term for token in tokens if not is_stop_word(token, language) for term in (token, stem_term(token, language))]
    mentions = concepts().mentions(tokens, languages_to_read(language))
    terms.extend(concept_term(mention.concept) for mention in mentions)
    terms.extend(concept_term(name) for name in concepts().within(tokens, mentions, languages_to_read(language)))
    if len(apart := _apart(text)) != len(tokens):  # `First Aid/CPR`: a phrase may end inside a word
        found = {mention.concept for mention in mentions}
        terms.extend(
            concept_term(mention.concept)
            for mention in concepts().mentions(apart, languages_to_read(language))
            if mention.end - mention.start > 1 and mention.concept not in found
        )
    countries = countries_of_cities(tokens)
    terms.extend(concept_term(country) for country in countries)
    terms.extend(concept_term(region) for region in regions_of({*countries, *(mention.concept for mention in mentions)}))
    return terms


def _apart(text: str) -> list[str]:
    """The words, those joined by a mark only apart."""
    return [part for raw in raw_words(text) for part in (words(raw)[1:] or words(raw))]


def word_terms(word: str, languages: Sequence[str]) -> set[str]:
    """What a folded word of these languages may stand under in a passage."""
    return {word, *(stem_term(word, language) for language in languages)}


def stem_term(word: str, language: str) -> str:
    """The term that a folded word of a passage in this language is indexed under, beside the word itself."""
    return f"{stem(word, language)}{_OF}{language}"


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
    word = term.partition(_OF)[0]
    found = {skeleton(word)}
    if len(word) >= 13 and word.isalpha():
        found.update(skeleton(word[cut:]) for cut in range(4, len(word) - 8))
    return found - {""}
