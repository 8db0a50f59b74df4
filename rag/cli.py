"""`python -m rag index | search | eval`: retrieval from a terminal, with the code that the API uses.

Standard output is the answer: with `--json` pure JSON, otherwise a table. Progress and remarks go to standard error. Exit status 1 comes with one sentence.
"""

import json
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from rag.embedders.choice import DEFAULT, embedder_named
from rag.errors import RagError
from rag.followup import Said
from rag.indexing import Build, Report, build_index, ship_vectors
from rag.indexing import Progress as Step
from rag.library import Library
from rag.retrieval import TOP_K, Found

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Retrieval over a folder of CV PDFs.")
_err = Console(stderr=True)

Store = Annotated[Path, typer.Option("--store", help="The folder of the index.")]
Embedding = Annotated[str, typer.Option("--embedder", envvar="EMBEDDING_MODEL", help="auto, wordllama, e5, e5:/folder or hashed.")]
Json = Annotated[bool, typer.Option("--json", help="Pure JSON on standard output.")]

DEFAULT_STORE = Path(".data/rag_store")
DEFAULT_PDFS = Path("cv_generation/data/cvs")


def main() -> None:
    """Runs the command line."""
    cli()


@contextmanager
def _one_sentence() -> Generator[None]:
    """Whatever goes wrong in a known way is one sentence on standard error."""
    try:
        yield
    except (RagError, OSError) as error:
        sentence = f"{error.filename}: {error.strerror}." if isinstance(error, OSError) and error.filename else str(error)
        _err.print(sentence, style="red", highlight=False, soft_wrap=True, markup=False)
        raise typer.Exit(1) from None


@cli.command()
def index(
    pdf_dir: Annotated[Path, typer.Option("--pdf-dir", help="The folder of CVs, with its subfolders.")] = DEFAULT_PDFS,
    store: Store = DEFAULT_STORE,
    embedder: Embedding = DEFAULT,
    workers: Annotated[int, typer.Option("--workers", min=0, help="Processes that read PDFs; 0 chooses.")] = 0,
    as_json: Json = False,
) -> None:
    """Build the index beside the current one and put it in its place. A running server takes it over by itself."""
    with _one_sentence():
        report = _build(pdf_dir, store, embedder, workers)
    for file, reason in report.skipped:
        _err.print(f"skipped {file}: {reason}", style="yellow", highlight=False, soft_wrap=True, markup=False)
    if as_json:
        print(
            json.dumps(
                {**asdict(report), "folder": str(report.folder), "skipped": [{"file": f, "reason": r} for f, r in report.skipped]},
                ensure_ascii=False,
            )
        )
        return
    table = Table("generation", "CVs", "passages", "skipped", "seconds")
    table.add_row(report.generation, str(report.cvs), str(report.passages), str(len(report.skipped)), f"{report.seconds:.1f}")
    Console().print(table)


def _build(pdf_dir: Path, store: Path, embedder: str, workers: int = 0) -> Report:
    columns = (SpinnerColumn(), TextColumn("Reading CVs"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=_err, transient=True, disable=not _err.is_terminal) as bar:
        task = bar.add_task("reading", total=None)

        def step(done: Step) -> None:
            bar.update(task, completed=done.done, total=done.total)

        return build_index(pdf_dir, store, Build(embedder_named(embedder), workers=workers, progress=step))


@cli.command()
def search(
    question: Annotated[str, typer.Argument(help="The question.")] = "",
    history: Annotated[Path | None, typer.Option("--history", help='The conversation so far: JSON, [{"role", "content"}].')] = None,
    batch: Annotated[Path | None, typer.Option("--batch", help='JSON lines {"id", "question", "history"?}; - is standard input.')] = None,
    store: Store = DEFAULT_STORE,
    top_k: Annotated[int, typer.Option("--top-k", min=1, help="How many passages; who asks for everybody gets everybody.")] = TOP_K,
    embedder: Embedding = DEFAULT,
    as_json: Json = False,
) -> None:
    """Search the index."""
    if bool(question.strip()) is (batch is not None):
        _err.print("Ask a question, or name a file with --batch; not both.", style="red")
        raise typer.Exit(2)
    if batch is not None and history is not None:
        _err.print("With --batch each line brings its own history: leave --history out.", style="red")
        raise typer.Exit(2)
    with _one_sentence():
        library = Library(store, embedder)
        if batch is not None:
            _search_batch(library, batch, top_k)
            return
        found = library.search(question, _history(history), top_k)
    if as_json:
        print(json.dumps(_as_json(found), ensure_ascii=False))
    else:
        _print_found(found)


def _search_batch(library: Library, file: Path, top_k: int) -> None:
    lines = sys.stdin if str(file) == "-" else _lines(file)
    for number, line in enumerate(lines, start=1):
        if line.strip():
            asked = _object(_parse(line, f"line {number} of {file}"))
            question = asked.get("question")
            if not isinstance(question, str):
                raise RagError(f'Line {number} of {file} is no object with a "question".')
            found = library.search(question, _said(asked.get("history")), top_k)
            print(json.dumps({"id": asked.get("id"), **_as_json(found)}, ensure_ascii=False), flush=True)


def _as_json(found: Found) -> dict[str, Any]:
    return {"answerable": found.answerable, "results": [asdict(hit) for hit in found.hits]}


def _history(file: Path | None) -> list[Said]:
    return [] if file is None else _said(_parse("\n".join(_lines(file)), str(file)))


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RagError(f"The file {file} cannot be read.") from error


def _parse(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise RagError(f"{where} is not JSON: {error}.") from error


def _object(value: Any) -> dict[str, Any]:
    """The JSON object; an empty one for anything else."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _said(messages: Any) -> list[Said]:
    """The conversation; also accepts `{"messages": [...]}` and plain texts, the user's and the assistant's in turn."""
    given = _object(messages).get("messages") if isinstance(messages, dict) else messages
    if given is None:
        return []
    if not isinstance(given, list):
        raise RagError('A history is a list of {"role", "content"}.')
    return [_one_said(i, message) for i, message in enumerate(cast("list[Any]", given))]


def _one_said(i: int, message: Any) -> Said:
    if isinstance(message, str):
        return Said("user" if i % 2 == 0 else "assistant", message)
    known = _object(message)
    content = known.get("content")
    if not isinstance(content, str):
        raise RagError('A history is a list of {"role", "content"}.')
    return Said(str(known.get("role", "user")), content)


def _print_found(found: Found) -> None:
    console = Console()
    if not found.answerable:
        console.print("No CV answers this.")
        return
    if found.everybody:
        console.print(f"{found.candidates} candidates fit.")
    table = Table("n", "candidate", "page", "section", "score", "passage", show_lines=True)
    for hit in found.hits:
        table.add_row(str(hit.n), f"{hit.candidate}\n{hit.file}", str(hit.page), hit.section, f"{hit.score:.2f}", hit.text, style=None)
    console.print(table)


@cli.command()
def vectors(
    pdf_dir: Annotated[Path, typer.Option("--pdf-dir", help="The folder of CVs.")] = DEFAULT_PDFS, embedder: Embedding = DEFAULT
) -> None:
    """Put the passages' vectors beside the CVs, so that indexing them takes seconds everywhere, and those of the occupations into the vocabulary."""
    with _one_sentence():
        ship_vectors(pdf_dir, embedder_named(embedder))


@cli.command("eval")
def evaluate(
    profiles: Annotated[Path, typer.Option("--profiles", help="The folder of the generator's JSON profiles: the truth.")] = DEFAULT_PDFS,
    pdf_dir: Annotated[Path | None, typer.Option("--pdf-dir", help="The folder of their PDFs; that of the profiles if not given.")] = None,
    embedder: Embedding = DEFAULT,
    show_misses: Annotated[bool, typer.Option("--misses", help="List every question that was missed, on standard error.")] = False,
    as_json: Json = False,
) -> None:
    """Score retrieval against the profiles that the CVs were printed from: fused, BM25 alone, dense alone. Uses an index of its own."""
    from tempfile import TemporaryDirectory

    from rag.evaluation.run import run
    from rag.evaluation.tables import misses, scores_as_json, table_of

    with _one_sentence(), TemporaryDirectory(prefix="rag-eval-") as folder:
        _build(pdf_dir or profiles, Path(folder), embedder)
        outcome = run(Library(Path(folder), embedder), profiles, pdf_dir or profiles)
    if show_misses:
        for line in misses(outcome):
            _err.print(line, highlight=False, soft_wrap=True, markup=False)
    if as_json:
        print(json.dumps(scores_as_json(outcome), ensure_ascii=False))
    else:
        print(table_of(outcome))
