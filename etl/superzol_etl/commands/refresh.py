"""superzol-etl refresh: every stage in one process."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from superzol_etl.commands.ending import Ending, conclude
from superzol_etl.commands.loading import Stage, Where, run_order
from superzol_etl.commands.options import (
    Database,
    Dataset,
    DryRun,
    Lake,
    OptionalVersion,
    Owner,
    RefreshSource,
    RunId,
    Store,
    TerminationPath,
    Volume,
    Workers,
)
from superzol_etl.commands.place import find_place, lake_of, place_of
from superzol_etl.errors import UsageError
from superzol_etl.hiding import shown
from superzol_etl.records import StageCall
from superzol_etl.settings import DEFAULT_DATASET, DEFAULT_WORKERS
from superzol_etl.sources.address import is_address

if TYPE_CHECKING:
    from superzol_etl.volume.manifest import Kept

STAGE = "refresh"


def refresh_command(
    database: Database,
    source: RefreshSource = None,
    volume: Volume = None,
    version: OptionalVersion = None,
    dataset: Dataset = DEFAULT_DATASET,
    run_id: RunId = None,
    workers: Workers = DEFAULT_WORKERS,
    lake: Lake = None,
    store: Store = None,
    owner: Owner = "",
    dry_run: DryRun = False,
    termination_path: TerminationPath = None,
) -> None:
    """Loads a snapshot chain by chain and publishes it.

    Examples: superzol-etl refresh --source ./2026-06-01 --version 812

    superzol-etl refresh --source kaggle:erlichsefi/israeli-supermarkets-2024 --volume /data

    The same files twice change nothing.

    The last line of the output is a JSON summary. Its result is Loaded, Unchanged, or Partial when
    a file is bad or a chain was held back.

    Exit codes: 0 done, 64 usage, 65 bad data, 66 not found, 70 unforeseen, 75 try again,
    77 not allowed, 78 configuration.
    """
    call = StageCall(database, dataset, run_id or "", STAGE, owner=owner)
    where = Where(source, volume, version, lake_of(lake, volume), workers, store, dry_run)
    group = None if dry_run else {"dataset": dataset}
    ending = Ending(STAGE, call.run_id, termination_path, group)
    conclude(ending, lambda: _refresh(call, where))


def _refresh(call: StageCall, where: Where) -> Mapping[str, Any]:
    find = partial(find_place, where.source, where.volume, where.version)
    if where.source and is_address(where.source):
        find = partial(place_of, _fetch(where.source, where, call))
    return run_order(call, where, find, _import_stage)


def _import_stage() -> Stage:
    from superzol_etl.stages.refresh import refresh

    return refresh


def _fetch(source: str, where: Where, call: StageCall) -> "Kept":
    if where.volume is None:
        raise UsageError(f"--source {shown(source)} needs --volume: the folder to fetch it to")
    # Only here: a load from a folder need not wait for what fetches.
    from superzol_etl.commands.fetch import Wanted, bring
    from superzol_etl.volume.manifest import Kept

    wanted = Wanted(source, where.volume, where.version, call.dataset_id, call.run_id, where.store)
    fetched = bring(wanted)
    return Kept(fetched.manifest, fetched.folder)
