"""Reads a question: whom it names, what it is after, whether it asks for everybody who …, and under which conditions. Pure.

Nothing is looked up but names and word frequencies, both handed in. `retrieval.py` answers what is read here.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from unicodedata import normalize

from rag.ages import BornOrAged, born_or_aged
from rag.aspects import Aspect, aspects_of, aspects_of_word, is_carrier, plain
from rag.concepts import concepts
from rag.experience import Years, of_a_career, other_spells, since_asked, years_asked
from rag.names import PARTICLES, Known, Names, People, Token, tokens_of
from rag.tense import When, said_of_time, when_of
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
_WAYS_OF_WORKING = frozenset(
    "intern interned internship internships apprenticeship volunteer volunteered volunteering stage stages benevolat apprentissage practicas becario becaria voluntariado "
    "praktikum praktika praktikant ehrenamt ehrenamtlich estagio estagios voluntario tirocinio tirocini volontariato".split()
)
_WORKED_AT = re.compile(
    r"\b(?:work\w*|employed|job|experience|career|position|role|served|intern\w*)\s+(?:\w+\s+){0,4}?(?:at|for|with)\b|\bemploy(?:ed|ee|ees|er)\b|\btrabaj\w*\s+(?:\w+\s+){0,3}?(?:en|para|con)\b|\bempleado\w* (?:en|de|por)\b|"
    r"\btravaill\w*\s+(?:\w+\s+){0,3}?(?:chez|a|pour|au)\b|\b(?:bei|fur)\b.*\b(?:gearbeitet|arbeitet|arbeiten|tatig|angestellt|beschaftigt)\b|\barbeite\w*\s+(?:\w+\s+){0,3}?(?:bei|fur)\b|\btrabalh\w*\s+(?:n[ao]|em|para)\b|\blavor\w*\s+(?:per|in|presso)\b"
)


_WITH = re.compile(r"\b(?:with|con|avec|mit|com)\b")


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
    when: When = When.EVER
    by_name: bool = False
    """The employer is written like a name. German writes every noun so: there it cannot be told."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question, read. `telling` are the positions of the words that say what is sought; `everybody` asks for all who fit.

    `language` is the one of `read_in` that its little words are read by; these are several where its words speak for none more than for others.
    `years` bounds how long somebody has worked, `since` is the last month by which what still lasts began, `born` when somebody was born.
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
    since: int | None
    born: BornOrAged | None
    how_long: bool
    how_to: bool
    key_words: bool
    asks_of_the_world: bool
    clauses: tuple[Clause, ...]

    @property
    def timed(self) -> bool:
        """Is there a condition on times? Facts alone can meet it."""
        return self.years is not None or self.since is not None or self.born is not None

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
    folded = fold(text)
    times = _times(folded, tokens, language)

    speaking = Aspect.SPEAKS in aspects_of(tokens)

    def ordinary(at: int) -> bool:
        token = tokens[at]
        return (
            is_carrier(token, language)
            or (speaking and _is_language(token, language))
            or bool(aspects_of_word(plain(token)) and (not token.capital or at == 0))
            or _is_concept(token, language)
        )

    key_words = len(tokens) <= _FEW and not _SENTENCE.search(folded)
    people = names.find(tokens, Known(frequency, ordinary, concepts().words.__contains__, concepts().is_work, key_words))
    adverbs = frozenset[int]() if people.cvs else frozenset[int]().union(*(_at(tokens, phrase) for phrase in said_of_time(folded)))
    telling = tuple(
        i
        for i, token in enumerate(tokens)
        if i not in people.positions
        and i not in times.at
        and i not in adverbs
        and not is_carrier(token, language)
        and not _is_possessive(token)
        and not (i == 0 and len(token.raw) == 1 and token.folded in _ARTICLES)
    )
    if (times.years or times.since) and all(of_a_career(plain(tokens[i])) for i in telling):
        telling = ()  # `thirty years in the trade`: of everything they did
    timed = bool(times.years or times.since or times.born)
    everybody = not people.cvs and bool(_EVERYBODY.search(folded) or _IMPERATIVE.search(folded) or (timed and not _SENTENCE.search(folded)))
    return Question(
        text=text,
        tokens=tokens,
        language=language,
        read_in=read_in,
        people=people,
        aspects=aspects_of([token for i, token in enumerate(tokens) if i not in people.positions]),
        telling=telling,
        everybody=everybody,
        years=times.years,
        since=times.since,
        born=times.born,
        how_long=bool(_HOW_LONG.search(folded)),
        how_to=not everybody and bool(_HOW_TO.search(folded)),
        asks_of_the_world=not everybody and bool(_ASKS.match(folded)),
        key_words=key_words,
        clauses=tuple(_clauses(folded, tokens, telling, language, times.at | adverbs)),
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


@dataclass(frozen=True, slots=True)
class _Times:
    """The conditions on times in a question, and the positions of the words that make them."""

    years: Years | None = None
    since: int | None = None
    born: BornOrAged | None = None
    at: frozenset[int] = frozenset()


def _times(folded: str, tokens: Sequence[Token], language: str) -> _Times:
    """An age is no experience: what says one is read first."""
    if (asked := born_or_aged(folded)) and _of_who_is_sought(tokens, at := _at(tokens, asked[1]), language):
        rest = _times_of_work(folded.replace(asked[1], " "), tokens)
        return replace(rest, born=asked[0], at=rest.at | at)
    return _times_of_work(folded, tokens)


def _times_of_work(folded: str, tokens: Sequence[Token]) -> _Times:
    if asked := years_asked(folded):
        return _Times(years=asked[0], at=_at(tokens, asked[1]))
    if asked := since_asked(folded):
        return _Times(since=asked[0], at=_at(tokens, asked[1]))
    return _Times(at=frozenset[int]().union(*(_at(tokens, spell) for spell in other_spells(folded))))


def _at(tokens: Sequence[Token], phrase: str) -> frozenset[int]:
    """The positions of a phrase's words."""
    said = [token.folded for token in tokens_of(phrase)]
    for start in range(len(tokens) - len(said) + 1):
        if [token.folded for token in tokens[start : start + len(said)]] == said:
            return frozenset(range(start, start + len(said)))
    return frozenset(i for i, token in enumerate(tokens) if token.folded in said)


def _of_who_is_sought(tokens: Sequence[Token], at: frozenset[int], language: str) -> bool:
    """Is it candidates who are so old, and not children, buildings or wine: does no other noun stand before it, but a profession, a place, a language?"""
    before = tokens[: min(at, default=0)]
    since = max((i + 1 for i, token in enumerate(before) if token.folded in _AND | _OR | _NOT), default=0)
    nouns = [token for token in before[since:] if not is_carrier(token, language) and not aspects_of_word(plain(token))]
    kinds = [
        {concepts().by_name[mention.concept].kind for mention in concepts().mentions([plain(noun)], (language, "en"))}
        for noun in nouns[-1:]
    ]
    return all(kind & {"role", "place", "language"} or concepts().is_work(plain(nouns[-1])) for kind in kinds)


def _clauses(folded: str, tokens: Sequence[Token], telling: Sequence[int], language: str, of_time: frozenset[int]) -> list[Clause]:
    """The telling words, split where the question says and, or, not, or sets a comma between two of them. `Between 30 and 40`, of a time, joins nothing."""
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
            if titled and Aspect.CERTIFIED in aspects_of(some):
                employer = False  # a certificate may be called Working at Height
            by_name = employer and not with_something and named and not titled
            clauses.append(Clause(joint, tuple(positions), aspects_of(some), employer, with_something, when_of(text), by_name))
            positions.clear()

    wanted = set(telling)
    either = False
    for i, token in enumerate(tokens):
        bound = next(
            (
                kind
                for kind, marks in ((Joint.NOT, _NOT), (Joint.OR, _OR), (Joint.AND, _AND))
                if token.folded in marks
                and i not in of_time
                and not (token.raw.isupper() or (i and token.capital))  # Johnson And Johnson, Doctors Without Borders
            ),
            None,
        )
        if i in alternatives and not bound:
            close(i)
            began, joint = i, Joint.OR if clauses else Joint.AND
        elif bound or i in commas:
            close(i)
            either = either or (bound is Joint.OR and not clauses)
            if bound and (bound is not Joint.AND or joint is not Joint.NOT or not positions):
                began, joint = i, bound if clauses or bound is Joint.NOT else Joint.AND
            elif i in commas:
                began = i
        if i in wanted and not bound:
            positions.append(i)
    close(len(tokens))
    if either and clauses:
        others = tuple(i for i in clauses[0].positions if tokens[i].folded not in _WAYS_OF_WORKING)
        if others:  # `worked or did an internship in Japan`: in Japan is what was said, however
            clauses[0] = replace(clauses[0], positions=others, aspects=frozenset())
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
