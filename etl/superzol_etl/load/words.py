"""Takes over what a chain calls its products."""

import numpy as np
import numpy.typing as npt
import polars as pl

from superzol_etl.database import Connection
from superzol_etl.load.tables import copy_frame
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl.load"


async def take_over_words(
    connection: Connection,
    chain_key: int,
    version: int,
    words: pl.DataFrame,
    product_keys: npt.NDArray[np.int64],
) -> None:
    """Writes the words that differ from those known; the caller holds a transaction.

    words: as understood, of each code by its number.
    """
    keys = pl.Series("product_key", product_keys[words["code"].to_numpy()])
    told = words.drop("code").insert_column(0, keys)
    if await connection.fetchval(load_sql(PACKAGE, "has_words"), chain_key):
        await connection.execute(load_sql(PACKAGE, "create_words_told"))
        await copy_frame(connection, "words_told", told)
        await connection.execute(load_sql(PACKAGE, "take_over_words"), chain_key, version)
    else:
        await copy_frame(connection, "product_in_chain", _first_words(told, chain_key, version))


def _first_words(told: pl.DataFrame, chain_key: int, version: int) -> pl.DataFrame:
    """Rows of product_in_chain; of several codes of one product the one that take_over_words takes.

    Nothing is known that they could fill or replace, and so they need no look at it.
    """
    order = ["product_key", "is_full", "name"]
    return (
        told.sort(order, descending=[False, True, False], nulls_last=True, maintain_order=True)
        .unique("product_key", keep="first", maintain_order=True)
        .drop("is_full")
        .with_columns(
            pl.lit(chain_key).alias("chain_key"), pl.lit(version).alias("changed_version")
        )
    )
