"""Makes a follow-up question stand alone, by rules. Whoever has a model for that asks it first, and hands in a question that needs no history.

The rules: a question that leans on what was said (`and where did she study?`, `¿y dónde estudió?`) gets the name of the person last spoken of; `and
Java?` takes the place of what was sought before; `which of them …` keeps the earlier conditions. A question that stands alone stays as it is.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.aspects import aspects_of_word, plain
from rag.names import Names
from rag.query import Question, read_question
from rag.words import fold


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the conversation; `role` is `user` or `assistant`."""

    role: str
    content: str


_PRONOUN = re.compile(
    r"\b(?:she|he|they|her|his|hers|him|their|them|the same person|this candidate|that candidate|this person|that person|"
    r"ella|el|ellos|su|sus|suyo|este candidato|esta candidata|esta persona|elle|il|ils|elles|son|sa|ses|leur|lui|ce candidat|cette candidate|cette personne|"
    r"er|sie|ihr|ihre|ihren|ihrem|ihrer|ihn|ihm|sein|seine|seinen|seinem|seiner|dieser kandidat|diese kandidatin|diese person|ele|ela|dele|dela|lei|suo|sua)\b"
)
_OF_THEM = re.compile(
    r"\b(?:of them|of those|of these|among them|from them|de ellos|de ellas|de estos|de esos|entre ellos|d['’]?entre eux|parmi eux|d['’]entre elles|von ihnen|davon|von denen|unter ihnen|deles|di loro|tra loro|them)\b"
)
_LEANS = re.compile(
    r"^\W*(?:and|also|what about|how about|y|e|et|und|and what about|que hay de|que tal|et pour|qu['’]en est|was ist mit|wie sieht es mit|aussi|tambien|auch|ed?)\b"
)
_ASKS = re.compile(
    r"\b(?:what|where|when|why|how|que|cual\w*|donde|cuando|cuant[oa]s?|quel\w*|ou|quand|comment|combien|was|wo|wann|wie|warum|welche\w*|onde|quando|dove|come|quanti)\b"
)
"""Asks something of somebody: `y en qué hospital estuvo`, where languages leave the pronoun out. `And Java?` does not."""
_CORE = re.compile(
    r"^\W*(?:(?:and|also|y|et|und|e|ed|what about|how about|que hay de|que tal|qu['’]en est il (?:de|du|d)|et pour|was ist mit|wie sieht es mit|tambien|aussi|auch)\b\W*)+"
)
_OTHER = re.compile(r"\b(?:other|otr[oa]|andere[rn]?|autre|altr[oa]|outr[oa])\b")
_PLACES = tuple(
    re.compile(rf"\b(?:{words})\b(?=\s+(?:one|person\w*|candidat\w*|kandidat\w*|bewerber\w*)\b|\s*(?:[,;:.!?]|$))")
    for words in (
        "first|primer[oa]?|premiere?|erste[rn]?|prim[oa]|primeir[oa]",
        "second|segund[oa]|second[oae]|deuxieme|zweite[rn]?",
        "third|tercer[oa]?|troisieme|dritte[rn]?|terz[oa]|terceir[oa]",
    )
)
"""Those whom an answer has named, by their place in it; their first job is another thing."""
_CORRECTS = re.compile(
    r"^\W*(?:no|non|nein|nao)\b\W*|\b(?:i meant?|i was looking for|queria decir|me referia a|ich mein\w*|je (?:voulais|veux) dire|intendevo|quis dizer)\b"
)
_RATHER_THAN = re.compile(r"[,;]?\s*\b(?:not|no|nicht|kein\w*|pas|non|nao|rather than|instead of|y no|et pas|und nicht)\b[^,;]*")


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads questions against one index."""

    names: Names
    frequency: Callable[[str], int]
    name_of: Callable[[int], str]

    def read(self, text: str) -> Question:
        """The question, read against the index. See `read_question`."""
        return read_question(text, self.names, self.frequency)


def stand_alone(text: str, history: Sequence[Said], reader: Reader) -> str:
    """The question as it has to be searched."""
    return _by_rules(text, list(history), reader) if history else text


def _by_rules(text: str, history: list[Said], reader: Reader) -> str:
    question = reader.read(text)
    folded = fold(text)
    leans = bool(_LEANS.match(folded))
    short = len(question.tokens) <= 5
    if question.people.cvs:
        if len(question.people.cvs) > 1 and _OTHER.search(folded):
            text = _about_the_other(question, history, reader)
            question = reader.read(text)
        bare = leans and len(question.tokens) - len(question.people.positions) <= 3
        return _with_other_person(text, question, history, reader) if bare else text
    if _OF_THEM.search(folded) and (narrowed := _narrowed(text, history, reader)) != text:
        return narrowed
    if question.everybody and not _PRONOUN.search(folded):
        return text
    before = _last_question(history, reader)
    if before and not before.people.cvs and not _PRONOUN.search(folded) and _CORRECTS.search(folded):
        return f"{before.text.rstrip(' ?.!')}, {_RATHER_THAN.sub('', _CORRECTS.sub(' ', folded)).strip()}"
    person = _in_its_place(folded, history, reader) or _last_person(history, reader)
    if (
        leans
        and short
        and before
        and before.everybody
        and not _PRONOUN.search(folded)
        and not (person and _ASKS.search(_CORE.sub("", folded, count=1)))
    ):
        return _with_other_thing(text, before)
    if person and not question.people.stranger and not question.everybody:
        return _about(text, person)
    return _about(text, person) if person and _PRONOUN.search(folded) else text


def _last_question(history: list[Said], reader: Reader) -> Question | None:
    """The user's question before, made to stand alone itself."""
    for i in range(len(history) - 1, -1, -1):
        if history[i].role == "user":
            return reader.read(_by_rules(history[i].content, history[:i], reader))
    return None


def _last_person(history: list[Said], reader: Reader) -> str:
    """The candidate last spoken of: the user's word before the assistant's within a turn, and the first named of several."""
    for said in reversed(history):
        people = reader.read(said.content).people if said.role == "user" else _first_named(said.content, reader)
        cvs = people.cvs if not isinstance(people, tuple) else people
        if cvs:
            return reader.name_of(cvs[0])
    return ""


def _in_its_place(folded: str, history: list[Said], reader: Reader) -> str:
    """`The second one`: whom the last answer names in that place."""
    place = next((n for n, pattern in enumerate(_PLACES) if pattern.search(folded)), None)
    answer = next((said.content for said in reversed(history) if said.role != "user"), "")
    named = reader.read(answer).people.cvs if place is not None else ()
    return reader.name_of(named[place]) if place is not None and 1 < len(named) > place else ""


def _about_the_other(question: Question, history: list[Said], reader: Reader) -> str:
    """`The other Park`: of those of that name, not whom one has just spoken of."""
    last = _last_person(history, reader)
    others = [name for cv in question.people.cvs if (name := reader.name_of(cv)) != last]
    kept = " ".join(token.raw for i, token in enumerate(question.tokens) if i not in question.people.positions)
    return _about(kept, others[0]) if len(others) == 1 else question.text


def _first_named(text: str, reader: Reader) -> tuple[int, ...]:
    """The first candidate that an answer names. Answers are long: they are read sentence by sentence."""
    for sentence in re.split(r"(?<=[.!?:;\n])\s+", text):
        people = reader.read(sentence).people
        if people.cvs and len(people.positions) > 1:
            return people.cvs
    for sentence in re.split(r"(?<=[.!?:;\n])\s+", text):
        if cvs := reader.read(sentence).people.cvs:
            return cvs
    return ()


def _about(text: str, person: str) -> str:
    return f"{text.rstrip()} ({person})"


def _with_other_person(text: str, question: Question, history: list[Said], reader: Reader) -> str:
    """`And Luis?`: the question before, about Luis."""
    before = _last_question(history, reader)
    if before is None or not before.people.cvs:
        return text
    kept = " ".join(token.raw for i, token in enumerate(before.tokens) if i not in before.people.positions)
    return f"{kept} ({', '.join(reader.name_of(cv) for cv in question.people.cvs)})"


def _with_other_thing(text: str, before: Question) -> str:
    """`And Java?`: the question before, with Java in the place of what was sought."""
    core = _CORE.sub("", fold(text), count=1)
    core = text[len(text) - len(core) :] if len(fold(text)) == len(text) else core
    sought = [i for i in before.telling if not aspects_of_word(plain(before.tokens[i]))]
    kept = [token.raw for i, token in enumerate(before.tokens) if i not in sought]
    return f"{' '.join(kept)} {core.strip()}"


def _narrowed(text: str, history: list[Said], reader: Reader) -> str:
    """`Which of them speak German?`: both conditions."""
    before = _last_question(history, reader)
    if before is None or not before.everybody:
        return text
    return f"{before.text.rstrip(' ?.!')}, and {_OF_THEM.sub(' ', fold(text)).strip()}"
