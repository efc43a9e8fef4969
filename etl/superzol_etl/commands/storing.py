"""What load, publish and refresh do with the volume and its store, before and after."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from superzol_etl.console import show_downloads
from superzol_etl.errors import UsageError
from superzol_etl.metrics import metrics_text
from superzol_etl.stopping import run_until_stopped

if TYPE_CHECKING:
    from superzol_etl.stages.holdings import Holdings


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
    volume, lake = locations.volume, locations.lake
    # Only here: a run without a volume need not wait for what writes to it.
    from superzol_etl.volume.layout import disk_trouble_told

    holdings = open_holdings(locations)
    told = {**report, "metrics": metrics_text(report)}

    async def put() -> None:
        await holdings.put_away_report(volume, folder, told)
        if lake:
            await holdings.put_away_lake(lake, report["version"])

    with disk_trouble_told(volume):
        run_until_stopped(put())


def put_away_lake(
    locations: Locations, version: int, chain_ids: Collection[str] | None = None
) -> None:
    """Copies what a load left in the lake of these chains, or of all, to the store.

    Raises EtlError.
    """
    if locations.store is None or locations.lake is None:
        return
    from superzol_etl.volume.layout import disk_trouble_told

    holdings = open_holdings(locations)
    with disk_trouble_told(locations.lake):
        run_until_stopped(holdings.put_away_lake(locations.lake, version, chain_ids))


def put_away_whole_lake(locations: Locations) -> None:
    """Copies to the store what it lacks of the lake, where versions were made anew.

    Raises EtlError.
    """
    if locations.store is None or locations.lake is None:
        return
    from superzol_etl.volume.lake import lake_versions

    for version in lake_versions(locations.lake):
        put_away_lake(locations, version)


def open_holdings(locations: Locations) -> "Holdings":
    """The store of a run, if it has one."""
    # Only here: a run without a store need not wait for what reads it.
    from superzol_etl.environment import read_settings
    from superzol_etl.stages.holdings import Holdings
    from superzol_etl.volume.retention import Keeping

    return Holdings(locations.store, Keeping(), read_settings())
