"""superzol-etl refresh: every stage in one process."""

import gc
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from superzol_etl.commands.ending import Ending, conclude
from superzol_etl.commands.options import (
    Database,
    Dataset,
    Lake,
    OptionalVersion,
    RunId,
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

STAGE = "refresh"


def refresh_command(
    database: Database,
    source: Source = None,
    volume: Volume = None,
    version: OptionalVersion = None,
    dataset: Dataset = DEFAULT_DATASET,
    run_id: RunId = None,
    workers: Workers = DEFAULT_WORKERS,
    lake: Lake = None,
    termination_path: TerminationPath = None,
) -> None:
    """Loads a snapshot folder chain by chain and publishes it; the same files twice change nothing.

    Example: superzol-etl refresh --source ./2026-06-01 --version 812

    The last line of the output is a JSON summary. Its result is Loaded, Unchanged, or Partial when
    a file is bad or a chain was held back.

    Exit codes: 0 done, 64 usage, 65 bad data, 66 not found, 70 unforeseen, 75 try again,
    77 not allowed, 78 configuration.
    """
    call = StageCall(database, dataset, run_id or "", STAGE)

    def work() -> Mapping[str, Any]:
        with ThreadPoolExecutor(1) as pool, show_progress(call.run_id) as progress:
            reading = pool.submit(find_place, source, volume, version)
            # Only here: --help need not wait for Polars, and the files are hashed meanwhile.
            from superzol_etl.stages.load import Order
            from superzol_etl.stages.refresh import refresh

            gc.freeze()  # what was imported stays: the collector need not walk it again and again
            place = reading.result()
            order = Order(call, place.snapshot, place.version, workers, lake_of(lake, volume))
            return run_until_stopped(refresh(order, progress))

    conclude(Ending(STAGE, call.run_id, termination_path), work)
