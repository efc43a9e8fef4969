"""Reads and writes the packed offers of a chain."""

from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from typing import Any

import asyncpg
import numpy as np
import numpy.typing as npt

from superzol_etl.database import Connection
from superzol_etl.load.diff import (
    STORE_BITS,
    STORE_MASK,
    Change,
    Int16s,
    Offers,
    Spans,
    first_offers,
)
from superzol_etl.load.encode import Arrays, Column, Integers, Texts, encode
from superzol_etl.load.known_packs import content_hashes
from superzol_etl.load.sorting import Int64s
from superzol_etl.load.threads import Threads
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl.load"


async def read_offers(
    connection: Connection, chain_key: int, wanted: Int64s | None = None
) -> Offers:
    """The open offers of the chain, sorted by key; wanted: of these products, of all if None."""
    keys = None if wanted is None else wanted.tolist()
    row = await connection.fetchrow(load_sql(PACKAGE, "read_packs"), chain_key, keys)
    assert row is not None  # an aggregate always gives a row
    products = np.frombuffer(row["product_keys"] or b"", ">i4").astype(np.int64)
    counts = np.frombuffer(row["offers"] or b"", ">i2").astype(np.int64)
    stores = _elements(row["store_keys"], 2).astype(np.int64)
    key = np.repeat(products, counts) << STORE_BITS | stores
    order = np.argsort(key, kind="stable")
    return Offers(
        key[order],
        _elements(row["prices"], 4)[order].astype(np.int32),
        _of_each(row, "since", counts)[order],
        _of_each(row, "flags", counts)[order],
    )


def _of_each(row: asyncpg.Record, column: str, offers: Int64s) -> Int16s:
    """One value per offer; where a pack has a single one, it stands for all of its offers."""
    told = np.frombuffer(row[f"{column}_counts"] or b"", ">i2")
    times = np.repeat(np.where(told == offers, 1, offers), told)
    return np.repeat(_elements(row[column], 2).astype(np.int16), times)


def _elements(sent: bytes | None, width: int) -> npt.NDArray[Any]:
    """Each element is sent as its length and its value."""
    return np.frombuffer(sent or b"", [("length", ">i4"), ("value", f">i{width}")])["value"]


async def write_change(
    connection: Connection,
    chain_key: int,
    version: int,
    change: Change,
    product_ids: Mapping[int, str],
) -> None:
    """Makes the packs of the chain what the change says, and appends the spans it closes.

    product_ids: the identifier of each product that has no pack yet.
    """
    replaced = np.isin(change.offers.key >> STORE_BITS, change.existing, kind="table")
    new = change.offers.where(~replaced)
    if len(new.key):
        columns, products = _pack_columns(new, version)
        ids = [product_ids[product].encode() for product in products.tolist()]
        await copy_columns(
            connection,
            "offer_pack",
            {
                "product_key": Integers(products),
                "chain_key": Integers(np.full(len(products), chain_key, np.int16)),
                "changed_version": Integers(np.full(len(products), version, np.int16)),
                **columns,
                "product_id": Texts(ids),
            },
        )
    if replaced.any():
        await connection.execute(load_sql(PACKAGE, "create_pack_change"))
        columns, products = _pack_columns(change.offers.where(replaced), version)
        await copy_columns(
            connection, "pack_change", {"product_key": Integers(products), **columns}
        )
        await connection.execute(load_sql(PACKAGE, "update_packs"), chain_key, version)
    if len(change.emptied):
        await connection.execute(
            load_sql(PACKAGE, "delete_packs"), chain_key, change.emptied.tolist()
        )
    await append_spans(connection, chain_key, version, change.spans)


def _pack_columns(offers: Offers, version: int) -> tuple[dict[str, Column], npt.NDArray[Any]]:
    """The arrays and summaries of each product's pack, and the products."""
    product = offers.key >> STORE_BITS
    firsts = first_offers(offers)
    bounds = np.append(firsts, len(product))
    unpriced = offers.price == 0
    priced = np.add.reduceat(~unpriced, firsts, dtype=np.int64)
    lowest = np.minimum.reduceat(np.where(unpriced, np.iinfo(np.int32).max, offers.price), firsts)
    columns: dict[str, Column] = {
        "price_sum": Integers(np.add.reduceat(offers.price, firsts, dtype=np.int64)),
        "priced": Integers(priced.astype(np.int16)),
        "offers": Integers(np.diff(bounds).astype(np.int16)),
        "price_min": Integers(lowest.astype(np.int32), priced == 0),
        "price_max": Integers(np.maximum.reduceat(offers.price, firsts), priced == 0),
        "store_keys": Arrays((offers.key & STORE_MASK).astype(np.int16), bounds),
        "prices": Arrays(offers.price, bounds),
        "since": _shared(offers.since, bounds),
        "flags": _shared(offers.flags, bounds),
        "content_hash": Integers(content_hashes(offers, firsts, version)),
    }
    return columns, product[firsts].astype(np.int32)


def _shared(values: Int16s, bounds: Int64s) -> Arrays:
    """The values of each pack; the first alone where all are the same."""
    firsts, counts = bounds[:-1], np.diff(bounds)
    is_shared = np.minimum.reduceat(values, firsts) == np.maximum.reduceat(values, firsts)
    told = np.where(is_shared, 1, counts)
    if is_shared.all():
        values = values[firsts]
    elif is_shared.any():
        is_told = np.repeat(~is_shared, counts)
        is_told[firsts] = True
        values = values[is_told]
    return Arrays(values, np.append(0, np.cumsum(told)))


async def append_spans(connection: Connection, chain_key: int, version: int, spans: Spans) -> None:
    """Appends spans that a version closes."""
    if not len(spans.key):
        return
    rows = len(spans.key)
    await copy_columns(
        connection,
        "price_span",
        {
            "product_key": Integers((spans.key >> STORE_BITS).astype(np.int32)),
            "price": Integers(spans.price),
            "chain_key": Integers(np.full(rows, chain_key, np.int16)),
            "store_key": Integers((spans.key & STORE_MASK).astype(np.int16)),
            "valid_from": Integers(spans.valid_from),
            "valid_to": Integers(np.full(rows, version, np.int16)),
        },
    )


async def copy_columns(connection: Connection, table: str, columns: Mapping[str, Column]) -> None:
    """Appends rows to a table by COPY BINARY."""
    first = next(iter(columns.values()))
    assert isinstance(first, Integers)
    pieces = encode(list(columns.values()), len(first.values))
    async with aclosing(_stream(connection, pieces)) as source:
        await connection.copy_to_table(table, source=source, columns=list(columns), format="binary")


async def _stream(connection: Connection, pieces: Iterator[bytes]) -> AsyncGenerator[bytes, None]:
    """Each piece is encoded while the one before it is sent, as long as somebody hears."""
    async with Threads() as threads:
        coming = threads.begin(next, pieces, None)
        while (piece := await coming) is not None and not connection.is_closed():
            coming = threads.begin(next, pieces, None)
            yield piece
