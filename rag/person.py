"""Whose CV is this? Finds the candidate's name and contact details. Pure.

The name is usually the largest text that looks like a name; labels (`Name:`), the e-mail address and the file's name help to decide.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.concepts import Concept, Mention, concepts
from rag.headings import section_of
from rag.layout import Line
from rag.names import PARTICLES, UMLAUTS
from rag.words import fold, words

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w/.])\(?(?:\+|00)?\(?\d[\d \u00a0().\-/]{7,18}\d(?!\w)")
_WEB = re.compile(
    r"\b(?:https?://|www\.|linkedin\.com|github\.com)\S*|\b[\w-]+\.(?:com|org|net|dev|io|me|es|de|fr|eu|studio|design)(?:/\S*)?\b",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^(?:full name|name|first name\(s\)|surname\(s\) first name\(s\)|surname|nombre completo|nombre y apellidos|nombre|apellidos|nom et prenom|nom|prenom|vor- und nachname|nachname|nome completo|nome e cognome|nome)(?:\s*[:|]\s*|\s+)(?P<name>.+)$"
)
_TITLES = re.compile(
    r"^(?:(?:univ\.?-?\s?)?prof|dr(?:\.?-ing|(?:\.?\s(?:med|dent|vet|rer|nat|phil|jur|pol|oec|habil|h\.\s?c))+)?|dra|profa|mr|mrs|ms|mx|miss|sr|sra|srta|sir|rev|herr|frau|mme|mlle|monsieur|madame|dott|dottssa|ing|lic|mag|arq|abg|"
    r"dipl\.?-?\s?\w{2,6}|m\.\s?sc|b\.\s?sc|don|dona|d)\b\.?(?:-?ing\.)?\s+",
    re.IGNORECASE,
)
_DOCUMENT = r"(?:curriculum vit(?:ae|æ)|curr[ií]culum|curriculo|r[ée]sum[ée]|cv|lebenslauf|hoja de vida)"
_PAPER = re.compile(rf"^{_DOCUMENT}\b(?:\s+(?:of|for|de|von|du|di))?[\s:|·•–—-]*(?=\S)|(?<=\S)[\s:|·•,–—-]*\b{_DOCUMENT}$", re.IGNORECASE)
_LETTERS_AFTER = re.compile(
    r",?\s+(?:ph\.?d|m\.?sc|b\.?sc|mba|md|rn|bsn|msn|cpa|pmp|esq|jr|sr|ii|iii|m\.?a|b\.?a|cfa|llm|llb|dvm|pe|he/him|she/her|they/them|ll\.?m)\b\.?",
    re.IGNORECASE,
)
_NOT_NAMES = frozenset(
    "curriculum vitae cv resume lebenslauf europass hoja vida confidential page contact profile address email phone linkedin github personal "
    "information university hospital gmbh ltd inc street avenue calle rue strasse candidate application bewerbung senior junior freelance".split()
)
_TELLING, _HINTED, _EACH = 4, 2.4, 0.3
"""So long must a word be that is looked for inside an address; so much says a name all of whose words address or file share, and each of them, beside 1.5 for the largest letters."""
_ON_TWO_LINES = 0.7
"""For a name that goes on in the next line, in letters of the same size, and ends there: more than the file's or address's silence about the second surname takes."""
_WITHIN, _MUCH = 2, 0.12
"""So many lines further may the rest of a name stand, if its letters are of about the same size: what is set beside it is read in between."""
_ABOUT_FILES = frozenset(
    "cv resume curriculum vitae lebenslauf bewerbung hoja vida final draft copy new updated version v neu en es fr de pdf".split()
)
_MORE_LETTERS_AFTER = re.compile(r"(?:\s*,\s*(?=[^,]{2,12}$|[^,]{2,12},)[A-Z][\w.]*[A-Z][\w.]*(?:\s\([\w.]+\))?)+$")
"""After a comma, letters with a capital at the end too: whatever the profession gives."""
_QUOTES = "\"“”„«'‘"
_NAME_WORD = re.compile(r"^(?:(?:[^\W\d_]\.){1,3}|[^\W\d_][\w'’\-]*\.?|[\"“”„«'‘][^\W\d_][\w\-]*[\"“”»'’])$")


@dataclass(frozen=True, slots=True)
class Contact:
    """How the candidate can be reached, as printed."""

    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


def contact_of(lines: Sequence[Line]) -> Contact:
    """Addresses, telephone numbers and links, in order, without repeats."""
    text = "\n".join(cell for line in lines for cell in line.cells)
    emails = tuple(dict.fromkeys(_EMAIL.findall(text)))
    without_mail = _EMAIL.sub(" ", text)
    phones = tuple(dict.fromkeys(m.strip() for m in _PHONE.findall(without_mail) if _is_phone(m)))
    return Contact(emails=emails[:3], phones=phones[:3], links=tuple(dict.fromkeys(_WEB.findall(without_mail)))[:5])


def _is_phone(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    return (
        9 <= len(digits) <= 15
        and not re.fullmatch(r"(?:19|20)\d\d\s*[-–/.]\s*(?:19|20)\d\d", text.strip())
        and not re.search(r"(?:19|20)\d\d\s*[-/]\s*\d\d?\s*[-–/]", text)
    )


def name_of(lines: Sequence[Line], stem: str) -> str:
    """The candidate's name in its usual spelling; the file's stem made readable if no line looks like a name."""
    first_page = [line for line in lines if line.page == 1]
    for line in first_page[:40]:
        if (labelled := _LABEL.match(fold(line.text))) and (name := _as_name(line.text[labelled.start("name") :])):
            return name
    hints = set(words(stem.replace("_", " ").replace("-", " ")))
    for email in contact_of(first_page).emails:
        hints.update(words(email.split("@")[0].replace("_", " ")))
    hints.update(hint.replace(written, meant) for hint in tuple(hints) for written, meant in UMLAUTS)
    largest = max((line.size for line in first_page), default=1.0)
    best, best_score = "", 0.0
    for index, line in enumerate(first_page):
        for candidate, lift in _candidates(first_page, index):
            if name := _as_name(candidate) or _lower_case_name(candidate, line, hints, largest):
                score = _likeness(name, line, hints, index, largest) + lift
                if score > best_score:
                    best, best_score = name, score
    return best if best_score >= 1.0 else _from_file(stem)


def _from_file(stem: str) -> str:
    """The file's name without what it says about the file."""
    parts = re.findall(r"[^\W\d_]+", stem)
    telling = [part for part in parts if fold(part) not in _ABOUT_FILES]
    return " ".join(telling).title() if telling else stem.replace("_", " ").replace("-", " ").title()


def _candidates(lines: Sequence[Line], index: int) -> list[tuple[str, float]]:
    """The line's cells; and the line with the next, when a name is set on two."""
    line = lines[index]
    found = [(cell, 0.0) for cell in line.cells]
    found.extend((re.split(r"\s[|–—·]\s|,\s", cell)[0], -0.1) for cell in line.cells)
    for below in lines[index + 1 : index + 1 + _WITHIN]:
        first, second = (line.text, below.text) if below is lines[index + 1] else (line.cells[0], below.cells[0])
        if (
            abs(below.size - line.size) < _MUCH * line.size
            and below.bold == line.bold
            and len(first.split()) <= 4
            and len(second.split()) <= 3
        ):
            after = next((other for other in lines[index + 1 :] if other.top > below.top and other is not below), None)
            ends = after is None or after.size < line.size - 1 or section_of(after.text) is not None
            found.append((f"{first} {second}", _ON_TWO_LINES if ends else -0.3))
            if (first, second) != (line.cells[0], below.cells[0]):
                found.append((f"{line.cells[0]} {below.cells[0]}", _ON_TWO_LINES if ends else -0.3))
    return found


def _as_name(text: str) -> str:
    """The text as a name in usual spelling, or nothing if it cannot be one."""
    text = _PAPER.sub("", re.sub(r"\([^)]*\)", " ", text).strip()).strip()
    while (bare := _TITLES.sub("", text)) != text:
        text = bare
    text = _LETTERS_AFTER.sub("", text if text.isupper() else _MORE_LETTERS_AFTER.sub("", text)).strip(" ,;:|·•–—-")
    if text.count(",") == 1:
        last, first = (part.strip() for part in text.split(","))
        text = f"{first} {last}"
    parts = text.split()
    if not 2 <= len(parts) <= 6 or len(text) > 50 or not all(_NAME_WORD.match(part) for part in parts):
        return ""
    folded = [fold(part) for part in parts]
    telling = [part for part, low in zip(parts, folded, strict=True) if low not in PARTICLES]
    if len(telling) < 2 or any(low in _NOT_NAMES for low in folded) or section_of(text):
        return ""
    if not all(part.lstrip(_QUOTES)[0].isupper() for part in telling):
        return ""
    broken = any(
        len(part) > 2 and part[-1].isupper() and not part.isupper() for part in parts
    )  # small capitals with large ones at both ends
    return (
        " ".join(_usual_case(part) for part in parts)
        if text.isupper() or broken
        else " ".join(part if not part.isupper() or len(part) <= 2 else _usual_case(part) for part in parts)
    )


def _lower_case_name(text: str, line: Line, hints: set[str], largest: float) -> str:
    """Who writes everything small writes the name so, too: in the largest letters, and the address or the file knows it."""
    known = [word for word in words(text) if len(word) >= _TELLING and any(word in hint for hint in hints)]
    return _as_name(text.title()) if known and text.islower() and line.size >= largest else ""


def _usual_case(part: str) -> str:
    if fold(part) in PARTICLES:
        return part.lower()
    return re.sub(r"[^\W\d_]+", lambda m: m[0][0].upper() + m[0][1:].lower(), part)


def _likeness(name: str, line: Line, hints: set[str], index: int, largest: float) -> float:
    """How likely the line is the name of the CV's owner."""
    tokens = words(name)
    telling = [token for token in tokens if token not in PARTICLES] or tokens
    hinted = sum(1 for token in telling if any(token == hint or (len(token) >= _TELLING and token in hint) for hint in hints))
    vocabulary = concepts()
    mentions = vocabulary.mentions(tokens, ("en", "es", "fr", "de"))
    known = sum(
        mention.end - mention.start for mention in mentions if not _may_be_a_first_name(mention, vocabulary.by_name[mention.concept])
    )
    score = 1.5 * line.size / largest + 0.3 * line.bold + max(0.0, 0.6 - 0.04 * index) + _HINTED * hinted / len(telling) + _EACH * hinted
    return score - 1.6 * known / len(tokens) - (1.5 if len(tokens[-1]) == 1 else 0.0)  # so authors are listed


def _may_be_a_first_name(mention: Mention, concept: Concept) -> bool:
    """A word of everyday, or a country or language in front: `Jordan Wood`."""
    return concept.ordinary or (mention.start == 0 and mention.end == 1 and concept.kind in {"place", "language"})
