"""Summaries of products over stores, as random markets tell."""

from fractions import Fraction

import asyncpg
import pytest

from superzol_etl.sql import load_sql
from tests.support.random_market import make_market
from tests.support.tables import Tables, read_tables

LOSE_SIGHT = "UPDATE store SET unseen_days = 12 + (store_key + $1::int4) % 4"
SUMMARIES = """
SELECT product_id, price_min, price_avg, price_max, stores, chains
FROM product_stat JOIN product USING (product_key)
"""
ADD_SUMMARIES = """
INSERT INTO product_stat
    (product_key, price_min, price_avg, price_max, stores, chains, changed_version)
SELECT product_key, 590, 600, 610, 40, 4, 1
FROM generate_series(1, 2000) AS product_key
"""
COUNT_UPDATES = """
SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_xact_user_tables WHERE relname = 'product_stat'
"""


def expected(tables: Tables) -> dict[str, tuple[int | None, ...]]:
    """Of each product that anybody offers, found price by price."""
    unseen = {row["store_key"] for row in tables["store"] if row["unseen_days"] >= 14}
    products = {row["product_key"]: row["product_id"] for row in tables["product"]}
    found: dict[str, list[tuple[int, int]]] = {}
    for pack in tables["offer_pack"]:
        prices = found.setdefault(products[pack["product_key"]], [])
        for store_key, price in zip(pack["store_keys"], pack["prices"], strict=True):
            if store_key not in unseen:
                prices.append((pack["chain_key"], price))
    return {product_id: summarise(prices) for product_id, prices in found.items()}


def summarise(prices: list[tuple[int, int]]) -> tuple[int | None, ...]:
    asked = [price for _, price in prices if price > 0]
    mean = Fraction(sum(asked), len(asked)) if asked else None
    return (
        min(asked, default=None),
        int(mean + Fraction(1, 2)) if mean else None,
        max(asked, default=None),
        len(prices),
        len({chain_key for chain_key, _ in prices}),
    )


@pytest.mark.parametrize("seed", range(6))
async def test_summaries_are_those_of_the_stores_seen(
    connection: asyncpg.Connection, seed: int
) -> None:
    await make_market(connection, seed)
    for shift in range(4):
        await connection.execute(LOSE_SIGHT, shift)
        await connection.execute(load_sql("superzol_etl.stages", "summarise_products"), 14)
        rows = await connection.fetch(SUMMARIES)
        assert {row[0]: tuple(row)[1:] for row in rows} == expected(await read_tables(connection))


async def test_prices_that_change_leave_the_indexes_of_summaries_alone(
    connection: asyncpg.Connection,
) -> None:
    async with connection.transaction():
        await connection.execute(ADD_SUMMARIES)
        await connection.execute("UPDATE product_stat SET price_min = 580, changed_version = 2")
        assert tuple(*await connection.fetch(COUNT_UPDATES)) == (2000, 2000)
