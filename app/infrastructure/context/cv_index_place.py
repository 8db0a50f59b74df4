"""Where the CVs and their index are. Made in `bootstrap` from the settings, and light: nothing of `rag` is needed to say it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class CvIndexPlace:
    """`store` is the index, `pdf_dir` the folder it is built from, `wanted_pdf_dir` the same if somebody asked for it: an index of another folder
    is then built anew, while without a wish any index that is there will do."""

    store: Path
    pdf_dir: Path
    wanted_pdf_dir: Path | None
    embedder: str
