"""The errors of retrieval, in the product's words."""

from collections.abc import Generator
from contextlib import contextmanager

from app.domain.chat.errors import Unavailable
from rag.errors import NoIndex, RagError


@contextmanager
def in_our_words() -> Generator[None]:
    """What is wrong with an index concerns whoever runs the service; a client hears the same sentence, as a service that is not available."""
    try:
        yield
    except NoIndex:
        raise
    except RagError as error:
        raise Unavailable("index_unusable", str(error), retry_after=30) from error
