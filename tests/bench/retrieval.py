# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""How fast retrieval is, how long an index takes, and how much memory both need.

    python tests/bench/retrieval.py --cvs 30 --cvs 10000 [--json FILE] [--made-up-vectors]

Method. For each size it prints that many one-page CVs (reportlab, four layouts, names, employers and skills drawn by a fixed seed from lists; every
tenth is Spanish), indexes them with the default embedding model in a child process, and reads that process's peak memory (`ru_maxrss`). Then it opens the
store in this process, asks forty different questions once as warm-up, and after that 400 questions, one at a time, each text different from those before (so that
no cache of an earlier question answers), timing `Library.search` by `perf_counter`. Questions are a fixed mix: by name, by skill (everybody), by employer, two conditions,
years, paraphrase, Spanish, unanswerable. `everybody` questions return all who fit: at 10,000 CVs some return hundreds of candidates, and that is in the figures.
Threads of BLAS and FAISS are bound to one. Figures are wall-clock on whatever machine runs it, other load included.

With `--made-up-vectors` the model embeds the first 300 passages and every question; the vectors of the other passages are those of these, shaken. How long a search takes does not depend on their being true, and ten thousand CVs need
minutes instead of hours. What the index cost, and what was found, then says nothing.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from statistics import quantiles

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

FIRST = "Ana Bruno Carla Dario Elena Farid Greta Hugo Irina Jonas Karim Lena Marta Nils Olga Pablo Quim Rosa Sven Tara Umar Vera Wanda Xavi Yara Zeno".split()
SYLLABLES = "ba ber cor dal der fen gar hol jan kel lim mar nor ost pel quin ros sal tor ul var wen zan".split()
SKILLS = (
    "Python SQL Excel Kubernetes Terraform Welding Triage Payroll Forecasting Photoshop Negotiation Accounting Translation Auditing Logistics Nursing Robotics Statistics "
    "Marketing Copywriting Carpentry Plumbing Radiology Catering Surveying Recruiting Kotlin Rust Scala Figma SAP AutoCAD MATLAB Tableau Salesforce Docker Ansible Spark"
).split()
ROLES = (
    "Software Engineer,Nurse,Accountant,Chef,Teacher,Electrician,Data Analyst,Project Manager,Lawyer,Architect,Pharmacist,Designer".split(
        ","
    )
)
DEEDS = (
    "Cut waiting times by {n} percent with a new rota",
    "Led a team of {n} people through a move to a new site",
    "Introduced {s} for the whole department",
    "Trained {n} colleagues in {s}",
    "Wrote the guidelines for {s} that are still in use",
    "Saved {n} thousand euros a year on supplies",
    "Handled {n} customer requests a week",
)


def surname(random: Random) -> str:
    return "".join(random.choice(SYLLABLES) for _ in range(random.choice((2, 3)))).title()


def print_cvs(folder: Path, count: int) -> list[dict[str, str]]:
    """Prints the CVs and returns what questions need to know of some of them."""
    from reportlab.pdfgen import canvas

    random, known = Random(7), []
    employers = [f"{surname(random)} {random.choice(('Ltd', 'GmbH', 'Group', 'Clinic', 'Partners'))}" for _ in range(max(20, count // 4))]
    for i in range(count):
        name = f"{random.choice(FIRST)} {surname(random)} {surname(random)}"
        role, skills, jobs = random.choice(ROLES), random.sample(SKILLS, 6), random.sample(employers, 3)
        spanish, x = i % 10 == 0, (50, 70, 60, 90)[i % 4]
        titles = ("Experiencia", "Formación", "Competencias", "Idiomas") if spanish else ("Experience", "Education", "Skills", "Languages")
        lines = [
            (name, 18),
            (role, 11),
            (f"{name.split(maxsplit=1)[0].lower()}.{i}@example.org | +44 20 7946 {i % 10000:04d}", 9),
            (titles[0], 13),
        ]
        year = 2024
        for job in jobs:
            length = random.randint(2, 5)
            lines.append((f"{role}, {job}, {year - length} - {year}", 10))
            lines.extend((f"- {random.choice(DEEDS).format(n=random.randint(3, 60), s=random.choice(skills))}", 9) for _ in range(3))
            year -= length
        lines += [(titles[1], 13), (f"BSc, University of {surname(random)}, {year - 4} - {year}", 10)]
        lines += [
            (titles[2], 13),
            (", ".join(f"{s} ({random.randint(1, 12)} years)" for s in skills), 9),
            (titles[3], 13),
            ("English: native, Spanish: B2" if i % 3 else "German: native, English: C1", 9),
        ]
        page = canvas.Canvas(str(folder / f"cv-{i:05d}.pdf"), invariant=True)
        y = 800
        for text, size in lines:
            page.setFont("Helvetica-Bold" if size > 12 else "Helvetica", size)
            page.drawString(x, y, text)
            y -= size + 5
        page.save()
        if len(known) < 2000:
            known.append({"name": name, "employer": jobs[0], "skill": skills[0], "other": skills[1]})
    return known


def questions(known: list[dict[str, str]], count: int) -> list[str]:
    random = Random(11)
    kinds = (
        "Where did {name} study?",
        "What is {name}'s e-mail address?",
        "Who worked at {employer}?",
        "Who knows {skill} and {other}?",
        "Who has more than {n} years of {skill}?",
        "Which candidates trained {n} colleagues in {skill}?",
        "¿Quién tiene experiencia en {skill} y {other}?",
        "Who cut costs and saved money on supplies while using {skill}?",
        "Who has flown helicopters over volcano number {n}?",
        "Which {other} people led {n} people to a new site?",
    )
    return [kinds[i % len(kinds)].format(**random.choice(known), n=random.randint(2, 60)) for i in range(count)]


def measure(count: int, *, made_up: bool) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        pdfs, store = Path(folder) / "pdfs", Path(folder) / "store"
        pdfs.mkdir()
        known = print_cvs(pdfs, count)
        began = time.perf_counter()
        child = subprocess.run(
            [sys.executable, __file__, "--build", str(pdfs), str(store), *["--made-up-vectors"] * made_up],
            check=True,
            capture_output=True,
            text=True,
        )
        index_seconds = time.perf_counter() - began
        built = json.loads(child.stdout)

        from rag.library import Library

        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        library = Library(store)
        began = time.perf_counter()
        library.generation()
        opened = time.perf_counter() - began
        asked = questions(known, 440)
        times, hits = [], []
        for n, question in enumerate(asked):
            began = time.perf_counter()
            found = library.search(question)
            if n >= 40:
                times.append((time.perf_counter() - began) * 1000)
                hits.append(len(found.hits))
        cuts = quantiles(times, n=100)
        size = sum(path.stat().st_size for path in store.rglob("*") if path.is_file())
        return {
            "cvs": count,
            "made_up_vectors": made_up,
            "passages": built["passages"],
            "index_seconds": round(index_seconds, 1),
            "index_peak_mb": round(built["peak_mb"]),
            "index_peak_mb_with_readers": round(built["peak_mb_children"]),
            "open_seconds": round(opened, 2),
            "search_p50_ms": round(cuts[49], 2),
            "search_p99_ms": round(cuts[98], 2),
            "search_peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            "before_open_mb": round(before),
            "store_mb": round(size / 1e6, 1),
            "most_hits": max(hits),
        }


def build(pdfs: str, store: str, *, made_up: bool) -> None:
    from rag.embedders.choice import embedder_named
    from rag.indexing import Build, build_index
    from tests.bench.made_up_vectors import MadeUp

    report = build_index(Path(pdfs), Path(store), Build(MadeUp(embedder_named()) if made_up else embedder_named()))
    own, children = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"passages": report.passages, "peak_mb": own, "peak_mb_children": children}))


def main() -> None:
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cvs", type=int, action="append")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--made-up-vectors", action="store_true")
    parser.add_argument("--build", nargs=2)
    given = parser.parse_args()
    if given.build:
        build(*given.build, made_up=given.made_up_vectors)
        return
    rows = []
    for count in given.cvs or [30, 10_000]:
        rows.append(measure(count, made_up=given.made_up_vectors))
        print(json.dumps(rows[-1]), flush=True)
    if given.json:
        given.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
