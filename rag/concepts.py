"""Ideas that several languages and several words have in common: `nurse`, `enfermera` and `Krankenpfleger` are one concept.

Concepts carry a question across languages, and across synonyms. They come from `vocabulary/concepts.txt`. Pure, loaded once.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from rag.words import LANGUAGES, fold, is_stop_word, raw_words, stem, words

_FILES = ("concepts.txt", "certificates.txt", "tasks.txt", "roles.txt", "world.txt", "skill_nouns.txt", "everyday.txt")
_REGIONS = "regions.txt"
_MEANINGS = 4
_SHORTEST_TAIL = 6
_WIDE = "everyday"
_PHRASES_OF_WORDS = frozenset({"role", "certificate", "skill"})
_ORDINARY = frozenset({_WIDE, "noun"})
_COLUMNS = ("en", "es", "fr", "de", "pt", "it")
_Trie = dict[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Concept:
    """`name` identifies it, `kind` is the group it stands under, `word` says it in English.

    The ideas of `everyday` are wide: their words are close, not the same (`king`, `minister`). Their names begin with a mark, so that they meet no other's.
    """

    name: str
    kind: str
    word: str

    @property
    def ordinary(self) -> bool:
        """A word of everyday, which may as well be a name: Marco, Rosa, Wood."""
        return self.kind in _ORDINARY

    @property
    def wide(self) -> bool:
        """Are its words close to each other rather than the same?"""
        return self.kind == _WIDE


@dataclass(frozen=True, slots=True)
class Mention:
    """A concept in a list of words, from `start` to before `end`."""

    concept: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Concepts:
    """The whole vocabulary, by language."""

    by_name: dict[str, Concept]
    phrases: dict[str, _Trie]
    roles: dict[str, _Trie]
    """Who does something, found by number and gender alone: a stem would take `development` for `developer`."""
    exact: dict[str, _Trie]
    """The phrases word for word, but for number and gender: where one stem serves two ideas, the one that is written so is meant (a `hospital` is no `hospitality`)."""
    longest: int
    words: frozenset[str]
    """The folded words of every phrase, in every language."""

    def is_work(self, word: str) -> bool:
        """Does the folded word alone say what somebody is by profession, in any language?"""
        return any((singular(word),) in trie for trie in self.roles.values())

    def mentions(self, tokens: Sequence[str], languages: Sequence[str]) -> list[Mention]:
        """The concepts in the folded words, longest phrase first, none inside another; a phrase of several meanings gives each of them.

        `languages` are in order of preference.
        """
        stems = {language: [stem(token, language) for token in tokens] for language in languages}
        plain = [singular(token) for token in tokens]
        found: list[Mention] = []
        at = 0
        while at < len(tokens):
            here = self._longest_at(tokens, stems, plain, at)
            found.extend(here or (self._compound(tokens[at], at) if "de" in stems else ()))
            at = here[0].end if here else at + 1
        return found

    def within(self, tokens: Sequence[str], mentions: Sequence[Mention], languages: Sequence[str]) -> list[str]:
        """What the single words say of phrases that name a profession, a certificate or a skill: a `civil engineer` is an engineer, a `forklift licence` has to do with forklifts, `Medikamentengabe` with medication."""
        phrases = [
            mention for mention in mentions if mention.end - mention.start > 1 and self.by_name[mention.concept].kind in _PHRASES_OF_WORDS
        ]
        at = sorted({at for mention in phrases for at in range(mention.start, mention.end)})
        compounds = {
            mention.start
            for mention in mentions
            if mention.end - mention.start == 1 and self.by_name[mention.concept].kind in {"certificate", "skill"}
        }
        parts = [part for i in sorted(compounds) if "de" in languages for part in self._compound(tokens[i], i)]
        return [
            *(mention.concept for i in at for mention in self.mentions(tokens[i : i + 1], languages)),
            *(part.concept for part in parts),
        ]

    def _longest_at(self, tokens: Sequence[str], stems: dict[str, list[str]], plain: list[str], at: int) -> list[Mention]:
        for length in range(min(self.longest, len(tokens) - at), 0, -1):
            for language, stemmed in stems.items():
                end = at + length
                roles = self.roles[language].get(tuple(plain[at:end]), ())
                names = roles or self._as_written(self.phrases[language].get(tuple(stemmed[at:end]), ()), plain[at:end], language)
                if names and not (length == 1 and is_stop_word(tokens[at], language)):
                    return [Mention(name, at, end) for name in names]
        return []

    def _as_written(self, names: tuple[str, ...], plain: Sequence[str], language: str) -> tuple[str, ...]:
        """Of several ideas of one stem those written with just these words, if any is; ideas of everyday are wide enough to stay."""
        if len(names) < 2:
            return names
        exact = self.exact[language].get(tuple(plain), ())
        telling = [name for name in names if name in exact and not self.by_name[name].wide]
        return tuple(name for name in names if name in telling or self.by_name[name].wide) if telling else names

    def _compound(self, word: str, at: int) -> tuple[Mention, ...]:
        """A German compound of known words is about both: `Krankenhausverwaltung` is hospital and administration; a `Landeskrankenhaus` is a hospital."""
        if len(word) < 10 or not word.isalpha():
            return ()
        for cut in range(4, len(word) - 3):
            heads = (self._single(part) for part in (word[:cut], word[:cut].removesuffix("s")))
            if (tail := self._single(word[cut:])) and (head := next(filter(None, heads), "")):
                return Mention(head, at, at + 1), Mention(tail, at, at + 1)
        tails = (self._single(word[cut:]) for cut in range(3, len(word) - _SHORTEST_TAIL + 1))
        tail = next((name for name in tails if name and not self.by_name[name].ordinary), "")
        return (Mention(tail, at, at + 1),) if tail else ()

    def _single(self, word: str) -> str:
        names = self.roles["de"].get((singular(word),)) or self.phrases["de"].get((stem(word, "de"),), ())
        return names[0] if names else ""


@cache
def _cities() -> dict[tuple[str, ...], tuple[str, ...]]:
    """The countries that have a city of this name."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for line in _lines("cities.txt"):
        country, cities = line.split(" | ")
        for city in cities.split("; "):
            key = tuple(city.split())
            found[key] = (*found.get(key, ()), country)
    return found


_LONGEST_CITY = 4


def countries_of_cities(tokens: Sequence[str]) -> list[str]:
    """The concepts of the countries whose cities the folded words name: who lives in Bilbao lives in Spain."""
    known = _cities()
    return [
        country
        for at in range(len(tokens))
        for length in range(1, _LONGEST_CITY + 1)
        for country in known.get(tuple(tokens[at : at + length]), ())
    ]


def regions_of(countries: Iterable[str]) -> set[str]:
    """The concepts of the parts of the world that these countries lie in."""
    return {region for country in countries for region in _regions().get(country, ())}


@cache
def _regions() -> dict[str, tuple[str, ...]]:
    """The regions of each country."""
    found: dict[str, tuple[str, ...]] = {}
    for line in _lines(_REGIONS):
        names, countries = line.split("=")
        for country in countries.split(";"):
            found[country.strip()] = (*found.get(country.strip(), ()), names.split("|")[0].split(";")[0].strip())
    return found


def _lines(name: str) -> list[str]:
    text = files("rag.vocabulary").joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


@cache
def concepts() -> Concepts:
    """The shipped vocabulary."""
    lines = [line for name in _FILES for line in _lines(name)]
    lines += ["@place", *(line.split("=")[0] for line in _lines(_REGIONS))]
    by_name: dict[str, Concept] = {}
    said: set[str] = set()
    phrases: dict[str, _Trie] = {language: {} for language in LANGUAGES}
    roles: dict[str, _Trie] = {language: {} for language in LANGUAGES}
    exact: dict[str, _Trie] = {language: {} for language in LANGUAGES}
    kind = ""
    for line in lines:
        if line.startswith("@"):
            kind = line[1:].strip()
            continue
        columns = [[phrase.strip() for phrase in column.split(";") if phrase.strip()] for column in line.split("|")]
        word = columns[0][0]
        name = f"~{word}" if kind == _WIDE else word
        by_name.setdefault(name, Concept(name, kind, word))
        said.update(phrase for column in columns for phrase in column)
        for language, column in zip(_COLUMNS, columns, strict=False):
            for phrase in column:
                for tokens in _ways_to_say(phrase):
                    if kind == "role":
                        _add(roles[language], map(singular, tokens), name)
                    else:
                        _add(phrases[language], (stem(token, language) for token in tokens), name)
                        _add(exact[language], map(singular, tokens), name)
    longest = max(len(key) for tries in (phrases, roles) for trie in tries.values() for key in trie)
    return Concepts(
        by_name=by_name,
        phrases=phrases,
        roles=roles,
        exact=exact,
        longest=longest,
        words=frozenset(word for phrase in said for word in words(fold(phrase)) if word.isalpha()),
    )


def _ways_to_say(phrase: str) -> Iterator[list[str]]:
    """A phrase's words; where some are joined by a mark (`cash-flow planning`), as one and apart, too: questions have them as one."""
    tokens = words(fold(phrase))
    yield tokens
    if len(raw := raw_words(fold(phrase))) > 1 and len(raw) < len(tokens):
        yield [words(word)[0] for word in raw]
        yield [part for word in raw for part in (words(word)[1:] or words(word))]


def _add(trie: _Trie, key: Iterable[str], name: str) -> None:
    key = tuple(key)
    known = trie.get(key, ())
    if name not in known:
        trie[key] = (*known, name)[:_MEANINGS]


def singular(word: str) -> str:
    """The word without the endings of number and gender."""
    if len(word) < 5:
        return word
    bare = word.rstrip("s")
    for feminine, masculine in (("trice", "teur"), ("euse", "eur")):
        if bare.endswith(feminine):
            return bare.removesuffix(feminine) + masculine
    bare = word.removesuffix("innen").removesuffix("in").rstrip("s")
    return bare[:-1] if bare.endswith(("a", "e", "o")) else bare


def languages_to_read(language: str) -> tuple[str, ...]:
    """The text's own language first; English words stand in every CV."""
    return (language, "en") if language in LANGUAGES and language != "en" else ("en",)


def vocabularies_of(languages: Sequence[str]) -> Sequence[str]:
    """The languages in which the ideas of a question are looked up that may be in any of these: as in passages, where there is no doubt. Elsewhere `tall` is a workshop."""
    return languages_to_read(languages[0]) if len(languages) == 1 else languages


def in_english(text: str, language: str) -> str:
    """The text as far as the vocabulary can say it in English; little words fall away, other words stay.

    For embedding models that know English only. English text comes back as it is.
    """
    if language == "en" or language not in LANGUAGES:
        return text
    tokens = words(text)
    said: list[str] = []
    at = 0
    for mention in [*concepts().mentions(tokens, languages_to_read(language)), Mention("", len(tokens), len(tokens))]:
        said.extend(word for word in tokens[at : mention.start] if not is_stop_word(word, language))
        if mention.concept:
            said.append(concepts().by_name[mention.concept].word)
        at = mention.end
    return " ".join(said)
