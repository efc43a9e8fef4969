"""superzol-etl inspect: what the files of a folder hold."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from superzol_etl.errors import EtlError
from superzol_etl.failures import explain
from superzol_etl.snapshot import NOT_READ, read_snapshot
from superzol_etl.stopping import stopped_by_signals

if TYPE_CHECKING:
    from superzol_etl.stages.inspection import ChainFacts, FileFacts

WIDEST = 1000  # beyond any table of ours, whose names of files have at most 255 letters
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder with the CSV files.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")]

log = logging.getLogger(__name__)


def inspect_command(folder: Folder, as_json: AsJson = False) -> None:
    """Tells what the CSV files of a folder hold.

    Example: superzol-etl inspect ./2026-06-01 --json

    Of each file its rows, columns, era, family, drift, time span and problems.
    No database is needed, and nothing is written. Files that a load would refuse are told, and do
    not make the command fail.

    Exit codes: 0 done, 64 several snapshots, 66 no files, 70 unforeseen, 75 try again,
    77 not allowed.
    """
    try:
        with stopped_by_signals():
            snapshot = read_snapshot(folder)
            # Only here: --help need not wait for Polars.
            from superzol_etl.stages.inspection import inspect

            chains = list(inspect(snapshot))
    except Exception as error:
        failure = explain(error)
        if failure.exit_code == EtlError.exit_code:
            log.error("inspection failed", exc_info=error)
        typer.echo(f"superzol-etl: {failure}", err=True)
        raise typer.Exit(failure.exit_code) from error
    if as_json:
        typer.echo(json.dumps(_report(chains, snapshot.ignored), ensure_ascii=False, default=str))
    else:
        _print_table(chains, snapshot.ignored)


def _report(chains: "list[ChainFacts]", ignored: list[str]) -> dict[str, Any]:
    return {
        "files": [file._asdict() for chain in chains for file in chain.files],
        "problems": {chain.chain_id: chain.problems for chain in chains if chain.problems},
        "ignored": ignored,
    }


def _print_table(chains: "list[ChainFacts]", ignored: list[str]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    counts = ("rows", "rejected", "columns", "era", "family", "stores")
    # Names of files are in Israel's time: without the zone the times look wrong beside them.
    table = Table("file", *counts, "from (UTC)", "to (UTC)", box=SIMPLE_HEAD, pad_edge=False)
    for file in (file for chain in chains for file in chain.files):
        table.add_row(*_cells(file))
    # Wider than the terminal it wraps: cut, nobody could tell one file from another.
    Console(width=WIDEST).print(table)
    for chain in chains:
        for line in _remarks(chain):
            typer.echo(line)
    for name in ignored:
        typer.echo(f"{name} {NOT_READ}")


def _remarks(chain: "ChainFacts") -> Iterator[str]:
    for file in chain.files:
        if file.drift:
            yield f"{file.file} has columns that nobody knows: {', '.join(file.drift)}"
        if file.remarks:
            yield f"{file.file}: {'; '.join(file.remarks)}"
        if file.problem and file.problem not in chain.problems:
            yield f"{file.problem}, and would not count"
    for problem in chain.problems:
        yield f"{chain.chain_id} would be held back: {problem}"


def _cells(file: "FileFacts") -> list[str]:
    first, last = (
        at.strftime("%Y-%m-%d %H:%M") if at else "" for at in (file.first_at, file.last_at)
    )
    counts = (file.rows, file.rejected, file.columns, file.era, file.family or "", file.stores)
    told = [file.file, *map(str, counts), first, last]
    return [text.replace("[", r"\[") for text in told]
