"""The shelves hold what the packs hold, under the category their products have or had."""

import asyncio
from pathlib import Path

import asyncpg

from superzol_etl.database import connected
from superzol_etl.stages.categories import classify_products
from tests.support.loading import finish, snapshot, start, wait_for
from tests.support.snapshots import Chain, Item, full

MILK, BREAD = "חלב טרי 3% 1 ליטר", "לחם אחיד פרוס 750 גרם"
DIFFERENCES = """
    (SELECT store_key, product_key, price FROM shelf EXCEPT ALL
     SELECT store_key, product_key, price FROM offer)
    UNION ALL
    (SELECT store_key, product_key, price FROM offer EXCEPT ALL
     SELECT store_key, product_key, price FROM shelf)
"""
MISPLACED = """
    SELECT product_id
    FROM shelf
    JOIN product USING (product_key)
    JOIN store USING (store_key)
    LEFT JOIN shelf_move AS move USING (chain_key, product_key)
    WHERE shelf.category_key <> coalesce(move.category_key, product.category_key)
"""


async def moved(connection: asyncpg.Connection) -> int:
    """How many moves wait; raises when the shelves are not what they must be."""
    assert await connection.fetch(DIFFERENCES) == []
    assert await connection.fetch(MISPLACED) == []
    assert await connection.fetch("SELECT FROM shelf_pack WHERE entries = '{}'") == []
    count: int = await connection.fetchval("SELECT count(*) FROM shelf_move")
    return count


async def test_shelves_follow_what_opens_changes_and_closes(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    many = [Item(str(number), f"{number % 7}.90", MILK) for number in range(1, 41)]
    chain.load([full(*many), full(*many[:20], store="2")])
    assert await moved(connection) == 0

    changed = [*many[1:36], Item("1", "3.10", MILK), Item("99", "0", BREAD)]
    chain.load([full(*changed, at="202606020600")])
    assert await moved(connection) == 0

    chain.load([full(*changed[:30], at="202606030600", store="2")])
    assert await moved(connection) == 0


async def test_a_product_stands_where_it_stood_until_its_chain_is_loaded_again(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([full(Item("1", "5.90", MILK), Item("2", "6.90", MILK))])
    chain.load([full(Item("1", "5.90", BREAD), Item("2", "6.90", MILK), at="202606020600")])
    assert await moved(connection) == 1

    chain.load([full(Item("1", "5.90", BREAD), Item("2", "6.90", MILK), at="202606030600")])
    assert await moved(connection) == 0


async def test_a_product_that_moves_while_its_chain_begins_to_offer_it_is_known_to_have_moved(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    await connection.execute("BEGIN; LOCK TABLE offer_pack IN SHARE ROW EXCLUSIVE MODE")
    folder = snapshot(tmp_path, 1, ("alpha",))
    loading = start("refresh", "--source", str(folder), "--database", database)
    async with connected(database) as publishing:
        waits = "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND locktype = '{}'"
        await wait_for(publishing, waits.format("relation"))
        rows = await publishing.fetch(
            "SELECT product_key, 'לחם אחיד', NULL, category_key FROM product LIMIT 9"
        )

        async def move() -> None:
            async with publishing.transaction():
                await classify_products(publishing, rows)

        moving = asyncio.create_task(move())
        await wait_for(connection, waits.format("advisory"))
        await connection.execute("COMMIT")
        await moving
    assert (await asyncio.to_thread(finish, loading)).exit_code == 0
    assert await moved(connection) == 9
