"""The process that WeasyPrint runs in, started and killed by `pdf.py`. Imports nothing of this project.

Reads one JSON line `{"html", "pdf", "identifier"}` for each page, writes the PDF to that path and answers with one line: `{"pages": n}`,
`{"error": "..."}`, or `{"missing": "..."}` when the system libraries can't be loaded. Ends when its input ends, so it never outlives its parent.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any, NoReturn, TextIO


def main() -> None:
    answers = _keep_stdout_clean()
    for line in sys.stdin:
        answers.write(json.dumps(_answer(json.loads(line))) + "\n")
        answers.flush()


def _keep_stdout_clean() -> TextIO:
    """The pipe to the parent, for answers only: whatever libraries print goes to standard error instead."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _answer(page: dict[str, Any]) -> dict[str, Any]:
    try:
        from weasyprint import HTML
    except OSError as missing:
        return {"missing": str(missing).splitlines()[0]}
    try:
        document = HTML(string=page["html"], url_fetcher=_refuse).render()
        document.write_pdf(Path(page["pdf"]), pdf_identifier=bytes.fromhex(page["identifier"]))
    except Exception as failure:  # noqa: BLE001  the parent reports whatever went wrong, by the CV's name
        return {"error": f"{type(failure).__name__}: {failure}"}
    return {"pages": len(document.pages)}


def _refuse(url: str, *_: object, **__: object) -> NoReturn:
    """A CV is one self-contained page; whatever a model wrote into it fetches nothing."""
    raise ValueError(f"a CV may not load {url}")


if __name__ == "__main__":
    main()
