"""What can be told from the text of a CV without understanding it: whose it is, and how it begins. Pure.

`FullResume` and `HybridRag` ask, for the names and snippets in the list of sources. Works for any language.
"""

import re

_HEADING = re.compile(r"^#{1,6}[ \t]+(\S.*)$", re.MULTILINE)
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=\W*[^\W\d_a-zà-öø-ÿ])")
_SNIPPET_SENTENCES = 2
_SNIPPET_LENGTH = 240


def candidate_name(text: str, file_stem: str) -> str:
    """The first heading; without one, the file's name in words."""
    heading = _HEADING.search(text)
    return heading[1].rstrip("# \t\r") if heading else re.sub(r"[-_\s]+", " ", file_stem).strip().title()


def opening(text: str) -> str:
    """The first sentence or two of the first paragraph that is prose, on one line, shortened if need be."""
    prose = next((paragraph for paragraph in _paragraphs(text) if _is_prose(paragraph)), "")
    return shortened(" ".join(_SENTENCE_END.split(prose)[:_SNIPPET_SENTENCES]))


def _paragraphs(text: str) -> list[str]:
    without_headings = _HEADING.sub("\n", text)
    return [" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", without_headings)]


def _is_prose(paragraph: str) -> bool:
    # Addresses, titles and lists precede the profile; they do not end like a sentence, or begin like an item.
    return paragraph.endswith((".", "!", "?", "…")) and not paragraph.startswith(("-", "*", "•"))


def shortened(sentences: str) -> str:
    """A text on one line, cut between two words if it is long."""
    if len(sentences) <= _SNIPPET_LENGTH:
        return sentences
    return sentences[:_SNIPPET_LENGTH].rsplit(" ", 1)[0].rstrip(",;:") + " …"
