"""The command line: `python -m cv_generation all | profiles | render | list`. A thin shell around `production`.

Progress and summaries go to standard error, `list --json` to standard output. Exit status 0: everything is there; 1: some CVs failed, or no PDF
can be made on this machine; 2: wrong usage or settings; 130: interrupted, and the same command goes on from there.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Never, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.settings import Provider, SettingsError, load_settings
from cv_generation.banks import crafts
from cv_generation.briefs import DEFAULT_SEED, Brief, Wishes, plan
from cv_generation.production import Order, Outcome, Production
from cv_generation.profiles import Language, Profile
from cv_generation.progress import shown, summarize
from cv_generation.render.html import NoSuchTemplate, fingerprint, template_names, to_html
from cv_generation.render.pdf import DEFAULT_LIMIT, RendererMissing
from cv_generation.settings import load_cv_settings
from cv_generation.shelf import Shelf
from cv_generation.writer import ProfileWriter
from cv_generation.writer.offline import OfflineWriter

Item = TypeVar("Item")

DEFAULT_FOLDER = Path(__file__).parent / "data" / "cvs"

cli = typer.Typer(
    name="cv_generation", help="Make sample CVs: typed profiles (JSON) and their PDFs.", no_args_is_help=True, add_completion=False
)
_console = Console(stderr=True)


class WriterChoice(StrEnum):
    """Who writes: the configured model (`llm`), the banks (`offline`), or the model if there is one (`auto`)."""

    AUTO = "auto"
    LLM = "llm"
    OFFLINE = "offline"


CountOption = Annotated[int, typer.Option("--count", "-n", min=1, max=100_000, help="How many people.")]
SeedOption = Annotated[int, typer.Option(help="Same seed, same dataset (offline writer).")]
LanguageOption = Annotated[list[Language] | None, typer.Option("--language", "-l", help="Only CVs in this language; may be repeated.")]
TemplateOption = Annotated[list[str] | None, typer.Option("--template", "-t", help="Only this layout; may be repeated.")]
ProfessionOption = Annotated[list[str] | None, typer.Option("--profession", "-p", help="Only this profession; may be repeated.")]
OnlyOption = Annotated[list[str] | None, typer.Option(help="Only these CVs: a number, an id, or a part of one; may be repeated.")]
OutOption = Annotated[Path, typer.Option("--out", "-o", help="Folder of the dataset.", show_default="the package's data/cvs")]
JobsOption = Annotated[int, typer.Option("--jobs", "-j", min=1, max=64, help="CVs in the making at a time.")]
RedoOption = Annotated[bool, typer.Option("--force/--resume", help="Make everything anew, or keep what is there and right.")]
WriterOption = Annotated[WriterChoice, typer.Option(help="auto: the configured model, or offline without a key.")]
PruneOption = Annotated[bool, typer.Option("--prune", help="Remove CVs in the folder that don't belong to this dataset.")]
LimitOption = Annotated[float, typer.Option("--timeout", min=0.1, help="Seconds after which the layout of one PDF is given up.")]


@cli.command("all")
def make_all(
    count: CountOption = 30,
    seed: SeedOption = DEFAULT_SEED,
    language: LanguageOption = None,
    template: TemplateOption = None,
    profession: ProfessionOption = None,
    only: OnlyOption = None,
    out: OutOption = DEFAULT_FOLDER,
    jobs: JobsOption = 2,
    writer: WriterOption = WriterChoice.AUTO,
    limit: LimitOption = DEFAULT_LIMIT,
    *,
    redo: RedoOption = False,
    prune: PruneOption = False,
) -> None:
    """Write the profiles and print their PDFs."""
    everyone = _plan(count, seed, language, template, profession)
    shelf = _shelf(out)
    _strangers(shelf, everyone, prune=prune)
    briefs = _chosen(everyone, only, lambda brief: brief.cv_id)

    async def work() -> Outcome:
        with shown(_console, to_write=len(briefs), to_print=len(briefs)) as notice:
            async with _opened(writer) as author:
                return await Production(shelf, Order(jobs=jobs, redo=redo, limit=limit), notice).make(briefs, author)

    _run(work())


@cli.command()
def profiles(
    count: CountOption = 30,
    seed: SeedOption = DEFAULT_SEED,
    language: LanguageOption = None,
    template: TemplateOption = None,
    profession: ProfessionOption = None,
    only: OnlyOption = None,
    out: OutOption = DEFAULT_FOLDER,
    jobs: JobsOption = 2,
    writer: WriterOption = WriterChoice.AUTO,
    *,
    redo: RedoOption = False,
    prune: PruneOption = False,
) -> None:
    """Write the profiles only (JSON); needs no system libraries."""
    everyone = _plan(count, seed, language, template, profession)
    shelf = _shelf(out)
    _strangers(shelf, everyone, prune=prune)
    briefs = _chosen(everyone, only, lambda brief: brief.cv_id)

    async def work() -> Outcome:
        with shown(_console, to_write=len(briefs), to_print=0) as notice:
            async with _opened(writer) as author:
                return await Production(shelf, Order(jobs=jobs, redo=redo), notice).write(briefs, author)

    _run(work())


@cli.command()
def render(
    only: OnlyOption = None,
    template: TemplateOption = None,
    out: OutOption = DEFAULT_FOLDER,
    jobs: JobsOption = 2,
    limit: LimitOption = DEFAULT_LIMIT,
    *,
    redo: RedoOption = False,
) -> None:
    """Print the PDFs of the profiles in the folder, whoever wrote them; --template picks those that ask for it."""
    shelf = _shelf(out)
    wanted = _templates(template)
    found = [profile for profile in shelf.profiles() if not template or profile.presentation.template in wanted]
    if not found:
        _refuse(f"There are no profiles to render in {out}; make some with: python -m cv_generation profiles")
    chosen = _chosen(found, only, lambda profile: profile.cv_id)

    async def work() -> Outcome:
        with shown(_console, to_write=0, to_print=len(chosen)) as notice:
            return await Production(shelf, Order(jobs=jobs, redo=redo, limit=limit), notice).render(chosen)

    _run(work())


@cli.command("list")
def list_cvs(out: OutOption = DEFAULT_FOLDER, *, as_json: Annotated[bool, typer.Option("--json", help="One JSON array.")] = False) -> None:
    """Show the CVs in the folder and whether their PDFs are up to date."""
    shelf = Shelf(out)
    rows = [_row(shelf, profile) for profile in shelf.profiles()]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    table = Table("id", "", "profession", "seniority", "template", "PDF", box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(escape(value) for key, value in row.items() if key != "name"))
    Console().print(table)
    typer.echo(f"{len(rows)} CVs in {out}. Templates: {', '.join(template_names())}. Professions: {', '.join(crafts())}.")


@cli.command("html")
def write_html(only: OnlyOption = None, out: OutOption = DEFAULT_FOLDER) -> None:
    """Write each CV as the HTML page that its PDF is printed from, beside it. Needs no system libraries."""
    shelf = _shelf(out)
    profiles = _chosen(shelf.profiles(), only, lambda profile: profile.cv_id)
    try:
        for profile in profiles:
            shelf.save_html(profile.cv_id, to_html(profile))
    except (NoSuchTemplate, OSError) as failure:
        _console.print(escape(str(failure)), highlight=False, emoji=False, soft_wrap=True)
        raise typer.Exit(1) from None
    typer.echo(f"{len(profiles)} pages in {out}.")


def main() -> None:
    """The command `python -m cv_generation`."""
    cli()


def _plan(
    count: int, seed: int, languages: list[Language] | None, templates: list[str] | None, professions: list[str] | None
) -> list[Brief]:
    unknown = sorted(set(professions or ()) - set(crafts()))
    if unknown:
        _refuse(f"No such profession: {', '.join(unknown)}. There are {', '.join(crafts())}.")
    wishes = Wishes(seed, count, _templates(templates), tuple(languages or ()), tuple(professions or ()))
    return plan(wishes)


def _templates(names: list[str] | None) -> tuple[str, ...]:
    unknown = sorted(set(names or ()) - set(template_names()))
    if unknown:
        _refuse(f"No such template: {', '.join(unknown)}. There are {', '.join(template_names())}.")
    return tuple(names or template_names())


def _shelf(folder: Path) -> Shelf:
    shelf = Shelf(folder.resolve())
    try:
        shelf.prepare()
    except OSError as error:
        _refuse(f"Cannot write to {folder}: {error.strerror}. Choose another folder with --out.")
    return shelf


def _strangers(shelf: Shelf, everyone: Sequence[Brief], *, prune: bool) -> None:
    """CVs of another dataset in the same folder would be indexed too: say so, or remove them."""
    strangers = shelf.strangers(brief.cv_id for brief in everyone)
    if prune:
        for cv_id in strangers:
            shelf.remove(cv_id)
    elif strangers:
        _console.print(f"{len(strangers)} other CVs are in {shelf.folder} ({strangers[0]} ...); --prune removes them.", soft_wrap=True)


def _chosen(items: Sequence[Item], only: list[str] | None, cv_id: Callable[[Item], str]) -> list[Item]:
    """The items that `--only` names, in their order; all without it."""
    if not only:
        return list(items)
    chosen = [item for item in items if any(_names(wanted, cv_id(item)) for wanted in only)]
    if not chosen:
        _refuse(f"--only {' '.join(only)}: there is no such CV among {len(items)}.")
    return chosen


def _names(wanted: str, cv_id: str) -> bool:
    return cv_id.startswith(f"{int(wanted):03d}-") if wanted.isdecimal() else wanted in cv_id


@asynccontextmanager
async def _opened(choice: WriterChoice) -> AsyncGenerator[ProfileWriter]:
    """The writer asked for. The server's code is imported only if a model may be needed."""
    if choice is WriterChoice.OFFLINE:
        yield OfflineWriter()
        return
    settings = load_settings()
    if settings.provider is Provider.OFFLINE:
        if choice is WriterChoice.LLM:
            _refuse("--writer llm needs a provider: set LLM_PROVIDER and its key in the environment or in .env.")
        yield OfflineWriter()
        return
    from cv_generation.writer.app_model import open_writer

    async with open_writer(settings, load_cv_settings()) as author:
        yield author


def _run(work: Coroutine[Any, Any, Outcome]) -> None:
    """Do the work, say what came of it, and leave with the status that tells it."""
    try:
        outcome = asyncio.run(work)
    except KeyboardInterrupt:
        _console.print("Interrupted. Finished files are whole; the same command goes on from there.")
        raise typer.Exit(130) from None
    except RendererMissing as missing:
        _console.print(f"[red]No PDFs:[/red] {escape(str(missing))}", highlight=False, emoji=False, soft_wrap=True)
        raise typer.Exit(1) from None
    except SettingsError as error:
        _refuse(str(error))
    summarize(_console, outcome)
    if outcome.failures:
        raise typer.Exit(1)


def _row(shelf: Shelf, profile: Profile) -> dict[str, str]:
    return {
        "id": profile.cv_id,
        "name": profile.name,
        "language": str(profile.language),
        "profession": profile.profession,
        "seniority": str(profile.seniority),
        "template": profile.presentation.template,
        "pdf": _pdf_state(shelf, profile),
    }


def _pdf_state(shelf: Shelf, profile: Profile) -> str:
    if not shelf.pdf_path(profile.cv_id).exists():
        return "missing"
    try:
        identifier = fingerprint(to_html(profile))
    except NoSuchTemplate:
        return "unknown template"
    return "ready" if shelf.has_pdf_of(profile.cv_id, identifier) else "out of date"


def _refuse(sentence: str) -> Never:
    _console.print(escape(sentence), highlight=False, emoji=False, soft_wrap=True)
    raise typer.Exit(2)
