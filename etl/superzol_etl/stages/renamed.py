"""Notices a chain whose files come under another slug than before."""

import logging

from superzol_etl.load.unseen import LEFT_OUT_DAYS
from superzol_etl.snapshot import Snapshot
from superzol_etl.sql import load_sql
from superzol_etl.stages.runs import Run

PACKAGE = "superzol_etl.stages"

log = logging.getLogger(__name__)


async def warn_of_renamed(run: Run, snapshot: Snapshot) -> list[str]:
    """Says which loaded chains of a snapshot look like a former one, whose prices are told too."""
    chain_ids = [chain.chain_id for chain in snapshot.chains]
    rows = await run.connection.fetch(
        load_sql(PACKAGE, "find_renamed_chains"), run.dataset_key, chain_ids, LEFT_OUT_DAYS
    )
    for row in rows:
        log.warning("chain looks renamed", extra=dict(row))
    return [_tell(**row) for row in rows]


def _tell(chain_id: str, former: str, legal_ids: list[str], stores: int) -> str:
    of_stores = "1 store" if stores == 1 else f"{stores} stores"
    return (
        f"{chain_id} publishes {of_stores} of {former}, which has no files (ChainId"
        f" {', '.join(legal_ids)}): if that is its new slug, prices of both are served until"
        f" {former} is unseen for {LEFT_OUT_DAYS} days. To go on as {former}, put that slug into"
        " the names of the next files and load them by --source"
    )
