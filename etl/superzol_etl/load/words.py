"""Takes over what a chain calls its products."""

import numpy as np
import numpy.typing as npt
import polars as pl

from superzol_etl.clean.words import clean_words, understand_words
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

    words: as published, of each code by its number.
    """
    told = understand_words(clean_words(words))
    keys = pl.Series("product_key", product_keys[told["code"].to_numpy()])
    await connection.execute(load_sql(PACKAGE, "create_words_told"))
    await copy_frame(connection, "words_told", told.drop("code").insert_column(0, keys))
    await connection.execute(load_sql(PACKAGE, "take_over_words"), chain_key, version)
