"""Chooses the embedding model by its setting: `auto`, `e5`, `e5:/folder`, `wordllama`, `hashed`."""

from functools import lru_cache
from pathlib import Path

from rag.embedders import packaged_e5, static_words
from rag.embedders.port import Embedder
from rag.errors import EmbedderMissing

DEFAULT = "auto"


@lru_cache(maxsize=4)
def embedder_named(setting: str = DEFAULT) -> Embedder:
    """The model, loaded once a process. `auto` is the best that ships in a package and runs on this machine. Raises `EmbedderMissing`."""
    kind, _, folder = setting.partition(":")
    match kind:
        case "auto":
            return embedder_named(best_here())
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


def best_here() -> str:
    """What `auto` stands for on this machine."""
    if packaged_e5.can_run():
        return "e5"
    return "hashed" if static_words.package_folder() is None else "wordllama"
