"""Notes products that go on under another identifier."""

import numpy as np

from superzol_etl.database import Connection
from superzol_etl.load.diff import STORE_BITS, Change
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl.load"


async def note_aliases(
    connection: Connection, chain_key: int, version: int, change: Change
) -> None:
    """Compares what a chain began and ceased to offer, after that is written."""
    if not len(change.emptied) and len(change.opened_keys) == len(change.after.key):
        return  # a first load: nothing could have become something else
    changed = np.unique(change.offers.key >> STORE_BITS)
    begun = changed[~np.isin(changed, change.existing)]
    keys = [*begun.tolist(), *change.emptied.tolist()]
    if keys:
        statement = load_sql(PACKAGE, "note_aliases")
        await connection.execute(statement, chain_key, version, keys)
