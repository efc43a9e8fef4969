"""superzol-etl backfill: versions older than the first one loaded."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from superzol_etl.commands.ending import Ending, conclude
from superzol_etl.commands.gates import read_gates
from superzol_etl.commands.options import (
    Database,
    Dataset,
    Lake,
    Owner,
    RunId,
    Store,
    TerminationPath,
)
from superzol_etl.commands.storing import Locations, put_away_lake
from superzol_etl.load.classifying import classifier
from superzol_etl.records import StageCall
from superzol_etl.settings import DEFAULT_DATASET, MAX_VERSION
from superzol_etl.stopping import run_until_stopped

STAGE = "backfill"


def parse_snapshots(given: list[str]) -> dict[int, Path]:
    """The folder of each version, the oldest first; anything but N=FOLDER is wrong usage."""
    found: dict[int, Path] = {}
    for text in given:
        number, equals, folder = text.partition("=")
        is_number = number.isascii() and number.isdigit() and 0 < int(number) <= MAX_VERSION
        if not (equals and folder and is_number):
            raise typer.BadParameter(f"{text!r} is no version: write N=FOLDER, such as 3=./day3")
        if int(number) in found:
            raise typer.BadParameter(f"version {number} is given twice")
        found[int(number)] = Path(folder)
    return dict(sorted(found.items()))


def backfill_command(
    snapshots: Annotated[
        list[str], typer.Argument(metavar="N=FOLDER...", help="Version and folder of its CSVs.")
    ],
    database: Database,
    dataset: Dataset = DEFAULT_DATASET,
    run_id: RunId = None,
    lake: Lake = None,
    store: Store = None,
    owner: Owner = "",
    termination_path: TerminationPath = None,
) -> None:
    """Loads versions below the first one of each chain.

    Example: superzol-etl backfill 809=./may-29 810=./may-30

    Prices and promotions are then those of versions loaded in time: what a store sold and promoted
    goes on until it says otherwise, in later versions too. Give all versions at once: each chain
    takes them in one commit, and afterwards the oldest is its first. Killed, it changed whole
    chains only, and the same command does the rest. A version that a gate holds back is left out.

    Exit codes: 0 done, 64 usage, 65 bad data or not below, 66 not found, 70 unforeseen,
    75 try again, 77 not allowed, 78 configuration.
    """
    folders = parse_snapshots(snapshots)
    call = StageCall(database, dataset, run_id or "", STAGE, owner=owner)

    def work() -> Mapping[str, Any]:
        gates = read_gates()
        classifier().start()  # before there are threads
        # Only here: --help need not wait for Polars.
        from superzol_etl.snapshot import read_snapshot
        from superzol_etl.stages.backfill import Dated, Order, backfill

        versions = [Dated(number, read_snapshot(folder)) for number, folder in folders.items()]
        report = run_until_stopped(backfill(Order(call, versions, gates, lake)))
        put_away_lake(Locations(None, store, lake), None)
        return report

    conclude(Ending(STAGE, call.run_id, termination_path, {"dataset": dataset}), work)
