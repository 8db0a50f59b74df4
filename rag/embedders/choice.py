"""Chooses the embedding model by its setting: `auto`, `wordllama`, `hashed`, `e5`, `e5:/folder`."""

from functools import lru_cache
from pathlib import Path

from rag.embedders.port import Embedder
from rag.errors import EmbedderMissing

DEFAULT = "auto"


@lru_cache(maxsize=4)
def embedder_named(setting: str = DEFAULT) -> Embedder:
    """The model, loaded once a process. `auto` is the packaged one, or hashed letters where that has no build. Raises `EmbedderMissing`."""
    from rag.embedders.static_words import StaticWords, package_folder

    kind, _, folder = setting.partition(":")
    match kind:
        case "auto" if package_folder() is None:
            return embedder_named("hashed")
        case "auto" | "wordllama":
            return StaticWords()
        case "hashed":
            from rag.embedders.hashed import HashedLetters

            return HashedLetters()
        case "e5":
            from rag.embedders.e5 import MultilingualE5

            return MultilingualE5(Path(folder) if folder else None)
        case _:
            raise EmbedderMissing(f"There is no embedding model named {setting!r}: choose auto, wordllama, e5, e5:/folder or hashed.")
