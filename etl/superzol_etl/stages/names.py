"""Gives each product one view over what its chains say, where that changed."""

import io

import asyncpg
import polars as pl

from superzol_etl.clean.merge import SAID, merge_words
from superzol_etl.database import Connection
from superzol_etl.load.tables import copy_frame
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl.stages"


async def merge_products(connection: Connection, closed_version: int) -> list[asyncpg.Record]:
    """The products that changed; words are looked at that a later version than this changed.

    The caller holds a transaction.
    """
    await connection.execute(load_sql(PACKAGE, "note_manufacturers"), closed_version)
    text = io.BytesIO()
    await connection.copy_from_query(
        load_sql(PACKAGE, "read_changed_words"), closed_version, output=text, format="csv"
    )
    if not text.tell():
        return []
    text.seek(0)
    booleans = SAID | {"weighted": pl.String}
    words = pl.read_csv(text, has_header=False, schema=booleans).with_columns(
        pl.col("weighted") == "t"
    )
    await connection.execute(load_sql(PACKAGE, "create_product_merged"))
    await copy_frame(connection, "product_merged", merge_words(words))
    return await connection.fetch(load_sql(PACKAGE, "update_products"))
