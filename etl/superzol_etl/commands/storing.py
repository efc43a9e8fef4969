"""What load, publish and refresh do with the volume and its store, before and after."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from superzol_etl.console import show_downloads
from superzol_etl.errors import UsageError
from superzol_etl.metrics import metrics_text
from superzol_etl.stopping import run_until_stopped


class Locations(NamedTuple):
    """Where a run finds versions and leaves what became of them, as the command line says it."""

    volume: Path | None
    store: str | None
    lake: Path | None


def bring_back(locations: Locations, version: int | None, run_id: str) -> None:
    """Brings a version from the store to the volume, unless it is there; nothing without a store.

    Raises EtlError.
    """
    if locations.store is None:
        return
    if locations.volume is None:
        raise UsageError("--store needs --volume: the folder that its versions are read from")
    # Only here: a run without a store need not wait for what reads it.
    from superzol_etl.environment import read_settings
    from superzol_etl.stages import arrive
    from superzol_etl.stages.holdings import Holdings
    from superzol_etl.volume.retention import Keeping

    settings = read_settings()
    with show_downloads(run_id) as tell:
        way = arrive.Way(settings, Holdings(locations.store, Keeping(), settings), tell)
        run_until_stopped(arrive.bring_back(locations.volume, version, run_id, way))


def put_away(locations: Locations, folder: Path | None, report: Mapping[str, Any]) -> None:
    """Leaves the report beside the version, and copies it and the lake to the store.

    folder: of the version's raw files; None: found by the number in the report. Raises EtlError.
    """
    if locations.volume is None:
        return
    from superzol_etl.environment import read_settings
    from superzol_etl.stages.holdings import Holdings
    from superzol_etl.volume.layout import disk_trouble_told
    from superzol_etl.volume.retention import Keeping

    holdings = Holdings(locations.store, Keeping(), read_settings())
    with disk_trouble_told(locations.volume):
        told = {**report, "metrics": metrics_text(report)}
        path = holdings.write_report(locations.volume, folder, told)
        run_until_stopped(holdings.put_away_results(locations.volume, locations.lake, path, report))
