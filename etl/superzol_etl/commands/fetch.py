"""superzol-etl fetch: brings a version of a source to the volume."""

from collections.abc import Mapping
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from superzol_etl.commands.ending import Ending, conclude
from superzol_etl.commands.options import (
    Dataset,
    KeepArchives,
    KeepSeconds,
    KeepVersions,
    Only,
    OptionalVersion,
    RunId,
    Store,
    TerminationPath,
)
from superzol_etl.console import show_downloads
from superzol_etl.settings import DEFAULT_DATASET
from superzol_etl.stopping import run_until_stopped
from superzol_etl.volume.retention import KEEP_ARCHIVES, KEEP_VERSIONS, Keeping

if TYPE_CHECKING:
    from superzol_etl.stages.arrive import Fetched

STAGE = "fetch"
Source = Annotated[
    str,
    typer.Option(
        help="kaggle:OWNER/DATASET, dir:PATH, https://…, api:https://… or s3://BUCKET/PREFIX."
    ),
]
Volume = Annotated[
    Path,
    typer.Option(
        envvar="SUPERZOL_VOLUME",
        help="Folder that holds raw/, processed/, archive/ and lake/; made when it is not there.",
    ),
]


def fetch_command(
    source: Source,
    volume: Volume,
    version: OptionalVersion = None,
    only: Only = None,
    store: Store = None,
    keep_versions: KeepVersions = KEEP_VERSIONS,
    keep_archives: KeepArchives = KEEP_ARCHIVES,
    keep_seconds: KeepSeconds = None,
    dataset: Dataset = DEFAULT_DATASET,
    run_id: RunId = None,
    termination_path: TerminationPath = None,
) -> None:
    """Brings a version of a source to the volume, unless it is there.

    Example: superzol-etl fetch --source kaggle:erlichsefi/israeli-supermarkets-2024 --volume /data

    The last line of the output is a JSON summary. Its result is Fetched or Unchanged. A fetch that
    was stopped goes on where it was. docs/sources.md tells of each source and its keys.

    Exit codes: 0 done, 64 usage, 65 bad data, 66 not found, 70 unforeseen, 75 try again,
    77 not allowed, 78 configuration.
    """

    keeping = Keeping(keep_versions, keep_archives, keep_seconds)
    files = tuple(only or ())
    wanted = Wanted(source, volume, version, dataset, run_id or "", store, keeping, files)

    def work() -> Mapping[str, Any]:
        started = perf_counter()
        fetched = bring(wanted).as_dict()
        return fetched | {"runId": wanted.run_id, "seconds": round(perf_counter() - started, 3)}

    conclude(Ending(STAGE, wanted.run_id, termination_path, {"dataset": dataset}), work)


class Wanted(NamedTuple):
    """What to fetch and where to, as the command line says it."""

    source: str
    volume: Path
    version: int | None
    dataset: str
    run_id: str
    store: str | None = None
    keeping: Keeping = Keeping()
    only: tuple[str, ...] = ()


def bring(wanted: Wanted) -> "Fetched":
    """Fetches and shows how far it is.

    Raises EtlError.
    """
    # Only here: --help need not wait for the clients of the sources.
    from superzol_etl.environment import read_settings
    from superzol_etl.sources.address import parse_address
    from superzol_etl.stages.fetch import FetchOrder, fetch
    from superzol_etl.stages.holdings import Holdings

    address, settings = parse_address(wanted.source), read_settings()
    order = FetchOrder(
        address, wanted.volume, wanted.dataset, wanted.version, wanted.run_id, wanted.only
    )
    holdings = Holdings(wanted.store, wanted.keeping, settings)
    with show_downloads(order.run_id) as tell:
        return run_until_stopped(fetch(order, settings, holdings, tell))
