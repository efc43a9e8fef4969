"""superzol-etl rebuild: a chain's history and prices from the lake."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from superzol_etl.commands.backfill import parse_snapshots
from superzol_etl.commands.ending import Ending, conclude
from superzol_etl.commands.options import (
    Database,
    Dataset,
    Lake,
    RunId,
    Store,
    TerminationPath,
    Volume,
)
from superzol_etl.commands.place import lake_of
from superzol_etl.commands.storing import Locations, put_away_lake
from superzol_etl.errors import UsageError
from superzol_etl.load.classifying import classifier
from superzol_etl.records import StageCall
from superzol_etl.settings import DEFAULT_DATASET, MAX_VERSION
from superzol_etl.stopping import run_until_stopped

STAGE = "rebuild"
RANGE = re.compile(r"[a-z0-9_]+@([0-9]{1,5})\.\.")


def check_range(chain: str) -> str:
    """The chain and its first version to rebuild; anything else is wrong usage."""
    match = RANGE.fullmatch(chain)
    if match is None or not 0 < int(match[1]) <= MAX_VERSION:
        raise typer.BadParameter(f"{chain!r} is no range: write CHAIN@VERSION.., as rami_levy@3..")
    return chain


Chain = Annotated[
    str,
    typer.Argument(callback=check_range, metavar="CHAIN@VERSION..", help="Such as rami_levy@3.."),
]
Holes = Annotated[
    list[str] | None,
    typer.Option(metavar="N=FOLDER", help="A version that was never loaded, and its CSVs."),
]


def rebuild_command(
    chain: Chain,
    database: Database,
    volume: Volume = None,
    lake: Lake = None,
    store: Store = None,
    hole: Holes = None,
    dataset: Dataset = DEFAULT_DATASET,
    run_id: RunId = None,
    termination_path: TerminationPath = None,
) -> None:
    """Makes a chain's prices again from the lake.

    Example: superzol-etl rebuild rami_levy@812.. --lake /data/lake --hole 812=./june-1

    Prices from VERSION on and their history come from it, and it must hold all of the chain's
    versions. Each must come out as it was loaded, told by its content digest, up to the first that
    is added. One commit replaces what is served. Promotions stay as they are.

    Exit codes: 0 done, 64 usage, 65 a digest differs, 66 not in the lake, 70 unforeseen,
    75 try again, 77 not allowed, 78 configuration.
    """
    chain_id, _, first = chain.removesuffix("..").partition("@")
    folders = parse_snapshots(hole or [])
    call = StageCall(database, dataset, run_id or "", STAGE)

    def work() -> Mapping[str, Any]:
        classifier().start()  # before there are threads
        place = _find_lake(lake, volume)
        # Only here: --help need not wait for Polars.
        from superzol_etl.snapshot import read_snapshot
        from superzol_etl.stages.rebuild import Order, rebuild

        holes = {number: read_snapshot(folder) for number, folder in folders.items()}
        order = Order(call, chain_id, int(first), place, holes)
        report = run_until_stopped(rebuild(order))
        put_away_lake(Locations(volume, store, place), None)
        return report

    conclude(Ending(STAGE, call.run_id, termination_path, {"dataset": dataset}), work)


def _find_lake(lake: Path | None, volume: Path | None) -> Path:
    place = lake_of(lake, volume)
    if place is None:
        raise UsageError("give --lake, or --volume with a lake in it")
    return place
