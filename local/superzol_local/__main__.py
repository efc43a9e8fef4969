"""Command line of the one-machine mode."""

import asyncio
import errno
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from superzol_local.errors import LocalError
from superzol_local.options import Options
from superzol_local.serving import serve

USAGE, PASSING, REFUSED, CONFIGURATION = 64, 75, 77, 78

app = typer.Typer(
    help="Superzol on one machine.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # its tables cut names off, and break what a log keeps of an error
    pretty_exceptions_enable=False,
)

Data = Annotated[
    list[Path] | None,
    typer.Option(
        help="Snapshot folder to load instead of the sample; each further one is the next version.",
        show_default=False,
    ),
]
StateFolder = Annotated[Path, typer.Option(help="Folder for the database, the sample and logs.")]
Port = Annotated[int, typer.Option(help="TCP port of gRPC on localhost.", min=1, max=65535)]
Database = Annotated[
    str | None,
    typer.Option(help="URL of an existing PostgreSQL instead of the embedded one."),
]


@app.callback()
def commands() -> None:
    """Superzol on one machine."""


@app.command("up")
def up_command(
    data: Data = None,
    state: StateFolder = Path(".superzol"),
    port: Port = 50051,
    database: Database = None,
) -> None:
    """Loads a sample, or your snapshots, and serves them until Ctrl-C.

    The first start takes half a minute, the next ones a few seconds.

    \b
    Examples:
      superzol up
      superzol up --data v700 --data v701 --state .superzol-real
      superzol up --database postgresql://user:password@host:5432/superzol

    \b
    Exit codes: 0 stopped, 64 usage, 66 no such folder, 75 port or state in use
    or disk full, 77 not allowed, 78 other data in the state folder or database;
    else that of the program that failed.
    """
    try:
        asyncio.run(serve(Options(data or [], state, port, database)))
    except LocalError as error:
        typer.echo(f"superzol: {error}", err=True)
        raise typer.Exit(error.exit_code) from error
    except OSError as error:
        code, sentence = explain(error)
        typer.echo(f"superzol: {sentence}", err=True)
        raise typer.Exit(code) from error


def explain(error: OSError) -> tuple[int, str]:
    """Returns the exit code for an error of the system and a sentence about it."""
    match error:
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            return PASSING, f"the disk is full ({error}): make room, then start again"
        case BrokenPipeError():
            return PASSING, "nobody reads the output any more: everything is stopped"
        case PermissionError():
            return REFUSED, f"not allowed: {error}"
        case TimeoutError() | ConnectionError():
            return PASSING, f"a program does not answer ({error or 'in time'}): see its log"
    return CONFIGURATION, str(error)


def main() -> None:
    """Runs the command line; wrong usage exits 64, not the 2 of typer."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that knows no Hebrew, and a path of bytes that no text has, end nothing.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app(prog_name="superzol")
    except SystemExit as ended:
        sys.exit(USAGE if ended.code == 2 else ended.code)


if __name__ == "__main__":
    main()
