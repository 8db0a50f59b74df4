"""Chooses the embedding model by its setting: `auto`, `e5`, `e5:/folder`, `wordllama`, `hashed`."""

import logging
from functools import lru_cache
from pathlib import Path
from threading import RLock

from rag.embedders import packaged_e5, static_words
from rag.embedders.port import Embedder
from rag.errors import EmbedderMissing

DEFAULT = "auto"
_log = logging.getLogger(__name__)
_loading = RLock()
"""Threads that ask at once wait for the one that loads."""


def embedder_named(setting: str = DEFAULT) -> Embedder:
    """The model, loaded once a process. `auto` is the best that ships in a package and runs on this machine. Raises `EmbedderMissing`."""
    with _loading:
        return loaded(setting)


@lru_cache(maxsize=4)
def loaded(setting: str) -> Embedder:
    """See `embedder_named`, which sees to it that only one thread loads."""
    kind, _, folder = setting.partition(":")
    match kind:
        case "auto":
            return _best_here()
        case "e5" if not folder and packaged_e5.can_run():
            return packaged_e5.PackagedE5()
        case "e5":
            from rag.embedders.e5 import MultilingualE5

            return MultilingualE5(Path(folder) if folder else None)
        case "wordllama":
            return static_words.StaticWords()
        case "hashed":
            from rag.embedders.hashed import HashedLetters

            return HashedLetters()
        case _:
            raise EmbedderMissing(f"There is no embedding model named {setting!r}: choose auto, wordllama, e5, e5:/folder or hashed.")


def that_ship_here() -> list[str]:
    """What `auto` tries on this machine, the best first."""
    packaged = {"e5": packaged_e5.can_run(), "wordllama": static_words.package_folder() is not None, "hashed": True}
    return [setting for setting, is_here in packaged.items() if is_here]


def _best_here() -> Embedder:
    *better, last = that_ship_here()
    for setting in better:
        try:
            return loaded(setting)
        except EmbedderMissing as error:
            _log.warning("An embedding model that is installed does not run, and the next is taken: %s", error)
    return loaded(last)
