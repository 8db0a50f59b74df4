"""Reads a CV's PDF: its lines in reading order, cleaned. Promises `UnreadablePdf`, with a reason, for every file that gives no text.

Called by the indexer, possibly in a child process. Reading costs a few milliseconds a CV.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from ctypes import byref, c_int, create_string_buffer
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any

from rag.dates import spans, without_dates
from rag.errors import UnreadablePdf
from rag.layout import Fragment, Line, fragments_of, lines_of

MAX_PAGES = 40
"""Nobody's CV is longer; a book in the folder should not fill the index."""

_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_CLEAN = str.maketrans(
    {**_LIGATURES, "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u2011": "-", "\u2010": "-", "\x02": "-", "\ufffe": "-"}
)
_SPACING_ACCENTS = {"´": "\u0301", "`": "\u0300", "¨": "\u0308", "ˆ": "\u0302", "˜": "\u0303", "¸": "\u0327", "ˇ": "\u030c", "˚": "\u030a"}
_LOOSE_ACCENT = re.compile(r"([´`¨ˆ˜ˇ˚])\s?([A-Za-zı])|([A-Za-z])\s?(¸)")
_PAGE_NUMBER = re.compile(
    r"^\W*(?:(?:page|pagina|página|seite|pág\.?|p\.)\s*)?\d{1,2}(?:\s*(?:/|of|de|von|sur|di|\|)\s*\d{1,2})?\W*$", re.IGNORECASE
)
_ENDS_OPEN = re.compile(r"(?:[-–—]|\b(?:to|bis|a|al|à|hasta))\s*$", re.IGNORECASE)
_SET_APART = 0.08
"""Of its height: so far apart are letters that are set apart."""
_NOTHING = "\ufeff"
_BOLD_FONT = re.compile(rb"bold|black|heavy|semibd|demi|CMBX|SFBX|-Bd", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PdfText:
    """The text of one file."""

    lines: tuple[Line, ...]
    pages: int


def read_pdf(path: Path) -> PdfText:
    """The file's lines in reading order. Raises `UnreadablePdf`."""
    pdfium: Any = import_module("pypdfium2")
    try:
        if path.stat().st_size == 0:
            raise UnreadablePdf("the file is empty")
        document = pdfium.PdfDocument(path)
    except OSError as error:
        raise UnreadablePdf(f"the file cannot be opened ({error.strerror})") from error
    except pdfium.PdfiumError as error:
        raise UnreadablePdf(_reason(str(error))) from error
    try:
        pages = [list(_page_lines(document, i)) for i in range(min(len(document), MAX_PAGES))]
    except pdfium.PdfiumError as error:
        raise UnreadablePdf("a page is damaged") from error
    finally:
        document.close()
    lines = tuple(_with_whole_dates(list(_without_running_heads(pages))))
    if sum(len(line.text) for line in lines) < 40:
        raise UnreadablePdf("it has no text layer (a scan?)" if pages else "it has no pages")
    return PdfText(lines=lines, pages=len(pages))


def _reason(message: str) -> str:
    lowered = message.lower()
    if "password" in lowered:
        return "it is encrypted with a password"
    if "security" in lowered:
        return "it is protected in a way that is not supported"
    return "it is not a PDF, or truncated"


def _page_lines(document: Any, index: int) -> Iterator[Line]:
    page = document[index]
    text_page = page.get_textpage()
    try:
        words = list(_words(text_page, index + 1, float(page.get_height())))
    finally:
        text_page.close()
        page.close()
    for line in lines_of(fragments_of(words)):
        cells = tuple(cell for text in line.cells if (cell := clean(text)))
        if cells:
            yield replace(line, cells=cells)


def _words(text_page: Any, page: int, height: float) -> Iterator[Fragment]:
    """The words with their boxes, in the order in which the file draws them."""
    raw: Any = import_module("pypdfium2.raw")
    handle = text_page.raw
    count: int = raw.FPDFText_CountChars(handle)
    unicode_of = raw.FPDFText_GetUnicode
    letters = [chr(code) if 0 < (code := unicode_of(handle, i)) < 0x110000 else " " for i in range(count)]
    for at in _blanks_within_words(raw, handle, letters):
        letters[at] = _NOTHING
    start: int | None = None
    for i in range(count + 1):
        blank = i == count or letters[i].isspace() or letters[i] == "\u00a0"
        if not blank and start is None:
            start = i
        elif blank and start is not None:
            if word := _word(raw, handle, "".join(letters[start:i]).replace(_NOTHING, ""), (start, i - 1), page, height):
                yield word
            start = None


def _blanks_within_words(raw: Any, handle: Any, letters: list[str]) -> Iterator[int]:
    """Where the reader takes the gap between two letters for one between words, because the line is set with all letters apart.

    A blank that the file does not have is one only if the gap there is wider than what lies between the line's letters.
    """
    start = 0
    for end in [i for i, letter in enumerate(letters) if letter == "\n"] + [len(letters)]:
        made = [i for i in range(start + 1, end - 1) if letters[i] == " " and raw.FPDFText_IsGenerated(handle, i)]
        pair = next((i for i in range(start, end - 1) if letters[i].isalpha() and letters[i + 1].isalpha()), -1)
        if made and pair >= 0 and _gap(raw, handle, pair, pair + 1) > _SET_APART:
            pairs = [i for i in range(start, end - 1) if letters[i].isalpha() and letters[i + 1].isalpha()]
            usual = median(_gap(raw, handle, i, i + 1) for i in pairs)
            yield from (i for i in made if usual > _SET_APART and _gap(raw, handle, i - 1, i + 1) < usual + _SET_APART)
        start = end + 1


def _gap(raw: Any, handle: Any, before: int, after: int) -> float:
    """Between two letters of a line, as a share of the first one's height."""
    left, right = raw.FS_RECTF(), raw.FS_RECTF()
    if not raw.FPDFText_GetLooseCharBox(handle, before, byref(left)) or not raw.FPDFText_GetLooseCharBox(handle, after, byref(right)):
        return 0.0
    return (right.left - left.right) / max(left.top - left.bottom, 1.0)


def _word(raw: Any, handle: Any, text: str, span: tuple[int, int], page: int, height: float) -> Fragment | None:
    first, last = raw.FS_RECTF(), raw.FS_RECTF()
    if not raw.FPDFText_GetLooseCharBox(handle, span[0], byref(first)) or not raw.FPDFText_GetLooseCharBox(handle, span[1], byref(last)):
        return None
    left, right = min(first.left, last.left), max(first.right, last.right)
    top, bottom = max(first.top, last.top), min(first.bottom, last.bottom)
    if top <= bottom or right < left:
        return None
    return Fragment(
        text=text, page=page, left=left, right=right, top=height - top, bottom=height - bottom, bold=_is_bold(raw, handle, span[0])
    )


def _is_bold(raw: Any, handle: Any, index: int) -> bool:
    if raw.FPDFText_GetFontWeight(handle, index) >= 600:
        return True
    name, flags = create_string_buffer(96), c_int()
    raw.FPDFText_GetFontInfo(handle, index, name, 96, byref(flags))
    return bool(_BOLD_FONT.search(name.value))


def clean(text: str) -> str:
    """Ligatures spelled out, accents put back on their letters, invisible characters and private symbols gone, letter-spacing closed."""
    text = _LOOSE_ACCENT.sub(_accented, text.translate(_CLEAN).translate(_INVISIBLE))
    text = unicodedata.normalize("NFC", text)
    text = "".join(c for c in text if unicodedata.category(c) not in {"Co", "Cn", "Cs", "Cc"})
    return _close_spacing(" ".join(text.split()))


def _accented(match: re.Match[str]) -> str:
    accent, letter, letter_before, cedilla = match.groups()
    if cedilla:
        return unicodedata.normalize("NFC", letter_before + _SPACING_ACCENTS[cedilla])
    return unicodedata.normalize("NFC", ("i" if letter == "ı" else letter) + _SPACING_ACCENTS[accent])


def _close_spacing(text: str) -> str:
    """`S K I L L S` is `SKILLS`."""
    parts = text.split(" ")
    if len(parts) >= 4 and all(len(part) == 1 and part.isalpha() for part in parts):
        return "".join(parts)
    return text


def _without_running_heads(pages: list[list[Line]]) -> Iterator[Line]:
    """All lines, less page numbers and what the top or bottom edge repeats on several pages (its first occurrence stays, at the top of page 1)."""
    edges = Counter(key for lines in pages for key in {_edge_key(line) for line in _at_edges(lines)})
    for number, lines in enumerate(pages):
        edge_lines = {id(line) for line in _at_edges(lines)}
        for line in lines:
            if id(line) not in edge_lines or not (
                _PAGE_NUMBER.match(line.text) or (edges[_edge_key(line)] > 1 and not (number == 0 and line is lines[0]))
            ):
                yield line


def _with_whole_dates(lines: list[Line]) -> Iterator[Line]:
    """Puts dates together again that a narrow column has broken over two lines."""
    waiting = [*lines]
    for i, line in enumerate(waiting):
        if not any(line.cells):
            continue
        below = waiting[i + 1] if i + 1 < len(waiting) else None
        if below is not None and len(line.cells) > 1 and below.page == line.page and (len(below.cells) > 1 or below.right < line.right):
            date, rest = "".join(line.cells[:1]), "".join(below.cells[:1])
            if _is_rest_of_date(date, rest):
                waiting[i + 1] = replace(below, cells=below.cells[1:])
                yield replace(line, cells=(f"{date} {rest}", *line.cells[1:]))
                continue
        yield line


def _is_rest_of_date(cell: str, rest: str) -> bool:
    if any(span.ranged for span in spans(rest)):
        return False
    if len(rest) > 24 or without_dates(cell) == cell.strip():
        return bool(_ENDS_OPEN.search(cell)) and len(rest) <= 24 and bool(spans(f"{cell} {rest}"))
    whole = spans(f"{cell} {rest}")
    return (
        bool(whole)
        and whole[0].ranged
        and without_dates(f"{cell} {rest}") == ""
        and [s.text for s in whole] != [s.text for s in spans(cell)]
    )


def _edge_key(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text.casefold())


def _at_edges(lines: list[Line]) -> list[Line]:
    if not lines:
        return []
    ordered = sorted(lines, key=lambda line: line.top)
    return ordered[:2] + ordered[-2:] if len(ordered) > 4 else ordered
