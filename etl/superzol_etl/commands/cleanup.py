"""superzol-etl cleanup: takes a volume's versions away for good."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from superzol_etl.commands.ending import Ending, conclude
from superzol_etl.commands.options import RunId, Store, TerminationPath
from superzol_etl.settings import read_patience_seconds
from superzol_etl.stopping import run_until_stopped

STAGE = "cleanup"
READER_PATIENCE_SECONDS = 90.0  # a load that was killed on another machine is told from one alive
Volume = Annotated[
    Path,
    typer.Option(envvar="SUPERZOL_VOLUME", help="Folder whose versions, archives and lake go."),
]


def cleanup_command(
    volume: Volume,
    store: Store = None,
    run_id: RunId = None,
    termination_path: TerminationPath = None,
) -> None:
    """Removes versions, reports, archives and the lake of a volume.

    Example: superzol-etl cleanup --volume /data/israeli-supermarkets

    Those of its store too. The database stays as it is: what is loaded is still served. A run that
    reads a version is waited for; while it goes on, the cleanup ends with 75.

    Exit codes: 0 done, 64 usage, 70 unforeseen, 75 try again, 77 not allowed, 78 configuration.
    """

    def work() -> Mapping[str, Any]:
        # Only here: --help need not wait for the clients of buckets.
        from superzol_etl.environment import read_settings
        from superzol_etl.stages.cleanup import clean_up

        patience_seconds = read_patience_seconds(READER_PATIENCE_SECONDS)
        removed = run_until_stopped(
            clean_up(volume, store, run_id or "", read_settings(), patience_seconds)
        )
        result = "Removed" if any(removed) else "Unchanged"
        return {"result": result, "runId": run_id, **removed._asdict()}

    conclude(Ending(STAGE, run_id or "", termination_path), work)
