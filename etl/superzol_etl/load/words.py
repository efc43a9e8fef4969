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
    """Writes the words that differ from those known; the caller holds a transaction."""
    keys = pl.Series("product_key", product_keys[words["code"].to_numpy()])
    await connection.execute(load_sql(PACKAGE, "create_words_told"))
    await copy_frame(connection, "words_told", words.drop("code").insert_column(0, keys))
    await connection.execute(load_sql(PACKAGE, "take_over_words"), chain_key, version)
