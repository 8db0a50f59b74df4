"""The commands that run the product: `chatbot serve | worker | migrate | index | keys | psql | openapi | env`.

Everything here is a thin shell around `main`, `bootstrap` and `db`. What a person sees goes to standard output in plain words; log lines go to
standard error. What an operator does now and then is in `operations.py`.
"""

import json
import sys
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import typer

from app.cli.open_files import FEW, allow_open_files
from app.cli.shell import fail, listen, opened_database, read_settings, run
from app.settings import AuthMode, Settings, env_example

cli = typer.Typer(name="chatbot", no_args_is_help=True, add_completion=False)

keys = typer.Typer(help="API keys, for AUTH_MODE=api_key and jwt.", no_args_is_help=True)
cli.add_typer(keys, name="keys")

ACCESS = {
    AuthMode.OFF: "AUTH_MODE=off: everybody who reaches it may do everything",
    AuthMode.API_KEY: "API keys: chatbot keys create",
    AuthMode.JWT: "tokens of JWT_ISSUER, and API keys: chatbot keys create",
}


HostOption = Annotated[str | None, typer.Option(help="Address to listen on. [default: HOST or 127.0.0.1]", show_default=False)]
PortOption = Annotated[int | None, typer.Option(help="Port to listen on; 0 picks a free one. [default: PORT or 8000]", show_default=False)]
SlotsOption = Annotated[
    int | None, typer.Option(help="Answers this process writes at once. [default: RUN_SLOTS or 200]", show_default=False)
]


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer's callback
    if wanted:
        from app.bootstrap.version import app_version

        typer.echo(app_version())
        raise typer.Exit


VersionOption = Annotated[bool, typer.Option("--version", help="Show the version.", is_eager=True, callback=_show_version)]


@cli.callback()
def chatbot(*, version: VersionOption = False) -> None:
    """A self-hosted chat backend whose answers cannot get lost."""


@cli.command()
def serve(host: HostOption = None, port: PortOption = None, slots: SlotsOption = None) -> None:
    """Serve the API and the page, and write answers unless --slots 0."""
    from app.main import serve as serve_forever

    settings = read_settings(host=host, port=port, run_slots=slots)
    files = allow_open_files()
    with opened_database(settings) as database:
        listener = listen(settings.host, settings.port, settings, "port with --port or PORT")
        address = _address(settings.host, listener.getsockname()[1])
        run(serve_forever(settings, database.url, listener, lambda: _announce(settings, address, files, embedded=database.embedded)))


@cli.command()
def worker(slots: SlotsOption = None) -> None:
    """Write answers for messages that other processes accept."""
    from app.main import work

    settings = read_settings(run_slots=slots)
    allow_open_files()
    with opened_database(settings) as database:
        operators = (
            None if settings.metrics_port is None else listen(settings.host, settings.metrics_port, settings, "port with METRICS_PORT")
        )
        run(work(settings, database.url, operators))


@cli.command()
def migrate(
    revision: Annotated[str, typer.Argument(help="Where to go: head, base, or a revision.")] = "head",
    *,
    down: Annotated[bool, typer.Option("--down", help="Go back to the revision instead of forward.")] = False,
) -> None:
    """Bring the database to the newest schema (serve and worker do this by themselves)."""
    from app.infrastructure.db import migrations

    settings = read_settings()
    with opened_database(settings, migrated=False) as database:
        try:
            (migrations.downgrade if down else migrations.upgrade)(database.url, revision)
        except migrations.MigrationRefused as error:
            fail(str(error))
        typer.echo(f"The database is at {migrations.current(database.url) or 'nothing'}.")


@cli.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(context: typer.Context) -> None:
    """Open a database shell, on the embedded database or on DATABASE_URL; further arguments go to psql."""
    import signal
    import subprocess

    # Ctrl-C is psql's: it stops a query there, and must not end the shell from here. A handler, unlike SIG_IGN, is not inherited.
    signal.signal(signal.SIGINT, _pass_over)
    with opened_database(read_settings(), migrated=False) as database:
        try:
            code = subprocess.run([*database.psql, *context.args], check=False).returncode  # noqa: S603 - our own argument list
        except FileNotFoundError:
            fail("There is no psql on this machine. Install a Postgres client, for example: apt-get install postgresql-client.")
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

    settings = read_settings()
    place = cv_index_place(settings)
    if contextual:
        if settings.provider == "offline":
            fail("--contextual needs a model: set LLM_PROVIDER and its key in the environment or in .env.")
        try:
            run(index_with_model(settings, lambda line: typer.echo(line, err=True)))
        except BuildFailed as failed:
            fail(str(failed))
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


@keys.command("create")
def create_key(
    user: Annotated[int | None, typer.Option(help="The user_id that the key speaks for.")] = None,
    new_user: Annotated[str | None, typer.Option(help="Make a user of this name first.")] = None,
    name: Annotated[str, typer.Option(help="What the key is for; for people.")] = "",
    *,
    admin: Annotated[
        bool, typer.Option("--admin", help="A key that may create users and read metrics, and nobody's conversations.")
    ] = False,
) -> None:
    """Make a key for a user or an admin, and show it, once."""
    from app.application.access.api_keys import CreateKeyRequest
    from app.domain.chat.errors import NotFound

    if [user is not None, new_user is not None, admin].count(True) != 1:
        fail("Say whose key it is: --user ID, --new-user NAME, or --admin.")
    if not all(text.isprintable() and len(text) <= 200 for text in (name, new_user or "")) or (
        new_user is not None and not new_user.strip()
    ):
        fail("A name has at most 200 characters, all of them printable.")

    async def create(desk: Any) -> None:
        try:
            made = await desk.create.execute(CreateKeyRequest(name, user, new_user))
        except NotFound as error:
            fail(f"{error.message} Make one with --new-user NAME.")
        typer.echo(f"{_owner(made.key)}. This is the only time that the key is shown:", err=True)
        typer.echo(made.text)

    _at_key_desk(create)


@keys.command("list")
def list_keys() -> None:
    """Show every key, without its secret."""

    async def show(desk: Any) -> None:
        for key in await desk.list.execute():
            state = f"revoked {key.revoked_at:%Y-%m-%d %H:%M}" if key.revoked_at else "valid"
            typer.echo(f"{key.key_id}  {_owner(key):20}  made {key.created_at:%Y-%m-%d %H:%M}  {state}  {key.name}".rstrip())

    _at_key_desk(show)


@keys.command("revoke")
def revoke_key(key_id: Annotated[str, typer.Argument(help="The key's id, as `keys list` shows it.")]) -> None:
    """Make a key worthless from now on, with every cookie and ticket it was used for."""
    from app.domain.chat.errors import NotFound

    async def revoke(desk: Any) -> None:
        try:
            key = await desk.revoke.execute(key_id)
        except NotFound as error:
            fail(f"{error.message} See them with: chatbot keys list.")
        typer.echo(f"Key {key.key_id} of {_owner(key)} is worthless now.")

    _at_key_desk(revoke)


def _at_key_desk(work: Callable[[Any], Coroutine[Any, Any, None]]) -> None:
    from app.bootstrap.access import key_desk

    async def at_desk(url: Any) -> None:
        async with key_desk(url) as desk:
            await work(desk)

    with opened_database(read_settings()) as database:
        run(at_desk(database.url))


def _owner(key: Any) -> str:
    return "admin" if key.user_id is None else f"user {key.user_id}"


def _announce(settings: Settings, address: str, files: int, *, embedded: bool) -> None:
    """Tell the person at the terminal where to go, and what they have got."""
    lines = [f"Chatbot SSE API on {address}", f"  page       {address}/", f"  reference  {address}/docs"]
    lines.append(f"  database   {f'embedded, in {settings.data_dir}' if embedded else 'DATABASE_URL'}")
    lines.append(f"  model      {settings.provider} / {settings.model}")
    if settings.provider == "offline":
        lines.append(
            "             quotes the documents, no key needed; set ANTHROPIC_API_KEY, GEMINI_API_KEY or OPENROUTER_API_KEY for a real one"
        )
    lines.append(f"  access     {ACCESS[settings.auth_mode]}")
    if settings.auth_mode is AuthMode.OFF and not settings.on_loopback:
        lines.append("  WARNING    open to the network with AUTH_MODE=off: whoever reaches it may read and change everything.")
        lines.append("             Set AUTH_MODE=api_key or jwt, or put something in front that knows who may come in")
    if files < FEW:
        lines.append(f"  WARNING    only {files:,} files may be open here, and every connection is one: further ones are closed at once.")
        lines.append(f"             Raise the hard limit to {FEW:,} or more (ulimit -Hn, LimitNOFILE=)")
    typer.echo("\n".join(lines))
    sys.stdout.flush()


def _address(host: str, port: int) -> str:
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - shown, not bound
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"


def _pass_over(_number: int, _frame: object) -> None:
    """A signal that is for somebody else."""
