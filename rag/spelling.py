"""Mends slips of the finger in a question's ordinary words: `literrary translaton`. Pure.

Only words that nothing knows are touched, neither the index nor the vocabulary nor the dictionary of English words (`related.py`), and only if a known word is one slip away. Names have their own rules (`names.py`).
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

from rag.concepts import concepts
from rag.names import Token, one_apart
from rag.related import thesaurus
from rag.words import fold, words

_SHORTEST = 6


def respelled(tokens: Sequence[Token], is_known: Callable[[Token], bool]) -> tuple[Token, ...]:
    """The tokens, those mended that were misspelt. `is_known` says whether the index or the grammar knows a word."""
    return tuple(_mended(token, at, is_known) for at, token in enumerate(tokens))


def _mended(token: Token, at: int, is_known: Callable[[Token], bool]) -> Token:
    word = token.folded
    if len(word) < _SHORTEST or not word.isalpha() or (token.capital and at > 0) or is_word(word) or is_known(token):
        return token
    if thesaurus().knows(word):
        return token  # `karate` is no map, and whoever served is no server
    found = [
        known
        for length in (len(word) - 1, len(word), len(word) + 1)
        for known in _spellings()[0].get((word[0], length), ())
        if one_apart(known, word)
    ]
    if not found:
        return token
    best = max(found, key=len)  # a letter is left out more often than another is hit
    return replace(token, folded=best, parts=(best,))


def is_word(word: str) -> bool:
    """Does the vocabulary have this word, in any language?"""
    return word in _spellings()[1]


@cache
def _spellings() -> tuple[dict[tuple[str, int], tuple[str, ...]], frozenset[str]]:
    """The vocabulary's words by first letter and length, and all of them."""
    every = frozenset(word for said in concepts().said for word in words(fold(said)) if word.isalpha())
    shelves: dict[tuple[str, int], list[str]] = defaultdict(list)
    for word in sorted(every):
        if len(word) >= _SHORTEST - 1:
            shelves[word[0], len(word)].append(word)
    return {key: tuple(some) for key, some in shelves.items()}, every
