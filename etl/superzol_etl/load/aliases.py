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
    await _note(connection, chain_key, version, _begun_and_ceased(change))


async def note_aliases_of_history(
    connection: Connection, chain_key: int, version: int, change: Change
) -> None:
    """Looks at all that a chain named and offers no more, as whole versions came or went."""
    rows = await connection.fetch(load_sql(PACKAGE, "read_products_not_offered"), chain_key)
    ceased = [row["product_key"] for row in rows]
    await _note(connection, chain_key, version, [*_begun_and_ceased(change), *ceased])


def _begun_and_ceased(change: Change) -> list[int]:
    changed = np.unique(change.offers.key >> STORE_BITS)
    begun = changed[~np.isin(changed, change.existing)]
    return [*begun.tolist(), *change.emptied.tolist()]


async def _note(
    connection: Connection, chain_key: int, version: int, product_keys: list[int]
) -> None:
    if product_keys:
        statement = load_sql(PACKAGE, "note_aliases")
        await connection.execute(statement, chain_key, version, product_keys)
