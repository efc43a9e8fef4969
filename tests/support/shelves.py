"""Makes the shelves of the offers that a test wrote."""

import asyncpg

REBUILD_SHELVES = """
INSERT INTO shelf_pack (store_key, category_key, entries)
SELECT store_key, coalesce(category_key, 0),
       array_agg(price::int8 << 32 | product_key ORDER BY price, product_key)
FROM offer JOIN product USING (product_key) GROUP BY 1, 2
"""


async def rebuild_shelves(connection: asyncpg.Connection) -> None:
    """Replaces all shelves by those that the packs tell."""
    await connection.execute("DELETE FROM shelf_pack")
    await connection.execute(REBUILD_SHELVES)
