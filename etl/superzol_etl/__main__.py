"""Command line of the ETL: the contract with the operator."""

import os
import sys
from io import TextIOWrapper

import typer

from superzol_etl.commands.backfill import backfill_command
from superzol_etl.commands.classify import classify_command
from superzol_etl.commands.cleanup import cleanup_command
from superzol_etl.commands.decisions import accept_command, takeover_command
from superzol_etl.commands.ending import leave
from superzol_etl.commands.fetch import fetch_command
from superzol_etl.commands.inspect import inspect_command
from superzol_etl.commands.load import load_command
from superzol_etl.commands.publish import publish_command
from superzol_etl.commands.rebuild import rebuild_command
from superzol_etl.commands.refresh import refresh_command
from superzol_etl.commands.usage import WRONG_USAGE, tell_wrong_usage
from superzol_etl.errors import UsageError
from superzol_etl.memory import share_one_arena
from superzol_etl.priority import give_way
from superzol_telemetry import configure_logging

app = typer.Typer(
    help="Loads daily snapshots of supermarket prices into PostgreSQL.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # its tables cut names off, and break what a log keeps of an error
    pretty_exceptions_enable=False,
)


@app.callback()
def prepare() -> None:
    """Loads daily snapshots of supermarket prices into PostgreSQL."""
    configure_logging()


app.command("classify")(classify_command)
app.command("fetch")(fetch_command)
app.command("load")(load_command)
app.command("publish")(publish_command)
app.command("refresh")(refresh_command)
app.command("accept")(accept_command)
app.command("takeover")(takeover_command)
app.command("inspect")(inspect_command)
app.command("backfill")(backfill_command)
app.command("rebuild")(rebuild_command)
app.command("cleanup")(cleanup_command)


def main() -> None:
    """Runs the command line; wrong usage exits 64, not the 2 of typer."""
    share_one_arena()
    give_way()
    # numpy multiplies no matrices here: threads made for that only spin for a while.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for stream in (sys.stdout, sys.stderr):
        # A path may hold bytes that no text has.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app(prog_name="superzol-etl")
    except SystemExit as ended:
        tell_wrong_usage(ended)
        if ended.code:  # workers may be ending still, which Python waits for
            sys.exit(UsageError.exit_code if ended.code == WRONG_USAGE else ended.code)
    leave(0)  # to free what a load has read, piece by piece, takes 60 ms


if __name__ == "__main__":
    main()
