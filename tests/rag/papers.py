# pyright: reportUnknownMemberType=false
"""Prints hand-written CVs as PDFs the way several tools do. Nothing here knows the project's own templates.

A `Paper` is a CV as text; each `print_*` function is a tool's habit: where the dates stand, in which order the file draws its words,
how headings look. All are deterministic. A test whose tool or font this machine lacks is skipped.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

import pytest
from fpdf import FPDF
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas


@dataclass(frozen=True, slots=True)
class Job:
    role: str
    employer: str
    place: str
    dates: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    stem: str
    name: str
    headline: str
    contact: tuple[str, ...]
    summary: str
    jobs: tuple[Job, ...]
    studies: tuple[Job, ...]
    skills: tuple[str, ...]
    spoken: tuple[str, ...]
    titles: tuple[str, str, str, str, str] = ("Summary", "Experience", "Education", "Skills", "Languages")
    more: tuple[tuple[str, tuple[str, ...]], ...] = ()


_FONTS = Path("/usr/share/fonts/truetype/dejavu")


def _font(name: str) -> str:
    file = _FONTS / name
    if not file.exists():
        pytest.skip(f"the font {file} is not installed (package fonts-dejavu)")
    return str(file)


def _html(body: str, css: str, to: Path) -> None:
    try:
        from weasyprint import HTML
    except OSError as missing:
        pytest.skip(f"WeasyPrint cannot load Pango here: {str(missing).partition(':')[0]}")
    HTML(string=f"<html><head><style>{css}</style></head><body>{body}</body></html>").write_pdf(to)


def print_word(paper: Paper, to: Path) -> None:
    """A word processor's export: one column, bold title line with the dates at a tab stop, bullets."""

    def entry(job: Job) -> str:
        items = "".join(f"<li>{escape(line)}</li>" for line in job.lines)
        return (
            f"<div class=e><table><tr><td><b>{escape(job.role)}</b></td><td class=d>{job.dates}</td></tr></table>"
            f"<i>{escape(job.employer)}, {escape(job.place)}</i><ul>{items}</ul></div>"
        )

    t = paper.titles
    body = f"<h1>{escape(paper.name)}</h1><p>{escape(paper.headline)}<br>{escape(' | '.join(paper.contact))}</p><h2>{t[0]}</h2><p>{escape(paper.summary)}</p>"
    body += f"<h2>{t[1]}</h2>" + "".join(map(entry, paper.jobs)) + f"<h2>{t[2]}</h2>" + "".join(map(entry, paper.studies))
    body += f"<h2>{t[3]}</h2><p>{escape(', '.join(paper.skills))}</p><h2>{t[4]}</h2><p>{escape('; '.join(paper.spoken))}</p>"
    body += "".join(f"<h2>{escape(title)}</h2>" + "".join(f"<p>{escape(line)}</p>" for line in lines) for title, lines in paper.more)
    css = "body{font:11pt Liberation Serif} h1{font-size:18pt} h2{font-size:13pt;border-bottom:1px solid} table{width:100%} td.d{text-align:right} @page{margin:2cm}"
    _html(body, css, to)


def print_sidebar(paper: Paper, to: Path) -> None:
    """A designer's template: a coloured side column, capital headings with letter-spacing, dates over the title."""

    def entry(job: Job) -> str:
        items = "".join(f"<p class=l>{escape(line)}</p>" for line in job.lines)
        return f"<p class=d>{job.dates}</p><p class=t>{escape(job.role)}</p><p>{escape(job.employer)} — {escape(job.place)}</p>{items}"

    t = [title.upper() for title in paper.titles]
    side = (
        f"<h2>{t[3]}</h2>"
        + "".join(f"<p>{escape(s)}</p>" for s in paper.skills)
        + f"<h2>{t[4]}</h2>"
        + "".join(f"<p>{escape(s)}</p>" for s in paper.spoken)
    )
    side = "".join(f"<p>{escape(c)}</p>" for c in paper.contact) + side
    side += "".join(
        f"<h2>{escape(title.upper())}</h2>" + "".join(f"<p>{escape(line)}</p>" for line in lines) for title, lines in paper.more
    )
    main = f"<h1>{escape(paper.name)}</h1><p class=h>{escape(paper.headline)}</p><h2>{t[0]}</h2><p>{escape(paper.summary)}</p>"
    main += f"<h2>{t[1]}</h2>" + "".join(map(entry, paper.jobs)) + f"<h2>{t[2]}</h2>" + "".join(map(entry, paper.studies))
    css = (
        "body{font:9.5pt DejaVu Sans} .s{float:left;width:29%;background:#dde} .m{float:right;width:66%} h2{font-size:9.5pt;letter-spacing:3pt}"
        "h1{font-size:22pt;margin:0} p{margin:1pt 0} .t{font-weight:bold} .d{color:#666;margin-top:7pt} @page{margin:1.2cm;size:A4}"
    )
    _html(f"<div class=s>{side}</div><div class=m>{main}</div>", css, to)


def print_latex(paper: Paper, to: Path) -> None:
    """A LaTeX class: dates in a left margin column, set row by row, computer-modern-like numbering of pages."""

    def row(left: str, right: str) -> str:
        return f"<tr><td class=x>{left}</td><td>{right}</td></tr>"

    def entry(job: Job) -> str:
        items = "".join(f"<br>• {escape(line)}" for line in job.lines)
        return row(job.dates, f"<b>{escape(job.role)}</b>, <i>{escape(job.employer)}</i>, {escape(job.place)}.{items}")

    t = paper.titles
    body = f"<h1>{escape(paper.name)}</h1><p><i>{escape(paper.headline)}</i></p><p>{escape(' • '.join(paper.contact))}</p>"
    body += (
        f"<h2>{t[1]}</h2><table>{''.join(map(entry, paper.jobs))}</table><h2>{t[2]}</h2><table>{''.join(map(entry, paper.studies))}</table>"
    )
    body += f"<h2>{t[4]}</h2><table>{''.join(row(*s.partition(': ')[::2]) for s in paper.spoken)}</table>"
    body += f"<h2>{t[3]}</h2><table>{row('', escape(', '.join(paper.skills)))}</table><h2>{t[0]}</h2><p>{escape(paper.summary)}</p>"
    body += "".join(
        f"<h2>{escape(title)}</h2><table>" + "".join(row("", escape(line)) for line in lines) + "</table>" for title, lines in paper.more
    )
    css = (
        "body{font:10.5pt Liberation Serif} h1{text-align:right;font-weight:normal;font-size:24pt} h2{font-weight:normal;font-size:14pt;color:#347} td{vertical-align:top}"
        f"td.x{{width:3.2cm;text-align:right;padding-right:10pt}} @page{{margin:2cm;@bottom-right{{content:counter(page) '/' counter(pages)}} @top-left{{content:'{paper.name} – CV'}}}}"
    )
    _html(body, css, to)


def print_linkedin(paper: Paper, to: Path) -> None:
    """A profile's export: side column with contact and top skills, then company, title, dates with a duration, place, prose."""

    def entry(job: Job) -> str:
        return f"<p class=c>{escape(job.employer)}</p><p class=t>{escape(job.role)}</p><p>{job.dates}</p><p class=g>{escape(job.place)}</p><p>{escape(' '.join(job.lines))}</p>"

    def study(job: Job) -> str:
        return f"<p class=c>{escape(job.employer)}</p><p>{escape(job.role)} · ({job.dates})</p>"

    t = paper.titles
    side = (
        "<h3>Contact</h3>"
        + "".join(f"<p>{escape(c)}</p>" for c in paper.contact)
        + f"<h3>Top Skills</h3>{''.join(f'<p>{escape(s)}</p>' for s in paper.skills)}"
    )
    side += f"<h3>{t[4]}</h3>{''.join(f'<p>{escape(s)}</p>' for s in paper.spoken)}"
    side += "".join(f"<h3>{escape(title)}</h3>" + "".join(f"<p>{escape(line)}</p>" for line in lines) for title, lines in paper.more)
    main = f"<h1>{escape(paper.name)}</h1><p>{escape(paper.headline)}</p><h2>{t[0]}</h2><p>{escape(paper.summary)}</p><h2>{t[1]}</h2>"
    main += "".join(map(entry, paper.jobs)) + f"<h2>{t[2]}</h2>" + "".join(map(study, paper.studies))
    css = "body{font:10.5pt Liberation Sans} .s{float:left;width:30%;background:#345;color:#fff} .m{float:right;width:65%} h1{font-size:24pt} h2{font-size:15pt} h3{font-size:13pt} .c{margin-top:8pt;font-size:12pt} .t{font-size:11.5pt} p{margin:2pt 0} @page{margin:1cm;@bottom-center{content:'Page ' counter(page) ' of ' counter(pages)}}"
    _html(f"<div class=s>{side}</div><div class=m>{main}</div>", css, to)


def print_interleaved(paper: Paper, to: Path) -> None:
    """A home-made program: two columns drawn line by line across the page, so that the file's order mixes them."""
    pdfmetrics.registerFont(TTFont("DV", _font("DejaVuSans.ttf")))
    pdfmetrics.registerFont(TTFont("DVB", _font("DejaVuSans-Bold.ttf")))
    t = paper.titles
    left: list[tuple[str, bool]] = [
        (t[3], True),
        *((s, False) for s in paper.skills),
        ("", False),
        (t[4], True),
        *((s, False) for s in paper.spoken),
    ]
    for title, lines in paper.more:
        left += [("", False), (title, True), *((part, False) for line in lines for part in _wrap(line, 26))]
    right: list[tuple[str, bool]] = [(t[0], True), *((part, False) for part in _wrap(paper.summary, 62)), ("", False), (t[1], True)]
    for job in paper.jobs:
        right += [
            (f"{job.role} | {job.employer} | {job.dates}", False),
            *((part, False) for line in job.lines for part in _wrap("- " + line, 62)),
            ("", False),
        ]
    right += [(t[2], True), *((f"{s.role}, {s.employer} ({s.dates})", False) for s in paper.studies)]
    page = canvas.Canvas(str(to), pagesize=A4, invariant=True)
    page.setFont("DVB", 17)
    page.drawString(45, 800, paper.name)
    page.setFont("DV", 9)
    page.drawString(45, 785, paper.headline)
    page.drawString(45, 772, " / ".join(paper.contact))
    y = 745
    for i in range(max(len(left), len(right))):
        for x, column in ((45, left), (215, right)):
            if i < len(column) and column[i][0]:
                page.setFont("DVB" if column[i][1] else "DV", 9)
                page.drawString(x, y, column[i][0])
        y -= 13
        if y < 50:
            page.showPage()
            y = 790
    page.save()


def print_europass(paper: Paper, to: Path) -> None:
    """A form: labels in a left column, contents right, row by row; dates as day/month/year if given so."""
    pdf: Any = FPDF(format="A4")
    pdf.set_creation_date(datetime(2024, 1, 1, tzinfo=UTC))
    pdf.add_font("DV", "", _font("DejaVuSans.ttf"))
    pdf.add_font("DV", "B", _font("DejaVuSans-Bold.ttf"))
    pdf.add_page()

    def row(label: str, text: str, *, bold: bool = False, size: int = 9) -> None:
        pdf.set_font("DV", "B" if bold else "", size)
        top = pdf.get_y()
        if label:
            pdf.multi_cell(48, 5, label, align="R")
        bottom = pdf.get_y()
        pdf.set_xy(64, top)
        pdf.multi_cell(130, 5, text, align="L")
        pdf.set_xy(10, max(bottom, pdf.get_y()))

    t = paper.titles
    row("", "Curriculum vitae", size=8)
    row("", paper.name, bold=True, size=14)
    for c in paper.contact:
        row("", c)
    row(t[0], f"{paper.headline}. {paper.summary}")
    pdf.ln(3)
    row(t[1].upper(), "")
    for job in paper.jobs:
        row(job.dates, job.role, bold=False)
        row("", f"{job.employer}, {job.place}")
        for line in job.lines:
            row("", f"▪ {line}")
        pdf.ln(2)
    row(t[2].upper(), "")
    for study in paper.studies:
        row(study.dates, study.role)
        row("", f"{study.employer}, {study.place}")
    pdf.ln(2)
    row(t[3].upper(), "")
    for skill in paper.skills:
        row("", skill)
    row(t[4].upper(), "")
    for spoken in paper.spoken:
        label, _, level = spoken.partition(": ")
        row(label, level)
    for title, lines in paper.more:
        row(title.upper(), "")
        for line in lines:
            row("", line)
    pdf.output(str(to))


def print_plain(paper: Paper, to: Path) -> None:
    """A text editor: one column, one font, one size, headings in capitals with a colon, everything separated by commas."""
    pdf: Any = FPDF(format="letter")
    pdf.set_creation_date(datetime(2024, 1, 1, tzinfo=UTC))
    pdf.add_font("M", "", _font("DejaVuSansMono.ttf"))
    pdf.add_page()
    pdf.set_font("M", "", 9)
    t = paper.titles
    lines = [paper.name, paper.headline, *paper.contact, "", t[0].upper() + ":", *_wrap(paper.summary, 88), "", t[1].upper() + ":"]
    for job in paper.jobs:
        lines += [
            f"{job.dates}: {job.role}, {job.employer}, {job.place}",
            *(part for line in job.lines for part in _wrap("* " + line, 88)),
            "",
        ]
    lines += [t[2].upper() + ":", *(f"{s.dates}: {s.role}, {s.employer}, {s.place}" for s in paper.studies), "", t[3].upper() + ":"]
    lines += [*_wrap(", ".join(paper.skills), 88), "", t[4].upper() + ":", ", ".join(paper.spoken)]
    for title, texts in paper.more:
        lines += ["", title.upper() + ":", *(part for text in texts for part in _wrap(text, 88))]
    for line in lines:
        pdf.cell(0, 4.4, line, new_x="LMARGIN", new_y="NEXT")
    pdf.output(str(to))


def _wrap(text: str, width: int) -> list[str]:
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + len(word) + 1 > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*lines, line] if line else lines


PRINTERS: tuple[Callable[[Paper, Path], None], ...] = (
    print_word,
    print_sidebar,
    print_latex,
    print_linkedin,
    print_interleaved,
    print_europass,
    print_plain,
)
