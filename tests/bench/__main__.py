"""`make bench`: the product beside what it began from and beside a direct stream, in one run, on one machine, with one client.

    make bench                           everything, about ten minutes
    make bench ARGS=--quick              two loads, short windows, about two minutes
    make bench ARGS="--only steady"      one part: steady, runs, clients, replay, readers, history; more than one: --only a --only b
    make bench ARGS="--rounds 3"         medians of three rounds

Sides (`servers.py`), each started anew for each load, one after another, on one Postgres with its durability as shipped:
seed, direct, stock, product, API + worker, two products. All stream from the same model: stamps of the clock made in the process itself, or a
provider's SDK with the fake providers behind it. The client (`load.py`) is this process: none of the sides' work is in it.

steady   conversations begin one after another over a second; when all flow, the window opens. What begins and ends a run is outside of it.
  tok/s          tokens that reached readers within the window, a second
  p50, p99       milliseconds from the model's yield to the reader's socket
  first          median milliseconds from the post to the first token, the model having none of its own
  CPU            seconds of processor time per 1,000 tokens: the side's processes, and Postgres
  tx, rows       writing transactions and rows of the log per 1,000 tokens
  MB             resident memory of the side's processes at the end of the window
  client         share of a core that the client needed: near 1 it is the client that limits
runs     the price of a run: conversations of five tokens, one after another, and twenty at a time
clients  500 WebSocket and 500 SSE clients at once: is every answer whole, to the character, and what does it cost? (`clients.py`)
replay   a finished answer of 10,000 tokens: rows of one token, as COPY gives them and as a reader gets them
readers  memory of a subscriber that waits; a thousand readers of one run
history  do post, claim, replay and list stay flat as the log grows?

Machines are shared and noisy: read ratios within one run, not single figures.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.console import Console
from rich.table import Table

from tests.bench import clients, history, readers, replay, runs, steady
from tests.bench.machine import Postgres

console = Console(width=150)

HISTORY_ROWS, QUICK_ROWS = 200_000, 20_000


def main(
    *,
    quick: Annotated[bool, typer.Option(help="Two loads, short windows, little history.")] = False,
    only: Annotated[list[str] | None, typer.Option(help="Only these parts: steady, runs, clients, replay, readers, history.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of each side under each load; the median is shown.")] = 1,
    rows: Annotated[
        int | None, typer.Option(min=10_000, help="Rows of history to measure against (200,000; 10,000,000 take 3 GB and ten minutes).")
    ] = None,
) -> None:
    """Measure speed."""
    parts: dict[str, Callable[[Postgres], list[Table]]] = {
        "steady": lambda postgres: steady.tables(postgres, quick=quick, rounds=rounds, tell=_tell),
        "runs": lambda postgres: runs.tables(postgres, quick=quick, rounds=rounds, tell=_tell),
        "clients": lambda postgres: clients.tables(postgres, quick=quick, tell=_tell),
        "replay": lambda postgres: replay.tables(postgres, tell=_tell),
        "readers": lambda postgres: readers.tables(postgres, quick=quick, tell=_tell),
        "history": lambda postgres: history.tables(postgres, rows=rows or (QUICK_ROWS if quick else HISTORY_ROWS), tell=_tell),
    }
    unknown = set(only or ()) - set(parts)
    if unknown:
        raise typer.BadParameter(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(parts)}")
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        postgres = Postgres(Path(folder))
        try:
            for name, measure in parts.items():
                if not only or name in only:
                    for table in measure(postgres):
                        console.print(table)
        finally:
            postgres.stop()
    console.print(f"[dim]It took {time.monotonic() - began:.0f} s.[/dim]", highlight=False)


def _tell(what: str) -> None:
    console.print(f"[dim]{what}[/dim]", highlight=False)


if __name__ == "__main__":
    uvloop.install()
    typer.run(main)
