"""Reads what a load leaves of prices: open offers and closed spans."""

import asyncpg


async def offers(connection: asyncpg.Connection) -> dict[tuple[str, str], tuple[int, int]]:
    rows = await connection.fetch(
        "SELECT product_id, store_id, price, since FROM offer JOIN store USING (store_key)"
    )
    return {(row["product_id"], row["store_id"]): (row["price"], row["since"]) for row in rows}


async def spans(connection: asyncpg.Connection) -> list[tuple[str, int, int, int]]:
    rows = await connection.fetch(
        "SELECT product_id, price, valid_from, valid_to FROM price_span"
        " JOIN product USING (product_key) ORDER BY 1, 3"
    )
    return [tuple(row) for row in rows]
