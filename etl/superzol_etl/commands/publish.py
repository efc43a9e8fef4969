"""superzol-etl publish: makes what the shards of a load brought one version."""

from collections.abc import Mapping
from typing import Any

from superzol_etl.commands.ending import Ending, conclude
from superzol_etl.commands.options import (
    Database,
    Dataset,
    Lake,
    Owner,
    RunId,
    Store,
    TerminationPath,
    Version,
    Volume,
)
from superzol_etl.commands.place import lake_of
from superzol_etl.commands.storing import Locations, note_reader, put_away
from superzol_etl.records import StageCall
from superzol_etl.settings import DEFAULT_DATASET
from superzol_etl.stopping import run_until_stopped

STAGE = "publish"


def publish_command(
    database: Database,
    version: Version,
    dataset: Dataset = DEFAULT_DATASET,
    run_id: RunId = None,
    volume: Volume = None,
    lake: Lake = None,
    store: Store = None,
    owner: Owner = "",
    termination_path: TerminationPath = None,
) -> None:
    """Merges names and summaries of a loaded version, and closes it.

    Example: superzol-etl publish --version 812 --run-id nightly-812

    VERSION is the number that load told; of a run that loaded another one it is refused.

    The result is Published, Unchanged, or Partial when chains are held back or still missing; a
    version with chains missing stays open for the next load.

    Exit codes: 0 done, 64 usage, 65 no chain is loaded, 66 no such version, 70 unforeseen,
    75 try again, 77 not allowed, 78 configuration.
    """
    call = StageCall(database, dataset, run_id or "", STAGE, owner=owner)

    def work() -> Mapping[str, Any]:
        # Only here: --help need not wait for the driver.
        from superzol_etl.stages.publish_stage import publish_version

        locations = Locations(volume, store, lake_of(lake, volume))
        stage = publish_version(call, version, locations.lake, note_reader(locations))
        report = run_until_stopped(stage)
        put_away(locations, None, report)
        return report

    conclude(Ending(STAGE, call.run_id, termination_path, {"dataset": dataset}), work)
