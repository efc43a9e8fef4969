"""superzol-etl load: the chains of a version, or one shard of them."""

from functools import partial

from superzol_etl.commands.ending import Ending, conclude
from superzol_etl.commands.loading import Stage, Where, run_order
from superzol_etl.commands.options import (
    Database,
    Dataset,
    DryRun,
    Lake,
    OptionalVersion,
    Owner,
    RunId,
    Shard,
    Source,
    Store,
    TerminationPath,
    Volume,
    Workers,
)
from superzol_etl.commands.place import find_place, lake_of
from superzol_etl.records import StageCall
from superzol_etl.settings import DEFAULT_DATASET, DEFAULT_WORKERS

STAGE = "load"


def load_command(
    database: Database,
    source: Source = None,
    volume: Volume = None,
    version: OptionalVersion = None,
    shard: Shard = None,
    dataset: Dataset = DEFAULT_DATASET,
    run_id: RunId = None,
    workers: Workers = DEFAULT_WORKERS,
    lake: Lake = None,
    store: Store = None,
    owner: Owner = "",
    dry_run: DryRun = False,
    termination_path: TerminationPath = None,
) -> None:
    """Loads the chains of a snapshot, each whole or not at all.

    Example: superzol-etl load --volume /data --version 812 --shard 0/4 --run-id nightly-812

    Each chain is one transaction; publish follows when all shards are done.

    Chains are packed into shards by size; shards of one run work side by side. A shard whose chains
    are all held back is Partial, not a failure.

    Exit codes: 0 done, 64 usage, 65 bad data, 66 not found, 70 unforeseen, 75 try again,
    77 not allowed, 78 configuration.
    """
    index, count = (int(number) for number in str(shard).split("/"))
    call = StageCall(database, dataset, run_id or "", STAGE, index, count, owner)

    where = Where(source, volume, version, lake_of(lake, volume), workers, store, dry_run)
    find = partial(find_place, source, volume, version)
    group = None if dry_run else {"dataset": dataset, "shard": index}
    ending = Ending(STAGE, call.run_id, termination_path, group)
    conclude(ending, lambda: run_order(call, where, find, _import_stage))


def _import_stage() -> Stage:
    from superzol_etl.stages.load import load

    return load
