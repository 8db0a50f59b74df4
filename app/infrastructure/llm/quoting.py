"""Answers made of the sources' own sentences: chosen by the words of the question, quoted with `[n]`, grouped by candidate.

`quote` is the offline model's whole mind (`offline.py` calls it): pure, the same answer for the same prompt, and never a sentence that
does not stand in a passage. A question that leans on earlier ones ("and where did she study?") takes its person, or its subject, from them.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from app.application.ports import Passage, Prompt, Turn
from app.domain.chat.entities import Role
from app.infrastructure.llm import words

LONGEST_QUOTE = 280
MOST_QUOTES = 6
IDEA_WEIGHT = 0.6
SECTION_WEIGHT = 0.5
WORTH_QUOTING = 0.45
"""A sentence is quoted if it scores at least this share of the best one."""

NOTICE = {
    "en": "*Offline model, not a language model: sentences quoted from the sources.*",
    "es": "*Modelo sin conexión, no un modelo de lenguaje: frases citadas de las fuentes.*",
    "fr": "*Modèle hors ligne, pas un modèle de langage : phrases citées des sources.*",
    "de": "*Offline-Modell, kein Sprachmodell: Sätze aus den Quellen.*",
}
NOTHING = {
    "en": "*Offline model, not a language model.* Nothing in the sources answers this question.",
    "es": "*Modelo sin conexión, no un modelo de lenguaje.* Nada en las fuentes responde a esta pregunta.",
    "fr": "*Modèle hors ligne, pas un modèle de langage.* Rien dans les sources ne répond à cette question.",
    "de": "*Offline-Modell, kein Sprachmodell.* Nichts in den Quellen beantwortet diese Frage.",
}

FEW = 2
"""Up to so many candidates the best sentences are quoted; of more, one passage each: whoever asks for everybody gets everybody."""

_BULLET = re.compile(r"^\s*(?:[•●▪◦·‣*]|[-–—](?=\s))\s*")
_SENTENCE_END = re.compile(r"(?<=[a-zà-ÿ0-9)%\"”][.!?])\s+(?=[A-ZÀ-Þ¿¡\"“(0-9])")
_TITLE_END = re.compile(r"\s+[—–|·-]\s+|\s*[(:|,]")
_GENERIC_TITLE = words.terms("curriculum vitae page pagina pag document documento source fuente")


@dataclass(frozen=True, slots=True)
class Piece:
    """One sentence or bullet of a text, with the heading it stands under."""

    text: str
    heading: str
    terms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Quote:
    """A piece of a passage: what may be quoted. `around` are the terms of its heading and title."""

    n: int
    candidate: str
    text: str
    terms: frozenset[str]
    around: frozenset[str]


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: weighted terms, those that must be found at least in part, and the only candidates that count (empty: all)."""

    weights: dict[str, float]
    needed: frozenset[str]
    candidates: frozenset[str]


def quote(prompt: Prompt) -> str:
    """The answer to a prompt's question; `prompt.partial` makes no difference to it."""
    history = _history(prompt)
    language = _language(prompt.question, history)
    chosen = choose(prompt.question, history, prompt.passages)
    if prompt.chosen:
        chosen = _of_everybody(chosen, prompt.passages)
    if not chosen:
        return NOTHING[language]
    return "\n\n".join([NOTICE[language], *_paragraphs(chosen)])


def choose(question: str, history: Sequence[Turn], passages: Sequence[Passage]) -> list[Quote]:
    """The sentences that answer best, those of one candidate together, the best candidate first. Empty if none answers."""
    quotes = _quotes(passages)
    search = _search(question, history, {quoted.candidate for quoted in quotes})
    if search.candidates:
        quotes = [quoted for quoted in quotes if quoted.candidate in search.candidates]
    if not search.weights:
        return quotes[:MOST_QUOTES] if search.candidates else []
    rarity = _rarity(quotes, search.weights)
    scores = [_score(quoted, search, rarity) for quoted in quotes]
    picked = _pick(quotes, scores)
    return picked if _answers(picked, search.needed, rarity) else []


def _history(prompt: Prompt) -> list[Turn]:
    """The conversation before the question, the same whether or not the prompt asks to go on from a partial answer."""
    asked = [index for index, turn in enumerate(prompt.turns) if turn.role is Role.USER and _is_question(turn, prompt)]
    before = prompt.turns[: asked[-1]] if asked else prompt.turns[:-1]
    return [turn for turn in before if not (prompt.partial and turn.content.strip() == prompt.partial.strip())]


def _is_question(turn: Turn, prompt: Prompt) -> bool:
    quotes_partial = bool(prompt.partial) and prompt.partial in turn.content
    return turn.content.strip() == prompt.question.strip() or (prompt.question in turn.content and not quotes_partial)


def _of_everybody(quotes: list[Quote], passages: Sequence[Passage]) -> list[Quote]:
    """The passages were picked since they answer: what the words of the question do not find in them, in another language say, is quoted too."""
    firsts = {_candidate(passage.title): passage for passage in reversed(passages)}
    candidates = list(dict.fromkeys(_candidate(passage.title) for passage in passages))
    if len(candidates) > FEW:
        return [_whole(firsts[candidate]) for candidate in candidates]
    missing = set(candidates) - {quoted.candidate for quoted in quotes}
    shown = passages[:FEW] if len(candidates) == 1 and missing else [firsts[candidate] for candidate in candidates if candidate in missing]
    return quotes + [_whole(passage) for passage in shown]


def _whole(passage: Passage) -> Quote:
    """The beginning of a passage as a quote."""
    return Quote(passage.n, _candidate(passage.title), _cut(" ".join(_unwrapped(passage.text))), frozenset(), frozenset())


def _language(question: str, history: Sequence[Turn]) -> str:
    said = [question, *(turn.content for turn in reversed(history) if turn.role is Role.USER)]
    return next((language for text in said if (language := words.language_of(text))), "en")


def _quotes(passages: Sequence[Passage]) -> list[Quote]:
    quotes: list[Quote] = []
    seen: set[str] = set()
    for passage in passages:
        candidate = _candidate(passage.title)
        seen.add(words.fold(candidate))
        for piece in _pieces(passage.text):
            text = words.fold(piece.text)
            if text not in seen:
                seen.add(text)
                section = piece.heading or passage.title
                around = words.terms(f"{section} {candidate}") | words.ideas(section)
                quotes.append(Quote(passage.n, candidate, piece.text, piece.terms, around))
    return quotes


def _candidate(title: str) -> str:
    """The part of a title that names the person: `Ada Byron` of `Ada Byron — Education, page 2`."""
    return _TITLE_END.split(title.strip(), maxsplit=1)[0] or title.strip()


@lru_cache(maxsize=512)
def _pieces(text: str) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    heading = ""
    for line in _unwrapped(text):
        if _is_heading(line):
            heading = line.strip("#: ")
            continue
        sentences = (sentence for sentence in _SENTENCE_END.split(line) if len(words.words(sentence)) > 1)
        pieces += [Piece(_cut(sentence), heading, words.terms(sentence) | words.ideas(sentence)) for sentence in sentences]
    return tuple(pieces)


def _unwrapped(text: str) -> list[str]:
    """The lines of a text without bullets; a line that goes on in the next, as PDF text does, is joined with it."""
    lines: list[str] = []
    for raw in text.splitlines():
        line = _BULLET.sub("", raw).strip()
        if lines and line[:1].islower() and line == raw.strip() and not lines[-1].endswith((".", ":", ";")):
            lines[-1] += f" {line}"
        elif line:
            lines.append(line)
    return lines


def _is_heading(line: str) -> bool:
    if line.startswith("#"):
        return True
    if len(line) > 40 or line.endswith((".", ";", ",")):
        return False
    short = len(line.split()) <= 3 and bool(words.ideas(line)) and not any(character.isdigit() for character in line)
    return line.endswith(":") or (line.isupper() and len(line) > 3) or short


def _cut(sentence: str) -> str:
    if len(sentence) <= LONGEST_QUOTE:
        return sentence.strip()
    return sentence[:LONGEST_QUOTE].rpartition(" ")[0].rstrip(",;: ") + " …"


def _search(question: str, history: Sequence[Turn], candidates: Iterable[str]) -> Search:
    names = {candidate: words.terms(candidate) - _GENERIC_TITLE for candidate in candidates}
    all_names = frozenset(chain.from_iterable(names.values()))
    own, own_ideas = words.terms(question) - all_names, words.ideas(question)
    named = _named(question, names)
    follows = words.is_follow_up(question) or not own
    if not named and history and follows:
        named = _named_before(history, names)
    if not own and not own_ideas and history:
        own, own_ideas = _subject_before(history, all_names)
    needed = frozenset(term for term in own if words.idea_of(term) is None) | {idea for idea in own_ideas if words.is_topic(idea)}
    strong = {f"{idea.rstrip('+')}+" for idea in own_ideas}
    weights = dict.fromkeys(own | own_ideas | strong, IDEA_WEIGHT) | dict.fromkeys(needed, 1.0)
    return Search(weights, needed, named)


def _named(text: str, names: dict[str, frozenset[str]]) -> frozenset[str]:
    """The candidates a text names, by those with most of their name in it: `Ada Byron` is not `Ada Smith`."""
    said = words.terms(text)
    matches = {candidate: len(name & said) for candidate, name in names.items()}
    most = max(matches.values(), default=0)
    return frozenset(candidate for candidate, count in matches.items() if most and count == most)


def _named_before(history: Sequence[Turn], names: dict[str, frozenset[str]]) -> frozenset[str]:
    """The candidates that the latest exchange with any name in it is about: first what the user said, then what the answer said."""
    answers = ""
    for turn in reversed(history):
        if turn.role is Role.ASSISTANT:
            answers = turn.content
            continue
        named = _named(turn.content, names) or frozenset(candidate for candidate in names if candidate and candidate in answers)
        if named:
            return named
        answers = ""
    return frozenset()


def _subject_before(history: Sequence[Turn], names: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """What the latest earlier question that had a subject was about."""
    for turn in reversed(history):
        if turn.role is Role.USER:
            own, own_ideas = words.terms(turn.content) - names, words.ideas(turn.content)
            if own or own_ideas:
                return own, own_ideas
    return frozenset(), frozenset()


def _rarity(quotes: Sequence[Quote], terms: Iterable[str]) -> dict[str, float]:
    found = Counter(term for quoted in quotes for term in quoted.terms | quoted.around)
    return {term: math.log(1 + len(quotes) / max(1, found[term])) for term in terms}


def _score(quoted: Quote, search: Search, rarity: dict[str, float]) -> float:
    if search.needed and search.needed.isdisjoint(quoted.terms | quoted.around):
        return 0.0
    score = 0.0
    for term in sorted(search.weights):
        if term in quoted.terms:
            score += search.weights[term] * rarity[term]
        elif term in quoted.around:
            score += SECTION_WEIGHT * search.weights[term] * rarity[term]
    return score / (1 + 0.15 * math.log2(max(1.0, len(quoted.text) / 60)))


def _pick(quotes: Sequence[Quote], scores: Sequence[float]) -> list[Quote]:
    """The best few, fewer of each candidate the more candidates there are; each candidate's in the order of the sources."""
    best = max(scores, default=0.0)
    ranked = sorted(range(len(quotes)), key=lambda index: (-scores[index], index))
    worthy = [index for index in ranked if best and scores[index] >= WORTH_QUOTING * best]
    order = list(dict.fromkeys(quotes[index].candidate for index in worthy))
    each = MOST_QUOTES if len(order) == 1 else 3 if len(order) == 2 else 2
    picked: list[Quote] = []
    for candidate in order:
        mine = [index for index in worthy if quotes[index].candidate == candidate][:each]
        picked += [quotes[index] for index in sorted(mine)]
    return picked[:MOST_QUOTES]


def _answers(picked: Sequence[Quote], needed: frozenset[str], rarity: dict[str, float]) -> bool:
    """Whether enough of what was asked for is in what was found: of one or two things more than half, of more a third."""
    if not needed or not picked:
        return bool(picked)
    found = frozenset(term for quoted in picked for term in quoted.terms | quoted.around)
    share = sum(rarity[term] for term in needed & found) / sum(rarity[term] for term in needed)
    return share > 0.5 if len(needed) <= 2 else share >= 1 / 3


def _paragraphs(chosen: Sequence[Quote]) -> list[str]:
    paragraphs: dict[str, list[str]] = {}
    for quoted in chosen:
        paragraphs.setdefault(quoted.candidate, []).append(f"- {quoted.text} [{quoted.n}]")
    return ["\n".join([f"**{candidate}**", *lines] if candidate else lines) for candidate, lines in paragraphs.items()]
