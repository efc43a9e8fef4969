"""Each store's offers by category, cheapest first: what lists by price and category are read from.

Only shelves on which something changed are written. A product whose category publish changed stands
where it stood (shelf_move says where) until its chain is loaded again, which puts it right.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from superzol_etl.database import Connection
from superzol_etl.load.diff import STORE_BITS, STORE_MASK, Change, Int16s, Offers, Standing
from superzol_etl.load.encode import Arrays, Column, Integers
from superzol_etl.load.packs import copy_columns
from superzol_etl.load.sorting import Int64s, sorted_order
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl.load"
PRICE_SHIFT = 32
CATEGORY_LOCK = 11  # first key of the advisory lock that who moves products takes alone


class Categories(NamedTuple):
    """The category of each product, and the one whose shelves it stands on; sorted by product."""

    products: Int64s
    category: Int16s
    shelved: Int16s


class Shelves(NamedTuple):
    """Shelves to be written, sorted by store and category.

    entries[bounds[n]] to entries[bounds[n + 1]] are those of shelf n, ascending:
    price << 32 | product_key. A shelf without entries is one that was emptied.
    """

    store_keys: Int16s
    category_keys: Int16s
    entries: Int64s
    bounds: Int64s


def arrange(offers: Offers | Standing, changed_keys: Int64s, categories: Categories) -> Shelves:
    """The shelves on which an offer changed or a product moved, whole, from all offers after."""
    now = _by_product(categories.products, categories.category)
    shelved = _by_product(categories.products, categories.shelved)
    product, store = offers.key >> STORE_BITS, offers.key & STORE_MASK
    category = now[product]
    # A shelf is numbered store * width + category: looking up is faster than searching.
    width = int(max(now.max(initial=0), shelved.max(initial=0))) + 1
    most = max(int(store.max(initial=0)), int((changed_keys & STORE_MASK).max(initial=0)))
    is_touched = np.zeros((most + 1) * width, bool)
    for keys in (changed_keys, offers.key[shelved[product] != category]):
        first = (keys & STORE_MASK) * width
        is_touched[first + now[keys >> STORE_BITS]] = True
        is_touched[first + shelved[keys >> STORE_BITS]] = True
    shelf = store * width + category
    rows = np.flatnonzero(is_touched[shelf])
    touched = np.flatnonzero(is_touched)
    number = (np.cumsum(is_touched) - 1)[shelf[rows]]
    price = offers.price[rows].astype(np.int64)
    rows = rows[sorted_order(len(rows), lambda: number, lambda: price)]
    counts = np.bincount(number, minlength=len(touched))
    return Shelves(
        (touched // width).astype(np.int16),
        (touched % width).astype(np.int16),
        offers.price[rows].astype(np.int64) << PRICE_SHIFT | product[rows],
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
    )


def _by_product(products: Int64s, values: Int16s) -> Int64s:
    table = np.zeros(int(products.max(initial=0)) + 1, np.int64)
    table[products] = values
    return table


def changed_keys(change: Change) -> Int64s:
    """Offers that were opened, repriced or closed."""
    return np.concatenate([change.opened_keys, change.spans.key])


async def read_categories(connection: Connection, chain_key: int, products: Int64s) -> Categories:
    """Of these products, which ascend.

    Until the caller's transaction ends, publish moves no product to another category: it would not
    see that the chain offers it.
    """
    await connection.execute(load_sql(PACKAGE, "share_categories"), CATEGORY_LOCK)
    row = await connection.fetchrow(
        load_sql(PACKAGE, "read_categories_of_products"), chain_key, products.tolist()
    )
    assert row is not None  # an aggregate always gives a row
    return Categories(products, _int16s(row["category_keys"]), _int16s(row["shelved"]))


def _int16s(sent: bytes | None) -> npt.NDArray[np.int16]:
    return np.frombuffer(sent or b"", ">i2").astype(np.int16)


async def write_shelves(connection: Connection, shelves: Shelves, is_first: bool) -> None:
    """Replaces the shelves; is_first: the chain has none yet."""
    columns: dict[str, Column] = {
        "store_key": Integers(shelves.store_keys),
        "category_key": Integers(shelves.category_keys),
        "entries": Arrays(shelves.entries, shelves.bounds),
    }
    if is_first:
        await copy_columns(connection, "shelf_pack", columns)
    elif len(shelves.store_keys):
        await connection.execute(load_sql(PACKAGE, "create_shelf_change"))
        await copy_columns(connection, "shelf_change", columns)
        await connection.execute(load_sql(PACKAGE, "replace_shelves"))


async def forget_moves(connection: Connection, chain_key: int, categories: Categories) -> None:
    """Forgets the moves that the shelves written show; publish may have noted others meanwhile."""
    moved = categories.products[categories.category != categories.shelved]
    if len(moved):
        await connection.execute(load_sql(PACKAGE, "forget_moves"), chain_key, moved.tolist())
