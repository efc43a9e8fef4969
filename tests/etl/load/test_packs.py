"""Packs give back the offers they were made of, whatever their stores have in common."""

from random import Random

import asyncpg
import numpy as np

from superzol_etl.load.diff import STORE_BITS, Observed, Offers, Standing, compare
from superzol_etl.load.packs import read_offers, write_change

CHAIN_KEY = 1
PRODUCTS, STORES, VERSIONS = 40, 6, 5
TOLD = "SELECT product_key, store_key, price, since, flags FROM offer ORDER BY 1, 2"
SPELLINGS = """
SELECT count(*) FILTER (WHERE cardinality(since) = 1 AND offers > 1) AS since_shared,
       count(*) FILTER (WHERE cardinality(since) > 1) AS since_apart,
       count(*) FILTER (WHERE cardinality(flags) = 1 AND offers > 1) AS flags_shared,
       count(*) FILTER (WHERE cardinality(flags) > 1) AS flags_apart
FROM offer_pack
"""


def observe(random: Random, chance: float) -> Observed:
    """Some stores sell some products at few prices, mostly not by weight."""
    keys = [
        product << STORE_BITS | store
        for product in range(1, PRODUCTS + 1)
        for store in range(1, STORES + 1)
        if random.random() < chance
    ]
    rows = np.arange(len(keys), dtype=np.int32)
    prices = [random.choice([0, 500, 500, 500]) for _ in keys]
    flags = [random.choice([0] * 12 + [8]) for _ in keys]
    return Observed(
        np.array(keys, np.int64), np.array(prices, np.int32), np.array(flags, np.int16), rows, rows
    )


def assert_same(read: Offers | Standing, written: Offers | Standing) -> None:
    for column in written._fields:
        told, expected = getattr(read, column), getattr(written, column)
        assert told.dtype == expected.dtype
        np.testing.assert_array_equal(told, expected)


async def test_offers_are_read_as_they_were_written(connection: asyncpg.Connection) -> None:
    random = Random(5)
    ids = {product: str(product) for product in range(1, PRODUCTS + 1)}
    await connection.execute("SELECT ensure_price_span_partition($1)", VERSIONS)
    for version in range(1, VERSIONS + 1):
        offers = await read_offers(connection, CHAIN_KEY)
        seen = observe(random, chance=version / VERSIONS)
        change = compare(offers, seen, range(1, STORES), version)
        async with connection.transaction():
            await write_change(connection, CHAIN_KEY, version, change, ids)
        after = await read_offers(connection, CHAIN_KEY)
        assert_same(after.standing, change.after)
        products = np.unique(change.offers.key >> STORE_BITS)
        assert_same(await read_offers(connection, CHAIN_KEY, products), change.offers)
        expected = [
            (key >> STORE_BITS, key & 0xFFFF, *said)
            for key, *said in zip(*(column.tolist() for column in after), strict=True)
        ]
        assert [tuple(row) for row in await connection.fetch(TOLD)] == expected
    spellings = await connection.fetchrow(SPELLINGS)
    assert spellings and min(spellings) > 0
