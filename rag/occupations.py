"""What people do for a living: which occupations a CV names, and which a question describes without naming them.

`Who puts out fires?` shares no word with a firefighter's CV. The vocabulary of occupations (`vocabulary/occupations.txt`, after ISCO-08) says what each does;
a question is compared with all of them, by words and by vectors. That finds the CVs that name the occupation, in any language the vocabulary has; and where
the occupation described is nobody's, it says so: without it the nearest neighbour would answer.

Called by the indexer (`named_in`) and by retrieval (`described_by`). Loaded once a process and model.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from rag.concepts import concepts, languages_to_read, singular
from rag.embedders.port import Embedder
from rag.expansion import how_telling, sought_in, with_near_words
from rag.names import Token
from rag.near_words import NearWords, near_words_of
from rag.terms import passage_terms, shapes, skeleton
from rag.words import LANGUAGES, fold, words

OCCUPATION = "@"
"""Begins a term that stands for an occupation; no word begins so."""

_Trie = dict[tuple[str, ...], tuple[str, ...]]
_COLUMNS = ("en", "es", "fr", "de")


@dataclass(frozen=True, slots=True)
class Occupation:
    """`name` identifies it; `does` are the clauses that say what it is, in English."""

    name: str
    names: dict[str, tuple[str, ...]]
    does: tuple[str, ...]


def occupation_term(name: str) -> str:
    return OCCUPATION + name


@cache
def occupations() -> tuple[Occupation, ...]:
    """The shipped vocabulary. Names that the concepts have for a role in other languages are joined in."""
    text = files("rag.vocabulary").joinpath("occupations.txt").read_text(encoding="utf-8")
    return tuple(_read(line) for line in text.splitlines() if line.strip() and not line.startswith("#"))


def _read(line: str) -> Occupation:
    *named, does = ([part.strip() for part in column.split(";") if part.strip()] for column in line.split("|"))
    names = {language: tuple(fold(name) for name in column) for language, column in zip(_COLUMNS, named, strict=True)}
    return Occupation(named[0][0], names, tuple(clause.strip() for clause in " ".join(does).split(",")))


def named_in(text: str, language: str) -> set[str]:
    """The occupations that a heading, a job's title or a summary names."""
    tokens = [singular(token) for token in words(text)]
    tries, longest = _tries()
    found: set[str] = set()
    at = 0
    while at < len(tokens):
        length, names = next(
            (
                (length, names)
                for length in range(min(longest, len(tokens) - at), 0, -1)
                if (names := {n for spoken in languages_to_read(language) for n in tries[spoken].get(tuple(tokens[at : at + length]), ())})
            ),
            (1, set[str]()),
        )
        found |= names or _compound(tokens[at], tries["de"])
        at += length
    return found


def _compound(word: str, german: _Trie) -> set[str]:
    """What a German compound ends with is what it is: `Fachapotheker`, `Fernfahrer`."""
    tails = (word[cut:] for cut in range(3, len(word) - 4)) if len(word) >= 9 else ()
    return next((set(names) for tail in tails if (names := german.get((tail,)))), set[str]())


@cache
def _tries() -> tuple[dict[str, _Trie], int]:
    tries: dict[str, _Trie] = {language: {} for language in LANGUAGES}
    by_concept: dict[str, str] = {}
    for occupation in occupations():
        for language, names in occupation.names.items():
            for name in names:
                _put(tries[language], tuple(map(singular, words(name))), occupation.name)
                if language == "en":
                    by_concept.setdefault(name, occupation.name)
    vocabulary = concepts()
    for language in LANGUAGES:
        for key, roles in vocabulary.roles[language].items():
            for role in roles:
                if role in by_concept:
                    _put(tries[language], key, by_concept[role])
    return tries, max(len(key) for trie in tries.values() for key in trie)


def _put(trie: _Trie, key: tuple[str, ...], name: str) -> None:
    known = trie.get(key, ())
    if name not in known:
        trie[key] = (*known, name)


class Described:
    """Compares questions with what occupations do. `model` may be None: words alone decide then."""

    def __init__(self, model: Embedder | None) -> None:
        self._model = model
        self._all = occupations()
        texts = [", ".join((*occupation.names["en"], *occupation.does)) for occupation in self._all]
        said: dict[str, list[int]] = {}
        for n, text in enumerate(texts):
            for term in sorted(set(passage_terms(text, "en"))):
                said.setdefault(term, []).append(n)
        self._saying: dict[str, NDArray[np.int64]] = {term: np.array(which, dtype=np.int64) for term, which in said.items()}
        self._by_skeleton: dict[str, list[str]] = {}
        for term in self._saying:
            for shape in shapes(term):
                self._by_skeleton.setdefault(shape, []).append(term)
        self._near: NearWords | None = None
        if model is not None and model.single_words is not None:
            self._near = near_words_of({word for text in texts for word in words(text)}, model.single_words, self._saying)
            clauses = [(n, clause) for n, occupation in enumerate(self._all) for clause in _clauses(occupation)]
            self._owner: NDArray[np.int64] = np.array([n for n, _ in clauses], dtype=np.int64)
            self._is_name: NDArray[np.bool_] = np.array([clause in self._all[n].names["en"] for n, clause in clauses])
            self._vectors: NDArray[np.float32] = model.embed_passages([clause for _, clause in clauses])

    def of_title(self, title: str) -> set[str]:
        """The occupation that an English title without a known name is near to: `airline captain`. Empty if none is near enough, or no model can say."""
        if self._near is None or self._model is None or not title:
            return set()
        cosines = self._vectors[self._is_name] @ self._model.embed_queries([title])[0]
        best = int(np.argmax(cosines))
        return {self._all[int(self._owner[self._is_name][best])].name} if cosines[best] >= _SAME_TITLE else set()

    def __contains__(self, term: str) -> bool:
        return term in self._saying

    def cognates(self, word: str) -> list[str]:
        return self._by_skeleton.get(skeleton(word), [])

    def described_by(self, tokens: Sequence[Token], telling: Sequence[int], language: str, vector: NDArray[np.float32]) -> dict[str, float]:
        """The occupations that the question may be about, likeliest first, each with how sure that is, from 0 to 1. `vector` is the question's."""
        features = self.features(tokens, telling, language, vector)
        if features is None:
            return {}
        sure: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-(features @ _WEIGHTS + _BIAS)))
        order: list[int] = np.argsort(-sure, kind="stable")[:_MOST].tolist()
        return {self._all[n].name: float(sure[n]) for n in order if sure[n] >= _LEAST}

    def features(
        self, tokens: Sequence[Token], telling: Sequence[int], language: str, vector: NDArray[np.float32]
    ) -> NDArray[np.float64] | None:
        """For each occupation: the share of the question's words that its description has, and the cosine of its nearest clause."""
        things = sought_in(tokens, telling, language, self)
        things = with_near_words(things, language, self._near, self._model.single_words if self._model else None)
        if not things:
            return None
        shares = how_telling(things, tokens, language, self._model.single_words if self._model else None)
        covers = [self._cover(thing.terms) for thing in things]
        weights = [share * self._rarity(cover) for share, cover in zip(shares, covers, strict=True)]
        covered = np.sum([w * cover for w, cover in zip(weights, covers, strict=True)], axis=0) / max(sum(weights), 1e-6)
        cosines = np.zeros(len(self._all))
        if self._near is not None:
            cosines = np.full(len(self._all), -1.0)
            np.maximum.at(cosines, self._owner, (self._vectors @ vector).astype(np.float64))
        return np.stack([covered, cosines], axis=1)

    def _cover(self, wanted: Mapping[str, float]) -> NDArray[np.float64]:
        """For each occupation, how well the best of the terms says what is wanted."""
        cover = np.zeros(len(self._all))
        for term, weight in wanted.items():
            if (which := self._saying.get(term)) is not None:
                cover[which] = np.maximum(cover[which], weight)
        return cover

    def _rarity(self, cover: NDArray[np.float64]) -> float:
        frequency = int(np.count_nonzero(cover >= 0.5))
        return math.log1p((len(self._all) - frequency + 0.5) / (frequency + 0.5))


_WEIGHTS = np.array([5.4, 7.3])
_BIAS = -7.3
_LEAST, _MOST = 0.05, 5
_SAME_TITLE = 0.72


def _clauses(occupation: Occupation) -> list[str]:
    return [", ".join(occupation.names["en"]), ", ".join(occupation.does), *occupation.does, *occupation.names["en"]]


def described_with(model: Embedder) -> Described:
    """One for each model. A model that has no vectors of single words takes time or money for a thousand clauses: words alone decide there."""
    known = _BY_MODEL.get(model.name)
    if known is None:
        known = _BY_MODEL.setdefault(model.name, Described(model if model.single_words is not None else None))
    return known


_BY_MODEL: dict[str, Described] = {}
