"""Stores of a chain: finds, adds and describes them, and notes what was seen of them."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from typing import Any

import polars as pl

from superzol_etl.clean.parts import StorePlan
from superzol_etl.clean.places import read_place
from superzol_etl.database import Connection
from superzol_etl.decode.stores import StoreRow
from superzol_etl.load.tables import copy_frame
from superzol_etl.records import Part, StoreState
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl.load"
MAX_DELTAS = 32_767  # int2; more files of one store in a day were never seen
TOLD: dict[str, pl.DataType | type[pl.DataType]] = {
    "code": pl.String,
    "published_at": pl.Datetime("us", "UTC"),
    "legal_id": pl.String,
    "name": pl.String,
    "kind": pl.Int16,
    "sub_chain": pl.String,
    "address": pl.String,
    "online_url": pl.String,
    "city": pl.String,
    "city_code": pl.String,
    "zip_code": pl.String,
}


async def add_stores(
    connection: Connection, chain_key: int, chain_id: str, codes: Set[str]
) -> None:
    """Adds the stores that are new."""
    await connection.execute(load_sql(PACKAGE, "insert_stores"), chain_key, chain_id, sorted(codes))


async def read_stores(connection: Connection, chain_key: int) -> dict[str, StoreState]:
    """The state of each of the chain's stores by code."""
    rows = await connection.fetch(load_sql(PACKAGE, "read_stores"), chain_key)
    return {
        row["code"]: StoreState(
            row["store_key"], row["full_at"], row["full_rows"], row["observed_at"]
        )
        for row in rows
    }


async def describe_stores(
    connection: Connection, chain_key: int, stores: Mapping[str, StoreRow]
) -> None:
    """Takes over what the chain's Stores files say of stores that are known already.

    The caller holds a transaction.
    """
    if not stores:
        return
    rows = [_told(store) for store in stores.values()]
    await connection.execute(load_sql(PACKAGE, "create_store_told"))
    await copy_frame(connection, "store_told", pl.DataFrame(rows, schema=TOLD))
    await connection.execute(load_sql(PACKAGE, "describe_stores"), chain_key)
    names = Counter(store.chain_name for store in stores.values() if store.chain_name)
    if names:
        name = min(names, key=lambda name: (-names[name], name))
        newest = max(store.published_at for store in stores.values() if store.chain_name)
        await connection.execute(load_sql(PACKAGE, "update_chain_name"), chain_key, name, newest)


def _told(store: StoreRow) -> dict[str, Any]:
    """A row of store_told."""
    return store._asdict() | read_place(store.kind, store.name, store.address)._asdict()


async def note_sightings(
    connection: Connection,
    version: int,
    states: Mapping[str, StoreState],
    plans: Mapping[str, StorePlan],
    parts: Sequence[Part],
    offers: Sequence[int],
) -> None:
    """Records what was applied of each store; offers: how many offers each part gave."""
    sightings, updates = [], []
    for code, plan in plans.items():
        if not plan.applied:
            continue
        store_key = states[code].store_key
        base = parts[plan.base] if plan.base is not None else None
        full_at, full_file, full_rows = (
            (base.published_at, base.source_file, base.rows) if base else (None, None, None)
        )
        last = parts[plan.applied[-1]]
        seen = (last.published_at, last.source_file)
        deltas = min(len(plan.applied) - (base is not None), MAX_DELTAS)
        rows = sum(offers[number] for number in plan.applied)
        partial = bool(plan.partial)
        sightings.append((store_key, version, full_at, full_file, *seen, deltas, rows, partial))
        updates.append((store_key, version, *seen, full_at, full_rows, last.legal_id))
    await connection.executemany(load_sql(PACKAGE, "insert_sighting"), sightings)
    await connection.executemany(load_sql(PACKAGE, "update_store"), updates)
