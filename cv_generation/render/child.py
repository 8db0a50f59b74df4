"""The process that WeasyPrint runs in, started and killed by `pdf.py`. Imports nothing of this project.

Reads one JSON line `{"html", "pdf", "identifier"}` for each page, writes the PDF to that path and answers with one line: `{"pages": n}`,
`{"error": "..."}`, or, when it can't print at all, `{"missing": "..."}` (system libraries) or `{"missing_package": "..."}`. It never outlives its parent: a thread watches the input,
and its end, which the parent's death brings about, ends the process even in the middle of a layout that never ends.
"""

import json
import os
import sys
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any, NoReturn, TextIO


def main() -> None:
    """Print one page after another for as long as the parent lives. Never returns: `_read` ends the process."""
    answers = _keep_stdout_clean()
    pages: SimpleQueue[str] = SimpleQueue()
    Thread(target=_read, args=(pages,), name="watch-input", daemon=True).start()
    while True:
        answers.write(json.dumps(_answer(json.loads(pages.get()))) + "\n")
        answers.flush()


def _read(pages: SimpleQueue[str]) -> None:
    for line in sys.stdin:
        pages.put(line)
    os._exit(0)


def _keep_stdout_clean() -> TextIO:
    """The pipe to the parent, for answers only: whatever libraries print goes to standard error instead."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _answer(page: dict[str, Any]) -> dict[str, Any]:
    try:
        import weasyprint
    except ImportError as missing:
        return {"missing_package": str(missing)}
    except OSError as missing:
        return {"missing": str(missing).splitlines()[0]}
    try:
        untyped: Any = weasyprint
        document = untyped.HTML(string=page["html"], url_fetcher=_refuse).render()
        document.write_pdf(Path(page["pdf"]), pdf_identifier=page["identifier"].encode())
    except Exception as failure:  # noqa: BLE001  the parent reports whatever went wrong, by the CV's name
        return {"error": f"{type(failure).__name__}: {failure}"}
    return {"pages": len(document.pages)}


def _refuse(url: str, *_: object, **__: object) -> NoReturn:
    """A CV is one self-contained page; whatever a model wrote into it fetches nothing."""
    raise ValueError(f"a CV may not load {url}")


if __name__ == "__main__":
    main()
