"""Manufacturers, as merged products name them, are noted as they are searched."""

import asyncpg

from superzol_etl.stages.names import merge_products
from tests.support.catalogue import Product, Store, fill


async def test_new_manufacturers_are_noted_once_as_they_are_searched(
    connection: asyncpg.Connection,
) -> None:
    products = [
        Product(f"shop:{code}", "תה", name, spellings=(("shop", "תה"),))
        for code, name in enumerate(["ויסוצקי", "ויסוצקי", "אוֹסם", None], 1)
    ]
    await fill(connection, Store("shop:1"), *products)
    await connection.execute("DELETE FROM manufacturer_spelling")
    for _ in range(2):
        async with connection.transaction():
            await merge_products(connection, 0)
        noted = await connection.fetch("SELECT * FROM manufacturer_spelling ORDER BY name")
        assert [tuple(row) for row in noted] == [("אוֹסם", "אוסמ"), ("ויסוצקי", "ויסוצקי")]
