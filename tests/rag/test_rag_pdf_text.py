"""PDFs: what is read, in which order, and what is said of those that cannot be read."""

from pathlib import Path
from typing import Any

import pytest
from fpdf import FPDF
from reportlab.pdfgen import canvas

from rag.errors import UnreadablePdf
from rag.pdf_text import clean, read_pdf
from tests.rag.dev_set import PAPERS
from tests.rag.papers import PRINTERS, print_interleaved, print_word


@pytest.mark.parametrize("printer", PRINTERS)
def test_every_layout_keeps_a_job_together(printer: Any, tmp_path: Path) -> None:
    paper = PAPERS[0]
    printer(paper, tmp_path / "cv.pdf")
    text = "\n".join(line.text for line in read_pdf(tmp_path / "cv.pdf").lines)
    flat = " ".join(text.split())
    first, second = flat.index("Brindle Payments"), flat.index("Oakhurst Media")
    assert first < flat.index("bare metal to Kubernetes") < second < flat.index("Kafka cluster")


def test_columns_drawn_line_by_line_are_read_one_after_the_other(tmp_path: Path) -> None:
    print_interleaved(PAPERS[4], tmp_path / "cv.pdf")
    lines = [line.text for line in read_pdf(tmp_path / "cv.pdf").lines]
    assert lines.index("QGIS") == lines.index("R") + 1


def test_words_are_cleaned() -> None:
    assert clean("eﬃcient workﬂow") == "efficient workflow"
    assert clean("Garc´ıa Nu˜nez") == "García Nuñez"
    assert clean("S K I L L S") == "SKILLS"
    assert clean("co\u00adoperate\u200b") == "cooperate"


def test_letters_set_apart_are_still_words(tmp_path: Path) -> None:
    page = canvas.Canvas(str(tmp_path / "cv.pdf"))
    page.setFont("Helvetica", 20)
    page.drawString(50, 800, "Aleksandar Petrovic", charSpace=3.2)
    page.setFont("Helvetica", 11)
    page.drawString(50, 700, "A line of the usual kind, set so that a page has enough to be read.")
    page.save()
    lines = [line.text for line in read_pdf(tmp_path / "cv.pdf").lines]
    assert lines == ["Aleksandar Petrovic", "A line of the usual kind, set so that a page has enough to be read."]


def test_running_heads_and_page_numbers_go(tmp_path: Path) -> None:
    page = canvas.Canvas(str(tmp_path / "cv.pdf"))
    for number in (1, 2, 3):
        page.drawString(50, 820, "Ada Example – Curriculum vitae")
        page.drawString(50, 700, f"A paragraph that only page {'one two three'.split()[number - 1]} has, long enough to count.")
        page.drawString(280, 20, f"Page {number} of 3")
        page.showPage()
    page.save()
    lines = [line.text for line in read_pdf(tmp_path / "cv.pdf").lines]
    assert len(lines) == 4
    assert lines[0].startswith("Ada Example")


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    print_word(PAPERS[0], tmp_path / "whole.pdf")
    whole = (tmp_path / "whole.pdf").read_bytes()
    cases = {"empty.pdf": b"", "truncated.pdf": whole[: len(whole) // 3], "not.pdf": b"PK\x03\x04 this is something else"}
    for name, content in cases.items():
        (tmp_path / name).write_bytes(content)
    locked: Any = FPDF()
    locked.add_page()
    locked.set_font("helvetica", size=12)
    locked.cell(0, 10, "Secret text that nobody may read without the password.")
    locked.set_encryption(owner_password="owner", user_password="user")
    locked.output(str(tmp_path / "locked.pdf"))
    scan = canvas.Canvas(str(tmp_path / "scan.pdf"))
    scan.rect(10, 10, 200, 200, fill=1)
    scan.save()
    reasons = {
        "empty.pdf": "empty",
        "truncated.pdf": "truncated",
        "not.pdf": "not a PDF",
        "locked.pdf": "password",
        "scan.pdf": "no text layer",
    }
    for name, reason in reasons.items():
        with pytest.raises(UnreadablePdf, match=reason):
            read_pdf(tmp_path / name)
