"""superzol-etl load: the chains of a version, or one shard of them."""

import gc
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from superzol_etl.commands.ending import Ending, conclude
from superzol_etl.commands.gates import read_gates
from superzol_etl.commands.options import (
    Database,
    Dataset,
    Lake,
    OptionalVersion,
    Owner,
    RunId,
    Shard,
    Source,
    TerminationPath,
    Volume,
    Workers,
)
from superzol_etl.commands.place import find_place, lake_of
from superzol_etl.console import show_progress
from superzol_etl.records import StageCall
from superzol_etl.settings import DEFAULT_DATASET, DEFAULT_WORKERS
from superzol_etl.stopping import run_until_stopped

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
    owner: Owner = "",
    termination_path: TerminationPath = None,
) -> None:
    """Loads the chains of a snapshot, each whole in one transaction; publish follows.

    Example: superzol-etl load --volume /data --version 812 --shard 0/4 --run-id nightly-812

    Chains are packed into shards by size, the same in every shard of a run. Shards of one run work
    side by side. A shard whose chains are all held back is Partial, not a failure.

    Exit codes: 0 done, 64 usage, 65 bad data, 66 not found, 70 unforeseen, 75 try again,
    77 not allowed, 78 configuration.
    """
    index, count = (int(number) for number in str(shard).split("/"))
    call = StageCall(database, dataset, run_id or "", STAGE, index, count, owner)

    def work() -> Mapping[str, Any]:
        gates = read_gates()
        with ThreadPoolExecutor(1) as pool, show_progress(call.run_id) as progress:
            reading = pool.submit(find_place, source, volume, version)
            # Only here: --help need not wait for Polars, and the files are hashed meanwhile.
            from superzol_etl.stages.load import Order, load

            gc.freeze()  # what was imported stays: the collector need not walk it again and again
            place = reading.result()
            order = Order(
                call, place.snapshot, place.version, workers, gates, lake_of(lake, volume)
            )
            with place.being_read(f"{call.run_id}.{index}"):
                return run_until_stopped(load(order, progress))

    conclude(Ending(STAGE, call.run_id, termination_path), work)
