"""The command line: `chatbot serve | worker | migrate | index | psql | openapi | env`. Everything here is a thin shell around `main`, `bootstrap` and `db`.

What a person sees goes to standard output in plain words; log lines go to standard error. A wrong setting or a database that cannot be used ends
the command with one sentence and exit status 2.
"""

import asyncio
import json
import sys
import time
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from typing import Annotated, Any, NoReturn

import typer

from app.settings import LogFormat, Settings, SettingsError, env_example, load_settings

cli = typer.Typer(
    name="chatbot", help="A self-hosted chat backend whose answers cannot get lost.", no_args_is_help=True, add_completion=False
)

HostOption = Annotated[str | None, typer.Option(help="Address to listen on. [default: HOST or 127.0.0.1]", show_default=False)]
PortOption = Annotated[int | None, typer.Option(help="Port to listen on; 0 picks a free one. [default: PORT or 8000]", show_default=False)]
SlotsOption = Annotated[
    int | None, typer.Option(help="Answers this process writes at once. [default: RUN_SLOTS or 200]", show_default=False)
]


@cli.command()
def serve(host: HostOption = None, port: PortOption = None, slots: SlotsOption = None) -> None:
    """Serve the API and the page, and write answers unless --slots 0."""
    from app.infrastructure.web.server import listening_socket
    from app.main import serve as serve_forever

    settings = _settings(host=host, port=port, run_slots=slots)
    with _database(settings) as database:
        try:
            listener = listening_socket(settings.host, settings.port, settings.stream_send_timeout)
        except OSError as error:
            _fail(f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}. Choose another port with --port or PORT.")
        address = _address(settings.host, listener.getsockname()[1])
        _run(serve_forever(settings, database.url, listener, lambda: _announce(settings, address, embedded=database.embedded)))


@cli.command()
def worker(slots: SlotsOption = None) -> None:
    """Write answers for messages that other processes accept."""
    from app.main import work

    settings = _settings(run_slots=slots)
    with _database(settings) as database:
        _run(work(settings, database.url))


@cli.command()
def migrate(
    revision: Annotated[str, typer.Argument(help="Where to go: head, base, or a revision.")] = "head",
    *,
    down: Annotated[bool, typer.Option("--down", help="Go back to the revision instead of forward.")] = False,
) -> None:
    """Bring the database to the newest schema (serve and worker do this by themselves)."""
    from app.infrastructure.db import migrations

    settings = _settings()
    with _database(settings, migrated=False) as database:
        if down:
            migrations.downgrade(database.url, revision)
        else:
            migrations.upgrade(database.url, revision)
        typer.echo(f"The database is at {migrations.current(database.url) or 'nothing'}.")


@cli.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(context: typer.Context) -> None:
    """Open a database shell, on the embedded database or on DATABASE_URL; further arguments go to psql."""
    import signal
    import subprocess

    # Ctrl-C is psql's: it stops a query there, and must not end the shell from here. A handler, unlike SIG_IGN, is not inherited.
    signal.signal(signal.SIGINT, _pass_over)
    with _database(_settings(), migrated=False) as database:
        try:
            code = subprocess.run([*database.psql, *context.args], check=False).returncode  # noqa: S603 - our own argument list
        except FileNotFoundError:
            _fail("There is no psql on this machine. Install a Postgres client, for example: apt-get install postgresql-client.")
    raise typer.Exit(code)


@cli.command()
def index(
    *,
    contextual: Annotated[bool, typer.Option("--contextual", help="Let the configured model say what each passage is about.")] = False,
) -> None:
    """Index the CVs of CVS_PDF_DIR anew; running servers take the result over by themselves."""
    import subprocess

    from app.bootstrap.context import cv_index_place, index_with_model
    from app.infrastructure.context.first_index import BuildFailed

    settings = _settings()
    place = cv_index_place(settings)
    if contextual:
        if settings.provider == "offline":
            _fail("--contextual needs a model: set LLM_PROVIDER and its key in the environment or in .env.")
        try:
            _run(index_with_model(settings, lambda line: typer.echo(line, err=True)))
        except BuildFailed as failed:
            _fail(str(failed))
        return
    arguments = ["--pdf-dir", str(place.pdf_dir), "--store", str(place.store), "--embedder", place.embedder]
    code = subprocess.run([sys.executable, "-m", "rag", "index", *arguments], check=False).returncode  # noqa: S603 - our own argument list
    raise typer.Exit(code)


@cli.command()
def openapi() -> None:
    """Print the OpenAPI document as JSON."""
    from app.bootstrap.version import app_version
    from app.infrastructure.web.application import openapi_document

    typer.echo(json.dumps(openapi_document(app_version()), indent=2, ensure_ascii=False))


@cli.command()
def env() -> None:
    """Print every setting with its default, as a file to start from: chatbot env > .env_ex."""
    typer.echo(env_example(), nl=False)


def main() -> None:
    """Entry point of the `chatbot` command."""
    cli()


# -- shared by the commands ------------------------------------------------------------------------------------------------------------


def _settings(**overrides: object) -> Settings:
    from app.infrastructure.observability.logs import configure

    try:
        settings = load_settings(overrides={name: value for name, value in overrides.items() if value is not None})
    except SettingsError as error:
        _fail(str(error))
    configure(settings.effective_log_level, json=settings.log_format is LogFormat.JSON)
    return settings


@contextmanager
def _database(settings: Settings, *, migrated: bool = True) -> Generator[Any, None, None]:
    """The database, answering, and at the newest schema unless told otherwise; else the command ends with a sentence."""
    from app.infrastructure.db.database import UnusableDatabase, open_database

    url = settings.database_url
    try:
        with open_database(url.get_secret_value() if url else None, settings.data_dir) as database:
            _prepare(database.url, settings.database_wait, migrated=migrated)
            yield database
    except UnusableDatabase as error:
        _fail(str(error))


def _prepare(url: Any, patience: float, *, migrated: bool) -> None:
    """Wait for the database to answer, and migrate it."""
    from sqlalchemy.exc import OperationalError

    from app.infrastructure.db import migrations

    deadline = time.monotonic() + patience
    waiting = False
    while True:
        try:
            if migrated:
                migrations.upgrade(url)
            else:
                migrations.current(url)
        except OperationalError as error:
            if time.monotonic() > deadline:
                _fail(f"The database at {url} does not answer: {_first_line(error)}. Is DATABASE_URL right, and the server running?")
            if not waiting:
                typer.echo(f"Waiting for the database at {url} ...", err=True)
                waiting = True
            time.sleep(0.5)
        else:
            return


def _run(coroutine: Coroutine[Any, Any, None]) -> None:
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(coroutine)


def _announce(settings: Settings, address: str, *, embedded: bool) -> None:
    """Tell the person at the terminal where to go, and what they have got."""
    lines = [f"Chatbot SSE API on {address}", f"  page       {address}/", f"  reference  {address}/docs"]
    lines.append(f"  database   {f'embedded, in {settings.data_dir}' if embedded else 'DATABASE_URL'}")
    lines.append(f"  model      {settings.provider} / {settings.model}")
    if settings.provider == "offline":
        lines.append(
            "             quotes the documents, no key needed; set ANTHROPIC_API_KEY, GEMINI_API_KEY or OPENROUTER_API_KEY for a real one"
        )
    if settings.host not in ("127.0.0.1", "localhost", "::1"):
        lines.append("  WARNING    open to the network, and anybody who reaches it may use it: put something in front that knows who may")
    typer.echo("\n".join(lines))
    sys.stdout.flush()


def _address(host: str, port: int) -> str:
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - shown, not bound
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", error)).strip().splitlines()[0].rstrip(".")


def _pass_over(_number: int, _frame: object) -> None:
    """A signal that is for somebody else."""


def _fail(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(2)
