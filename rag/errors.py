"""What can go wrong in retrieval, each as one clear sentence for the person who reads it.

RagError
├── NoCvs             the folder is missing or holds no PDF that can be read
├── UnreadablePdf     one file: encrypted, truncated, empty, without text; it is reported and skipped
├── NoIndex           the store is missing or was never filled
├── IndexMismatch     the store was built with another embedding model, or by another version
└── EmbedderMissing   the embedding model that was asked for is not here
"""


class RagError(Exception):
    """Base of all; `str` is the sentence."""


class NoCvs(RagError):
    """There is nothing to index."""


class UnreadablePdf(RagError):
    """This PDF gives no text; the message says why, without the file's name."""


class NoIndex(RagError):
    """There is nothing to search."""


class IndexMismatch(RagError):
    """The store and the settings do not belong together."""


class EmbedderMissing(RagError):
    """The embedding model cannot be loaded."""
