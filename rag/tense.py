"""Does a question ask for what somebody does now, or for what is over: `currently`, `im Moment`, `used to`? Six languages. Pure.

Only an adverb says so: `who works in a hospital` is asked of what they did, too. `query.py` calls it.
"""

import re
from collections.abc import Iterator
from enum import StrEnum

_JOB = r"(?:job|role|position|post|employer|company)s?"
_NOW = re.compile(
    rf"\b(?:right now|now|currently|presently|at the moment|at present|nowadays|these days|today|as we speak|current(?= {_JOB}\b)|"
    r"ahora(?: mismo)?|actualmente|hoy(?: en)? dia|en este momento|en la actualidad|hoy|(?<=trabajo )actual|(?<=puesto )actual|(?<=empleo )actual|(?<=empresa )actual|"
    r"actuellement|en ce moment|maintenant|aujourd['’]?\s?hui|a l['’]?\s?heure actuelle|(?<=poste )actuel|(?<=emploi )actuel|"
    r"derzeit|zurzeit|zur zeit|aktuell|momentan|gegenwartig|jetzt|heute|im moment|im augenblick|"
    r"atualmente|agora|hoje(?: em dia)?|neste momento|attualmente|adesso|oggi|in questo momento|al momento)\b"
)
_OVER = re.compile(
    r"\b(?:formerly|previously|in the past|(?<!is )(?<!are )(?<!be )(?<!get )used to(?! \w+ing\b)|no longer|"
    r"anteriormente|en el pasado|antiguamente|ya no|anciennement|auparavant|autrefois|dans le passe|"
    r"fruher|ehemals|vormals|nicht mehr|antigamente|no passado|ja nao|in passato|precedentemente|non piu)\b"
)


class When(StrEnum):
    """Of which time a condition speaks."""

    EVER = "ever"
    NOW = "now"
    OVER = "over"


def when_of(folded: str) -> When:
    """The time of which a folded clause speaks; `ever` where it says none, or both."""
    now, over = bool(_NOW.search(folded)), bool(_OVER.search(folded))
    return When.EVER if now == over else When.NOW if now else When.OVER


def said_of_time(folded: str) -> Iterator[str]:
    """The phrases in a folded question that say so."""
    for pattern in (_NOW, _OVER):
        yield from (found[0] for found in pattern.finditer(folded))
