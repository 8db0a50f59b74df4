"""The commands for whoever looks after a deployment: `chatbot doctor | retention | partition | backup | restore`. Thin shells, too.

`app/cli/__init__.py` puts them into the command line. docs/operations.md says when to use which.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.shell import fail, opened_database, read_settings, run


def doctor(
    url: Annotated[
        str | None, typer.Argument(help="Where users reach it, through every proxy. [default: HOST and PORT]", show_default=False)
    ] = None,
    *,
    api_key: Annotated[
        str | None, typer.Option(envvar="CHATBOT_API_KEY", help="Key or token of a user, if AUTH_MODE is on.", show_default=False)
    ] = None,
    question: Annotated[str | None, typer.Option(help="What to ask. [default: something about the resume]", show_default=False)] = None,
    chaos: Annotated[
        bool, typer.Option("--chaos", help="Also kill a server of its own in the middle of an answer; needs the deployment's DATABASE_URL.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Findings as JSON.")] = False,
) -> None:
    """Check a running deployment from outside, in plain words. Ends with status 1 if something is broken.

    It asks one real question, two with --chaos. DATABASE_URL, if set, is looked at, too.
    """
    from app.bootstrap.doctor import examine
    from app.infrastructure.doctor.answer import QUESTION
    from app.infrastructure.doctor.report import Report

    settings = read_settings()
    report = Report(None if as_json else typer.echo)

    async def look() -> None:
        await examine(
            url or f"http://{settings.host}:{settings.port}", settings, api_key, report, question=question or QUESTION, chaos=chaos
        )

    run(look())
    typer.echo(report.as_json() if as_json else report.summary())
    raise typer.Exit(1 if report.failed else 0)


def retention(
    *,
    now: Annotated[bool, typer.Option("--now", help="Do it, instead of leaving it to the servers.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what there is to do; the same as without any option.")] = False,
) -> None:
    """Show, or do at once, what COMPACT_AFTER_HOURS and KEEP_THREADS_DAYS ask for. Servers and workers do it by themselves."""
    from app.application.retention.housekeeper import DutyElsewhere
    from app.bootstrap.retention import housekeeping, what_is_due

    if now and dry_run:
        fail("Say either --now or --dry-run.")
    settings = read_settings()
    typer.echo(f"Token rows of an answer are merged: {_after(settings.compact_after_hours, 'hours after its end')} (COMPACT_AFTER_HOURS).")
    typer.echo(f"Conversations are removed: {_after(settings.keep_threads_days, 'days after their last message')} (KEEP_THREADS_DAYS).")

    async def look(url: Any) -> None:
        async with housekeeping(settings, url) as (housekeeper, transactions):
            if not now:
                due = await what_is_due(settings, transactions)
                typer.echo(f"To do now: {due.runs} answers with {due.rows} token rows to merge, {due.threads} conversations to remove.")
                return
            try:
                done = await housekeeper.one_pass()
            except DutyElsewhere:
                fail("Another process is at it right now. Look again in a minute.")
            merged = f"{done.runs_compacted} answers merged, {done.rows_merged_away} rows fewer"
            typer.echo(f"Done: {merged}; {done.threads_removed} conversations removed.")

    with opened_database(settings) as database:
        run(look(database.url))


def partition(
    *,
    show: Annotated[bool, typer.Option("--show", help="List the partitions, change nothing.")] = False,
) -> None:
    """Turn the log into a table partitioned by time, while serving; afterwards servers make and drop partitions by themselves.

    For large installations: it costs the writer some percent. There is no way back but backup and restore.
    """
    import psycopg

    from app.bootstrap.retention import make_partitions
    from app.domain.chat.errors import Unavailable

    settings = read_settings()

    async def work(url: Any) -> None:
        partitions = make_partitions(settings, url)
        try:
            if not show:
                tended = await partitions.convert()
                typer.echo(f"Made: {', '.join(tended.made) or 'nothing, it is as it should be'}.")
            for one in await partitions.listed():
                typer.echo(f"{one.name:24} until {one.end_time:%Y-%m-%d}  {one.size / 1_048_576:10.1f} MB")
        except (psycopg.Error, Unavailable) as error:
            fail(f"Nothing was changed: {str(error).strip()}. It is safe to try again.")

    with opened_database(settings) as database:
        run(work(database.url))


def backup(file: Annotated[Path, typer.Argument(help="A file that does not exist yet.")]) -> None:
    """Write the whole database into one file, while everything runs; the embedded one or DATABASE_URL."""
    from app.infrastructure.db.dump import DumpFailed, back_up

    with opened_database(read_settings(), migrated=False) as database:
        try:
            back_up(database.url, file)
        except DumpFailed as error:
            fail(str(error))
    typer.echo(f"{file}: {file.stat().st_size / 1_048_576:.1f} MB. Keep it as safe as the database: it holds every conversation.")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `chatbot backup` wrote.")],
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Lose what is in the database now.")] = False,
) -> None:
    """Fill a database from a backup, also from one of an older version. Servers and workers must be stopped."""
    from app.infrastructure.db import migrations
    from app.infrastructure.db.dump import DumpFailed
    from app.infrastructure.db.dump import restore as restore_into

    with opened_database(read_settings(), migrated=False) as database:
        try:
            restore_into(database.url, file, replace=replace)
        except DumpFailed as error:
            fail(str(error))
        migrations.upgrade(database.url)
        typer.echo(f"Restored; the database is at {migrations.current(database.url)}.")


def _after(number: float, unit: str) -> str:
    return f"{number:g} {unit}" if number else "never"
