"""Turns the item codes of a chain into products, adding those that are new."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from superzol_etl.clean.codes import read_item_code
from superzol_etl.database import Connection
from superzol_etl.load.observe import Rows
from superzol_etl.load.tables import copy_frame
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl.load"
GTIN_SCOPE = 0
WORDS = ("name", "manufacturer", "country", "weighted")


class Products(NamedTuple):
    """The products of a chain's codes.

    keys: product_key by code number, 0 where the code has no row. ids: product_id by product_key.
    """

    keys: npt.NDArray[np.int64]
    ids: dict[int, str]


async def resolve_products(
    connection: Connection, chain_key: int, chain_id: str, rows: Rows, words: pl.DataFrame
) -> Products:
    """Finds or adds the product of each code that has a row, in a transaction of its own.

    words: as clean_words gives them; a new product is called so until publish merges the chains'
    words.
    """
    wanted = _wanted(chain_key, chain_id, rows)
    named = wanted.join(words, left_on="place", right_on="code", how="left")
    keys = np.zeros(len(rows.codes), np.int64)
    async with connection.transaction():
        await connection.execute(load_sql(PACKAGE, "create_wanted_product"))
        await copy_frame(connection, "wanted_product", named.select(*wanted.columns, *WORDS))
        await connection.execute(load_sql(PACKAGE, "insert_products"))
        found = await connection.fetch(load_sql(PACKAGE, "find_products"))
    for place, product_key in found:
        keys[place] = product_key
    ids = zip(wanted["place"].to_list(), wanted["product_id"].to_list(), strict=True)
    return Products(keys, {int(keys[place]): product_id for place, product_id in ids})


def _wanted(chain_key: int, chain_id: str, rows: Rows) -> pl.DataFrame:
    wanted = []
    for place in np.unique(rows.code).tolist():
        item = read_item_code(rows.codes[place])
        product_id = item.code if item.is_gtin else f"{chain_id}:{item.code}"
        wanted.append((place, GTIN_SCOPE if item.is_gtin else chain_key, item.code, product_id))
    columns = {"place": pl.Int64, "scope": pl.Int16, "code": pl.String, "product_id": pl.String}
    return pl.DataFrame(wanted, schema=columns, orient="row")
