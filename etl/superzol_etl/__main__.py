"""Command line of the ETL: the contract with the operator."""

import asyncio
import gc
import json
import logging
import re
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from superzol_etl.console import show_progress
from superzol_etl.errors import EtlError, UsageError
from superzol_etl.failures import explain
from superzol_etl.memory import share_one_arena
from superzol_etl.records import Order
from superzol_etl.settings import (
    DEFAULT_DATASET,
    DEFAULT_WORKERS,
    IDENTIFIER,
    MAX_VERSION,
    RUN_ID,
)
from superzol_etl.snapshot import read_snapshot
from superzol_telemetry import configure_logging

log = logging.getLogger("superzol_etl")

app = typer.Typer(
    help="Loads daily snapshots of supermarket prices into PostgreSQL.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def commands() -> None:
    """Loads daily snapshots of supermarket prices into PostgreSQL."""


Source = Annotated[Path, typer.Option(help="Folder with the CSV files of one snapshot.")]
Database = Annotated[
    str,
    typer.Option(
        envvar="DATABASE_URL",
        show_default=False,
        help="URL of the database, such as postgresql://user:password@host:5432/superzol.",
    ),
]
Version = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=MAX_VERSION,
        help="Number of the snapshot; found by its files, or the next, when not given.",
    ),
]
Dataset = Annotated[str, typer.Option(help="Identifier of the dataset.")]
RunId = Annotated[str | None, typer.Option(help="Identifier of this run; made up when not given.")]
Workers = Annotated[int, typer.Option(min=1, max=32, help="Chains loaded at once.")]


@app.command("refresh")
def refresh_command(
    source: Source,
    database: Database,
    version: Version = None,
    dataset: Dataset = DEFAULT_DATASET,
    run_id: RunId = None,
    workers: Workers = DEFAULT_WORKERS,
) -> None:
    """Loads a snapshot folder chain by chain and publishes it; the same files twice change nothing.

    Example: superzol-etl refresh --source ./2026-06-01 --version 812

    The last line of the output is a JSON summary. Its result is Loaded, Unchanged, or Partial when
    a file is bad or a chain was held back.

    Exit codes: 0 done, 64 usage, 65 bad data, 66 not found, 70 unforeseen, 75 try again,
    77 not allowed, 78 configuration.
    """
    configure_logging()
    if not re.fullmatch(IDENTIFIER, dataset):
        raise typer.BadParameter(f"{dataset!r} is no identifier such as {DEFAULT_DATASET}")
    if run_id is not None and not re.fullmatch(RUN_ID, run_id):
        raise typer.BadParameter(f"{run_id!r} has other characters than A-Z a-z 0-9 . _ -")
    order = Order(database, dataset, version, run_id or uuid.uuid4().hex, workers)
    try:
        with ThreadPoolExecutor(1) as pool, show_progress(order.run_id) as progress:
            snapshot = pool.submit(read_snapshot, source)
            # Only here: --help need not wait for Polars, and the files are hashed meanwhile.
            from superzol_etl.stages.refresh import refresh

            gc.freeze()  # what was imported stays: the collector need not walk it again and again
            summary = asyncio.run(refresh(order, snapshot.result(), progress))
    except Exception as error:
        raise typer.Exit(_fail(order, explain(error))) from error
    typer.echo(json.dumps(summary.as_dict(), ensure_ascii=False))


def _fail(order: Order, failure: EtlError) -> int:
    """Tells people and machines why the run failed; only what nobody foresaw shows a traceback."""
    if failure.exit_code == EtlError.exit_code:
        log.error(
            "run failed", exc_info=failure.__cause__ or failure, extra={"run_id": order.run_id}
        )
    typer.echo(f"superzol-etl: {failure}", err=True)
    summary = {
        "result": "Failed",
        "runId": order.run_id,
        "exitCode": failure.exit_code,
        "message": str(failure),
    }
    typer.echo(json.dumps(summary, ensure_ascii=False))
    return failure.exit_code


def main() -> None:
    """Runs the command line; wrong usage exits 64, not the 2 of typer."""
    share_one_arena()
    for stream in (sys.stdout, sys.stderr):
        # A path may hold bytes that no text has.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app(prog_name="superzol-etl")
    except SystemExit as ended:
        sys.exit(UsageError.exit_code if ended.code == 2 else ended.code)


if __name__ == "__main__":
    main()
