"""Takes over what a chain calls its products."""

import polars as pl

from superzol_etl.clean.text import PLACEHOLDERS
from superzol_etl.database import Connection
from superzol_etl.load.observe import Rows
from superzol_etl.load.products import Products
from superzol_etl.load.tables import copy_frame
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl.load"
NAMED = {"itemname": "name", "manufacturername": "manufacturer", "manufacturecountry": "country"}
MEASURED = {
    "quantity": "quantity",
    "unitqty": "unit_of_quantity",
    "unitofmeasure": "unit_of_measure",
}


async def take_over_words(
    connection: Connection, chain_key: int, version: int, rows: Rows, products: Products
) -> None:
    """Writes the words that differ from those known; the caller holds a transaction."""
    words = rows.words
    told = words.select(
        pl.Series("product_key", products.keys[words["code"].to_numpy()]),
        *(_named(column).alias(name) for column, name in NAMED.items()),
        *(
            pl.col(column).str.replace_all("\0", "", literal=True).alias(name)
            for column, name in MEASURED.items()
        ),
        "weighted",
        "is_full",
    )
    await connection.execute(load_sql(PACKAGE, "create_words_told"))
    await copy_frame(connection, "words_told", told)
    await connection.execute(load_sql(PACKAGE, "take_over_words"), chain_key, version)


def _named(column: str) -> pl.Expr:
    text = pl.col(column).str.replace_all("\0", "", literal=True).str.strip_chars()
    return pl.when(~text.str.to_lowercase().is_in(list(PLACEHOLDERS))).then(text)
