"""The last word of a command line that was refused before its stage began."""

import json
from pathlib import Path

import typer

from superzol_etl.errors import UsageError
from superzol_etl.termination import failed_report, leave_message

WRONG_USAGE = 2  # of typer


def tell_wrong_usage(ended: SystemExit) -> None:
    """Ends the output of a stage that was called wrongly as that of any other that failed.

    ended: how typer left, in the course of the error that it has shown to people.
    """
    error = ended.__context__
    context: typer.Context | None = getattr(error, "ctx", None)
    format_message = getattr(error, "format_message", None)
    if ended.code != WRONG_USAGE or context is None or format_message is None:
        return
    if "termination_path" not in {parameter.name for parameter in context.command.params}:
        return
    place = context.params.get("termination_path")
    run_id = str(context.params.get("run_id") or "")
    report = failed_report(str(context.info_name), run_id, UsageError(format_message()))
    typer.echo(json.dumps(report, ensure_ascii=False))
    leave_message(Path(place) if place else None, report)
