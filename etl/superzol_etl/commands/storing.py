"""What load, publish and refresh do with the volume and its store, before and after."""

from collections.abc import Callable, Collection, Coroutine, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from superzol_etl.console import show_downloads
from superzol_etl.errors import UsageError
from superzol_etl.metrics import metrics_text
from superzol_etl.stopping import run_until_stopped

if TYPE_CHECKING:
    from superzol_etl.stages.holdings import Holdings
    from superzol_etl.stages.lake import NoteReader


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
    from superzol_etl.stages import arrive

    holdings = open_holdings(locations)
    with show_downloads(run_id) as tell:
        way = arrive.Way(holdings.settings, holdings, tell)
        run_until_stopped(arrive.bring_back(locations.volume, version, run_id, way))


def put_away(locations: Locations, folder: Path | None, report: Mapping[str, Any]) -> None:
    """Leaves the report beside the version, and copies it and the lake to the store.

    folder: of the version's raw files; None: found by the number in the report. Raises EtlError.
    """
    if locations.volume is None:
        return
    volume, lake = locations.volume, locations.lake
    told = {**report, "metrics": metrics_text(report)}

    async def put(holdings: "Holdings") -> None:
        await holdings.put_away_report(volume, folder, told)
        if lake:
            await holdings.put_away_lake(lake, report["version"])

    _put(locations, volume, put)


def put_away_lake(
    locations: Locations, version: int | None, chain_ids: Collection[str] | None = None
) -> None:
    """Copies to the store what it lacks of the lake: of these chains, or of all.

    version: None for each, as where versions were made anew. Raises EtlError.
    """
    if locations.store is None or locations.lake is None:
        return
    lake = locations.lake
    # Only here: a run without a store need not wait for what reads the lake.
    from superzol_etl.volume.lake import lake_versions

    async def put(holdings: "Holdings") -> None:
        for each in lake_versions(lake) if version is None else [version]:
            await holdings.put_away_lake(lake, each, chain_ids)

    _put(locations, lake, put)


def _put(
    locations: Locations, folder: Path, put: Callable[["Holdings"], Coroutine[Any, Any, None]]
) -> None:
    # Only here: a run without a volume need not wait for what writes to it.
    from superzol_etl.volume.layout import disk_trouble_told

    with disk_trouble_told(folder):
        run_until_stopped(put(open_holdings(locations)))


def note_reader(locations: Locations) -> "NoteReader | None":
    """Looks for notes of the lake in the store too; None without a store."""
    return open_holdings(locations).find_lake_note if locations.store else None


def open_holdings(locations: Locations) -> "Holdings":
    """The store of a run, if it has one."""
    # Only here: a run without a store need not wait for what reads it.
    from superzol_etl.environment import read_settings
    from superzol_etl.stages.holdings import Holdings
    from superzol_etl.volume.retention import Keeping

    return Holdings(locations.store, Keeping(), read_settings())
