"""Reads a question: whom it names, what it is after, whether it asks for everybody who …, and under which conditions. Pure.

Nothing is looked up but names and word frequencies, both handed in. `retrieval.py` answers what is read here.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from unicodedata import normalize

from rag.aspects import Aspect, aspects_of, aspects_of_word, is_carrier, plain
from rag.concepts import concepts
from rag.names import PARTICLES, Known, Names, People, Token, tokens_of
from rag.words import fold, languages_of

_EVERYBODY = re.compile(
    r"\b(?:which (?:of (?:them|these|those)|ones?)|(?:cual|cuales|quien|quienes) de (?:ellos|ellas)|(?:welche\w*|wer) von ihnen|chi di loro|qual[ei] di loro|quais deles|who|whom|whose|anyone|anybody|someone|somebody|everyone|everybody|people|persons?|candidates?|applicants?|profiles|cvs|resumes|"
    r"quien|quienes|alguien|candidat[oa]s?|personas?|gente|perfiles|curriculos|"
    r"qui|quelqu['’]?\s?un|candidat[es]*|personnes?|profils|"
    r"wer|wen|wem|jemand|kandidat\w*|bewerber\w*|personen|leute|"
    r"quem|alguem|pessoas?|chi|qualcuno|candidati|persone)\b"
)
_IMPERATIVE = re.compile(
    r"^\W*(?:list|show|find|name|give me|search|looking for|i need|we need|dame|lista|muestra\w*|encuentra|busco|buscamos|necesito|necesitamos|liste|trouve\w*|cherche\w*|zeig\w*|nenne|finde|suche\w*|all)\b"
)
_NUMBER_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20,
    "un": 1, "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10, "doce": 12, "quince": 15, "veinte": 20,
    "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9, "dix": 10, "quinze": 15, "vingt": 20,
    "zwei": 2, "drei": 3, "vier": 4, "funf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "funfzehn": 15, "zwanzig": 20,
}  # fmt: skip
_N = rf"(?P<n>\d{{1,2}}|{'|'.join(_NUMBER_WORDS)})"
_YEARS = r"(?:years?|yrs?|anos?|ans|annees?|jahren?|jahre|anni)"
_MORE = r"more than|over|above|exceeding|mas de|plus de|mehr als|uber|mais de|piu di|longer than"
_LEAST = r"at least|minimum(?: of)?|min\.?|not less than|no less than|al menos|como minimo|por lo menos|minimo|au moins|au minimum|mindestens|wenigstens|pelo menos|almeno"
_LESS = r"less than|fewer than|under|below|menos de|moins de|weniger als|unter|meno di"
_MOST = r"at most|up to|maximum(?: of)?|no more than|como maximo|hasta|au plus|maximum|hochstens|maximal"
_COMPARISON = re.compile(
    rf"\b(?:(?P<more>{_MORE})|(?P<least>{_LEAST})|(?P<less>{_LESS})|(?P<most>{_MOST}))\s+{_N}\s*(?P<plus>\+|or more|o mas|ou plus|oder mehr)?\s*{_YEARS}\b"
)
_PLUS = re.compile(
    rf"\b{_N}\s*(?P<plus>\+|or more|plus|o mas|ou plus|oder mehr)\s*{_YEARS}\b|\b{_N.replace('n>', 'm>')}\s*{_YEARS}\s*(?:or more|o mas|ou plus|oder mehr)\b"
)
_BARE_YEARS = re.compile(rf"\b{_N}\s*{_YEARS}\b(?!\s*olds?\b)")
_HOW_LONG = re.compile(
    r"how many years|how long|cuantos anos|cuanto tiempo|combien d['’]?\s?annees|depuis combien|wie viele jahre|wie lange|seit wann|since when|desde cuando|quantos anos|quanti anni"
)
_HOW_TO = re.compile(
    r"^\W*(?:how (?!many|long|much)|what(?:['’]?s| is| are) the (?:best|easiest|right) |como |comment |wie (?!viel|lang)|come |write |schreib\w* |escribe\w* |ecri[st]\w* )"
)
_SENTENCE = re.compile(
    r"[?¿!]|\b(?:i|me|my|you|your|what|which|when|where|why|how|is|are|does|will|yo|mi|tu|que|cual|cuando|donde|es|son|je|moi|mon|quel\w*|quand|est|ich|mein\w*|was|welche\w*|wann|wo|ist|sind)\b"
)
_ASKS = re.compile(
    r"^\W*(?:(?:and|y|et|und|e)\s+)?(?:what|where|when|why|how|is|are|was|were|does|do|did|can|could|will|would|tell|que|cual\w*|donde|cuando|como|es|son|wo|wann|wie|warum|ist|sind|"
    r"quel\w*|quand|comment|ou|pourquoi|est|qual\w*|onde|quando|come|dove|perche)\b"
)
_FEW = 8
_SHOUTED = 3
"""A longer question all in capitals says nothing by its capitals."""
_ARTICLES = frozenset("a o e y i u".split())
"""With a capital only because they begin the question: elsewhere a single capital may be a name (`R`)."""
_AND = frozenset("and y e und et sowie plus also well & ademas anche".split())
_OR = frozenset("or o u ou oder bzw".split())
_NOT = frozenset(
    "not no without except excluding but sin excepto salvo nicht ohne kein keine ausser sans sauf excepte pero aber mais".split()
)
_WORKED_AT = re.compile(
    r"\b(?:work\w*|employed|job|experience|career|position|role|served|intern\w*)\s+(?:\w+\s+){0,4}?(?:at|for|with)\b|\bemploy(?:ed|ee|ees|er)\b|\btrabaj\w*\s+(?:\w+\s+){0,3}?(?:en|para|con)\b|\bempleado\w* (?:en|de|por)\b|"
    r"\btravaill\w*\s+(?:\w+\s+){0,3}?(?:chez|a|pour|au)\b|\b(?:bei|fur)\b.*\b(?:gearbeitet|arbeitet|arbeiten|tatig|angestellt|beschaftigt)\b|\barbeite\w*\s+(?:\w+\s+){0,3}?(?:bei|fur)\b|\btrabalh\w*\s+(?:n[ao]|em|para)\b|\blavor\w*\s+(?:per|in|presso)\b"
)


_WITH = re.compile(r"\b(?:with|con|avec|mit|com)\b")


class Comparison(StrEnum):
    """How a number of years is bounded."""

    MORE = "more than"
    LEAST = "at least"
    LESS = "less than"
    MOST = "at most"


@dataclass(frozen=True, slots=True)
class Years:
    """A condition on years of experience."""

    comparison: Comparison
    years: int

    def holds(self, years: float) -> bool:
        """Does this many years meet the condition?"""
        match self.comparison:
            case Comparison.MORE:
                return years > self.years
            case Comparison.LEAST:
                return years >= self.years
            case Comparison.LESS:
                return years < self.years
            case Comparison.MOST:
                return years <= self.years


class Joint(StrEnum):
    """How a clause binds to the conditions before it."""

    AND = "and"
    OR = "or"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition: the positions of its telling words."""

    joint: Joint
    positions: tuple[int, ...]
    aspects: frozenset[Aspect]
    employer: bool = False
    with_something: bool = False
    """`Worked with` may name an employer, or a tool; `worked at` names an employer."""
    by_name: bool = False
    """The employer is written like a name. German writes every noun so: there it cannot be told."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question, read. `telling` are the positions of the words that say what is sought; `everybody` asks for all who fit.

    `language` is the one of `read_in` that its little words are read by; these are several where its words speak for none more than for others.
    `asks_of_the_world` is a question that neither asks for somebody nor begins like a description: `what is the capital of …`.
    `how_to` asks how something is done: CVs say who did it. `key_words` is no sentence: whoever types `heat pump installer` looks for one.
    """

    text: str
    tokens: tuple[Token, ...]
    language: str
    read_in: tuple[str, ...]
    people: People
    aspects: frozenset[Aspect]
    telling: tuple[int, ...]
    everybody: bool
    years: Years | None
    how_long: bool
    how_to: bool
    key_words: bool
    asks_of_the_world: bool
    clauses: tuple[Clause, ...]

    def with_names_as(self, stand_in: str) -> str:
        """Its words, with one stand-in for the words of each name."""
        said: list[str] = []
        for i, token in enumerate(self.tokens):
            if i not in self.people.positions:
                said.append(token.raw)
            elif i - 1 not in self.people.positions:
                said.append(stand_in)
        return " ".join(said)


def read_question(text: str, names: Names, frequency: Callable[[str], int]) -> Question:
    """Reads a question against the names and words of one index: see `Question`."""
    text = normalize("NFKC", text)
    if text.isupper() and len(text.split()) > _SHOUTED:
        text = text.lower()
    read_in = _languages(text)
    language = "en" if "en" in read_in else read_in[0]
    tokens = tuple(tokens_of(text))
    years, years_at = _years(text, tokens)

    speaking = Aspect.SPEAKS in aspects_of(tokens)

    def ordinary(at: int) -> bool:
        token = tokens[at]
        return (
            is_carrier(token, language)
            or (speaking and _is_language(token, language))
            or bool(aspects_of_word(plain(token)) and (not token.capital or at == 0))
            or _is_concept(token, language)
        )

    folded = fold(text)
    key_words = len(tokens) <= _FEW and not _SENTENCE.search(folded)
    people = names.find(tokens, Known(frequency, ordinary, concepts().words.__contains__, concepts().is_work, key_words))
    telling = tuple(
        i
        for i, token in enumerate(tokens)
        if i not in people.positions
        and i not in years_at
        and not is_carrier(token, language)
        and not _is_possessive(token)
        and not (i == 0 and len(token.raw) == 1 and token.folded in _ARTICLES)
    )
    everybody = not people.cvs and bool(_EVERYBODY.search(folded) or _IMPERATIVE.search(folded))
    return Question(
        text=text,
        tokens=tokens,
        language=language,
        read_in=read_in,
        people=people,
        aspects=aspects_of([token for i, token in enumerate(tokens) if i not in people.positions]),
        telling=telling,
        everybody=everybody,
        years=years,
        how_long=bool(_HOW_LONG.search(folded)),
        how_to=not everybody and bool(_HOW_TO.search(folded)),
        asks_of_the_world=not everybody and bool(_ASKS.match(folded)),
        key_words=key_words,
        clauses=tuple(_clauses(folded, tokens, telling, language)),
    )


def _languages(text: str) -> tuple[str, ...]:
    """The languages that speak most in the words that are not written like names: the El of El Amrani is no article, nor is the `van der` of van der Merwe."""
    first, *rest = text.split() or [""]
    names = [word[:1].isupper() for word in rest]
    for i in range(len(rest) - 2, -1, -1):
        names[i] = names[i] or (names[i + 1] and fold(rest[i]).strip("(,") in PARTICLES)
    plain_words = [word for word, name in zip(rest, names, strict=True) if not name]
    spoken, of_all = languages_of(" ".join((first, *plain_words))), languages_of(text)
    return tuple(language for language in of_all if language in spoken) or spoken


def _is_possessive(token: Token) -> bool:
    return token.folded in {"s", "'s"}


def _is_language(token: Token, language: str) -> bool:
    """`Who speaks German?` is not about a candidate whose name is German."""
    mentions = concepts().mentions([token.folded], (language, "en"))
    return any(concepts().by_name[mention.concept].kind == "language" for mention in mentions)


def _is_concept(token: Token, language: str) -> bool:
    mentions = concepts().mentions([token.folded], (language, "en"))
    return not token.capital and any(not concepts().by_name[mention.concept].ordinary for mention in mentions)


def _years(text: str, tokens: Sequence[Token]) -> tuple[Years | None, frozenset[int]]:
    folded = fold(text)
    if found := _COMPARISON.search(folded):
        kind = next(name for name in ("more", "least", "less", "most") if found[name])
        comparison = {"more": Comparison.MORE, "least": Comparison.LEAST, "less": Comparison.LESS, "most": Comparison.MOST}[kind]
        return Years(comparison, _number(found["n"])), _numbers_at(tokens, found[0])
    if found := _PLUS.search(folded):
        return Years(Comparison.LEAST, _number(found["n"] or found["m"])), _numbers_at(tokens, found[0])
    if found := _BARE_YEARS.search(folded):
        return Years(Comparison.LEAST, _number(found["n"])), _numbers_at(tokens, found[0])
    return None, frozenset()


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _NUMBER_WORDS[text]


def _numbers_at(tokens: Sequence[Token], phrase: str) -> frozenset[int]:
    parts = set(re.findall(r"\w+", phrase))
    return frozenset(i for i, token in enumerate(tokens) if token.folded in parts)


def _clauses(folded: str, tokens: Sequence[Token], telling: Sequence[int], language: str) -> list[Clause]:
    """The telling words, split where the question says and, or, not, or sets a comma between two of them."""
    clauses: list[Clause] = []
    positions: list[int] = []
    began, joint = 0, Joint.AND
    commas = _after(r"[,;]", folded, tokens)
    alternatives = _after(r"[(]|[,;/](?=[^()]*\))", folded, tokens)  # `a Celtic language (Irish, Welsh)`

    def close(until: int) -> None:
        if positions:
            some = tokens[began:until]
            text = " ".join(token.folded for token in some)
            employer, with_something = bool(_WORKED_AT.search(text)), bool(_WITH.search(text))
            named = language != "de" and all(tokens[i].capital or aspects_of_word(plain(tokens[i])) for i in positions)
            titled = any(token.capital and at > 0 and aspects_of_word(plain(token)) for at, token in enumerate(some, start=began))
            by_name = employer and not with_something and named and not titled  # a certificate may be called Working at Height
            clauses.append(Clause(joint, tuple(positions), aspects_of(some), employer, with_something, by_name))
            positions.clear()

    wanted = set(telling)
    for i, token in enumerate(tokens):
        bound = next(
            (
                kind
                for kind, marks in ((Joint.NOT, _NOT), (Joint.OR, _OR), (Joint.AND, _AND))
                if token.folded in marks
                and not (token.raw.isupper() or (i and token.capital))  # Johnson And Johnson, Doctors Without Borders
            ),
            None,
        )
        if i in alternatives and not bound:
            close(i)
            began, joint = i, Joint.OR if clauses else Joint.AND
        elif bound or i in commas:
            close(i)
            if bound and (bound is not Joint.AND or joint is not Joint.NOT or not positions):
                began, joint = i, bound if clauses or bound is Joint.NOT else Joint.AND
            elif i in commas:
                began = i
        if i in wanted and not bound:
            positions.append(i)
    close(len(tokens))
    telling_clauses = [clause for clause in clauses if not all(aspects_of_word(plain(tokens[i])) for i in clause.positions)]
    if telling_clauses and any(clause.joint is Joint.OR for clause in clauses) and len(telling_clauses) < len(clauses):
        first, *others = (
            replace(clause, aspects=frozenset(), employer=False, by_name=False) for clause in telling_clauses
        )  # `studied or worked in Lyon`: either will do
        return [replace(first, joint=first.joint if first.joint is Joint.NOT else Joint.AND), *others]
    return clauses


def _after(mark: str, folded: str, tokens: Sequence[Token]) -> set[int]:
    """The tokens that follow a mark, a pattern."""
    found: set[int] = set()
    at = 0
    for i, token in enumerate(tokens):
        next_at = folded.find(token.folded, at)
        if next_at < 0:
            continue
        if i and any(m.end() > at and m.end() <= next_at for m in re.finditer(mark, folded)):
            found.add(i)
        at = next_at + len(token.folded)
    return found
