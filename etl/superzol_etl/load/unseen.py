"""Closes the offers of stores that nobody has published for a long time."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from superzol_etl.database import Connection
from superzol_etl.load.aliases import note_aliases
from superzol_etl.load.chain import CHAIN_LOCK
from superzol_etl.load.diff import Observed, are_of, compare
from superzol_etl.load.digest import shift_digests
from superzol_etl.load.ledger import publish_generation
from superzol_etl.load.packs import read_offers, write_change
from superzol_etl.load.seam import NEVER
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl.load"
CLOSING_DAYS = 60
LEFT_OUT_DAYS = 14  # from here on summaries leave a store out, as answers do

NOTHING = Observed(
    key=np.zeros(0, np.int64),
    price=np.zeros(0, np.int32),
    flags=np.zeros(0, np.int16),
    part=np.zeros(0, np.int32),
    row=np.zeros(0, np.int32),
)


class Unseen(NamedTuple):
    """Stores of one chain that were unseen for CLOSING_DAYS as of this version."""

    dataset_key: int
    chain_key: int
    version: int
    store_keys: Sequence[int]


async def close_offers(connection: Connection, unseen: Unseen) -> int:
    """Closes what the stores still offer, in one transaction; returns how many offers.

    A store that was seen since it was read is left alone.
    """
    _, chain_key, version, store_keys = unseen
    async with connection.transaction():
        await connection.execute(load_sql(PACKAGE, "lock_chain"), CHAIN_LOCK, chain_key)
        stores = await connection.fetch(
            load_sql(PACKAGE, "read_unseen_stores"), store_keys, CLOSING_DAYS
        )
        closing = [row["store_key"] for row in stores]
        offers = await read_offers(connection, chain_key)
        change = compare(offers, NOTHING, closing, version)
        await connection.execute(load_sql(PACKAGE, "note_closed_stores"), closing, version)
        if not change.closed:
            return 0
        closed = offers.where(are_of(offers, closing))
        until = np.full(len(closed.key), NEVER, np.int16)
        # Of versions loaded since, when this one was published late or days were counted anew.
        await shift_digests(connection, chain_key, version + 1, closed, until, gone=True)
        await write_change(connection, chain_key, version, change, {})
        await note_aliases(connection, chain_key, version, change)
        await connection.execute(load_sql(PACKAGE, "delete_shelves_of_stores"), closing)
        await connection.execute(
            load_sql(PACKAGE, "note_closed_offers"), chain_key, version, change.closed
        )
        await publish_generation(connection, unseen.dataset_key, chain_key, version, change.closed)
        return change.closed
