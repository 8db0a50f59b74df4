"""The command line, `chatbot`: `commands.py` runs the product, `operations.py` looks after one that runs. `shell.py` is what they share."""

from app.cli import operations
from app.cli.commands import cli

cli.command()(operations.doctor)
cli.command()(operations.retention)
cli.command()(operations.partition)
cli.command()(operations.backup)
cli.command()(operations.restore)


def main() -> None:
    """Entry point of the `chatbot` command."""
    cli()
