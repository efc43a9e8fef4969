"""Takes over what a chain calls its products."""

import numpy as np
import numpy.typing as npt
import polars as pl

from superzol_etl.clean.text import PLACEHOLDERS
from superzol_etl.database import Connection
from superzol_etl.load.tables import copy_frame
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl.load"
NAMED = {"itemname": "name", "manufacturername": "manufacturer", "manufacturecountry": "country"}
MEASURED = {
    "quantity": "quantity",
    "unitqty": "unit_of_quantity",
    "unitofmeasure": "unit_of_measure",
}


def clean_words(words: pl.DataFrame) -> pl.DataFrame:
    """Published words named as in product_in_chain, null where they say nothing.

    words: the columns code (a number), WORDS, weighted and is_full; only code and the last two
    stay as they are.
    """
    return words.select(
        "code",
        *(_said(column).alias(name) for column, name in NAMED.items()),
        *(_without_nul(column).alias(name) for column, name in MEASURED.items()),
        "weighted",
        "is_full",
    )


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


def _said(column: str) -> pl.Expr:
    text = _without_nul(column).str.strip_chars()
    return pl.when(~text.str.to_lowercase().is_in(list(PLACEHOLDERS))).then(text)


def _without_nul(column: str) -> pl.Expr:
    return pl.col(column).str.replace_all("\0", "", literal=True)
