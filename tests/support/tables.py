"""Every row of the tables, read as they are: what answers are compared with."""

from typing import Any

import asyncpg

TABLES = (
    "chain", "store", "product", "product_in_chain", "offer_pack", "price_span", "chain_version",
    "store_sighting", "dataset_version", "promotion", "promotion_span", "category",
)  # fmt: skip

Tables = dict[str, list[dict[str, Any]]]


async def read_tables(connection: asyncpg.Connection) -> Tables:
    """Returns the rows of each table; what a pack says once of all its stores is spelled out."""
    tables = {
        table: [dict(row) for row in await connection.fetch(f"SELECT * FROM {table}")]
        for table in TABLES
    }
    for pack in tables["offer_pack"]:
        for column in ("since", "flags"):
            if len(pack[column]) == 1:
                pack[column] *= len(pack["store_keys"])
    return tables
