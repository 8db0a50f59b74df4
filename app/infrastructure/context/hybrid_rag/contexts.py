"""Turns what a search found into what goes into a prompt: passages, their sources, and a remark where the answer is about everybody."""

from collections.abc import Sequence
from urllib.parse import quote

from app.application.ports import Context, Passage
from app.domain.chat.entities import Message, Source
from app.infrastructure.context.cv_text import shortened
from app.infrastructure.context.leaning import leans_on_conversation
from rag.followup import Said
from rag.retrieval import Found, Hit

SAID_LIMIT = 12
SAID_CHARACTERS = 4_000
"""So much of the conversation is looked at to make a question stand alone."""

PASSAGE_LIMIT = 80
PASSAGE_CHARACTERS = 60_000
"""So much goes into a prompt, some fifteen thousand tokens. Only questions about everybody, over many CVs, reach it."""


def said_in(history: Sequence[Message]) -> list[Said]:
    """The end of the conversation, as retrieval reads it."""
    spoken = [message for message in history if message.content.strip()][-SAID_LIMIT:]
    return [Said(message.role.value, message.content[:SAID_CHARACTERS]) for message in spoken]


def context_of(found: Found, question: str, said: Sequence[Said]) -> Context:
    """What an answer to `question` may rest on; without passages if no CV answers."""
    if not found.answerable:
        return Context(generation=found.generation)
    hits = _fitting(found.hits)
    leaning = bool(said) and (found.searched != question or leans_on_conversation(question))
    return Context(
        passages=tuple(Passage(hit.n, *_header_and_body(hit)) for hit in hits),
        sources=tuple(_source(hit) for hit in hits),
        generation=found.generation,
        fingerprint=None if leaning else f"{found.generation}\n{_normalised(found.searched)}",
        remark=_remark(found, hits),
        chosen=True,
    )


def _fitting(hits: Sequence[Hit]) -> Sequence[Hit]:
    """The hits that go into a prompt: all, or the best, and then one of each candidate before a second of any."""
    if len(hits) <= PASSAGE_LIMIT and sum(len(hit.text) for hit in hits) <= PASSAGE_CHARACTERS:
        return hits
    firsts = {hit.cv_id: hit for hit in reversed(hits)}
    kept: list[Hit] = []
    room = PASSAGE_CHARACTERS
    for hit in (hit for hit in hits if firsts[hit.cv_id] is hit):
        room -= len(hit.text)
        if room < 0 or len(kept) == PASSAGE_LIMIT:
            break
        kept.append(hit)
    return [Hit(n, hit.cv_id, hit.file, hit.candidate, hit.page, hit.section, hit.text, hit.score) for n, hit in enumerate(kept, 1)]


def _remark(found: Found, hits: Sequence[Hit]) -> str:
    if not found.everybody:
        return ""
    shown = len({hit.cv_id for hit in hits})
    if shown < found.candidates:
        return f"{found.candidates} candidates fit the question; the documents show {shown} of them. Say so."
    return f"{found.candidates} candidates fit the question, and all of them are in the documents: name every one." if shown > 1 else ""


def _header_and_body(hit: Hit) -> tuple[str, str]:
    """The first line of a hit says what it is of; the rest is what stands in the CV."""
    header, _, body = hit.text.partition("\n")
    return (header, body) if body.strip() else (hit.candidate, hit.text)


def _source(hit: Hit) -> Source:
    _, body = _header_and_body(hit)
    lines = [line for line in body.splitlines() if not line.startswith("(counted from this CV")]
    return Source(
        n=hit.n,
        cv_id=hit.cv_id,
        candidate=hit.candidate,
        page=hit.page,
        section=hit.section,
        snippet=shortened(" ".join(" ".join(lines).split())),
        score=hit.score,
        url=f"/api/cvs/{quote(hit.cv_id, safe='')}/pdf#page={hit.page}",
    )


def _normalised(question: str) -> str:
    """Equivalent questions meet here: letters' size, spaces and the marks around a question say nothing."""
    return " ".join(question.casefold().split()).strip(" ?¿!¡.…")
