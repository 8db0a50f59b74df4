"""What a person at the terminal sees while CVs are made: two bars, and a table at the end. On standard error; without a terminal only the table."""

from collections.abc import Generator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from cv_generation.production import Notice, Outcome, Step

_WRITING = {Step.WRITTEN, Step.KEPT}


@contextmanager
def shown(console: Console, *, to_write: int, to_print: int) -> Generator[Notice]:
    """Bars for the steps to come; call the notice at each step."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[who]}"),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        writing = progress.add_task("profiles", total=to_write, who="", visible=to_write > 0)
        printing = progress.add_task("PDFs", total=to_print, who="", visible=to_print > 0)

        def notice(step: Step, cv_id: str) -> None:
            progress.update(writing if step in _WRITING else printing, advance=1, who=cv_id)

        yield notice


def summarize(console: Console, outcome: Outcome) -> None:
    """How many of what, then what failed and why."""
    table = Table(show_header=False, box=None, pad_edge=False)
    for step, count in outcome.counts.items():
        if count:
            table.add_row(str(count), str(step), style="red" if step is Step.FAILED else "")
    console.print(table)
    for cv_id, reason in outcome.failures.items():
        console.print(f"[red]failed[/red] {cv_id}: {escape(reason)}", highlight=False, emoji=False, soft_wrap=True)
