"""Loads classify what is new and what is renamed, and all products when the rules change."""

import asyncpg

from tests.support.snapshots import Chain, Item, full

MILK = "7290004131074"
CATEGORIES = """
SELECT product_id, category_id FROM product JOIN category USING (category_key) ORDER BY product_id
"""
COUNTS = "SELECT category_id, products FROM category WHERE products > 0"


async def categories(connection: asyncpg.Connection) -> dict[str, str]:
    return dict(map(tuple, await connection.fetch(CATEGORIES)))


async def counts(connection: asyncpg.Connection) -> dict[str, int]:
    return dict(map(tuple, await connection.fetch(COUNTS)))


async def test_new_products_are_classified_and_counted(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load(
        [full(Item(MILK, "6.20", "חלב 3%"), Item("12", "3.90", "במבה"), Item("13", "1", "?"))]
    )
    assert await categories(connection) == {
        MILK: "dairy.milk",
        "alpha:12": "snacks.salty",
        "alpha:13": "other.unknown",
    }
    assert await counts(connection) == {
        "dairy": 1,
        "dairy.milk": 1,
        "other": 1,
        "other.unknown": 1,
        "snacks": 1,
        "snacks.salty": 1,
    }


async def test_a_renamed_product_is_classified_again_and_counted_there(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([full(Item("12", "3.90", "במבה"))])
    chain.load([full(Item("12", "3.90", "שמפו במבה"), at="202606020600")])
    assert await categories(connection) == {"alpha:12": "care.hair"}
    assert await counts(connection) == {"care": 1, "care.hair": 1}


async def test_other_rules_classify_all_products_again_though_nothing_else_is_new(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    files = [full(Item("12", "3.90", "במבה"), Item("13", "5", "חלב"))]
    chain.load(files)
    generation = await connection.fetchval("SELECT generation FROM dataset")
    await connection.execute("UPDATE category_rules SET digest = 'of other rules'")
    await connection.execute(
        """
        UPDATE product SET category_key = (
            SELECT category_key FROM category WHERE category_id = 'other.unknown')
        """
    )
    await connection.execute(
        "INSERT INTO category (category_id, department_id, name_he, name_en)"
        " VALUES ('old.one', 'old', 'ישן', 'Old')"
    )
    assert chain.load(files).summary["result"] == "Unchanged"
    assert await categories(connection) == {"alpha:12": "snacks.salty", "alpha:13": "dairy.milk"}
    assert await connection.fetchval("SELECT generation FROM dataset") > generation
    known = await connection.fetchval("SELECT count(*) FROM category WHERE department_id = 'old'")
    assert known == 0
    assert chain.load(files).summary["result"] == "Unchanged"
    assert await connection.fetchval("SELECT generation FROM dataset") == generation + 1
