"""Packs of which nothing new is observed are known by their hash; in doubt they are read."""

from random import Random

import asyncpg
import numpy as np
import pytest

from superzol_etl.load.diff import STORE_BITS, Observed, Standing, compare
from superzol_etl.load.known_packs import read_known_packs
from superzol_etl.load.packs import read_offers, write_change

CHAIN_KEY, STORES = 1, 4
PRODUCTS = list(range(1, 61))
Told = dict[int, tuple[int, int]]  # price and flags by key
# What a program that knows nothing of hashes makes of a pack, and what a pack of before it lacks.
UNKNOWN = {
    "written by another program": "UPDATE offer_pack SET prices[1] = 1, changed_version = 2",
    "without a hash": "UPDATE offer_pack SET content_hash = NULL",
}


def standing(told: Told) -> Standing:
    keys = sorted(told)
    prices, flags = zip(*(told[key] for key in keys), strict=True)
    return Standing(np.array(keys), np.array(prices, np.int32), np.array(flags, np.int16))


def make(random: Random) -> Told:
    keys = [product << STORE_BITS | store for product in PRODUCTS for store in range(STORES)]
    return {key: (random.choice([0, 590, 990]), random.choice([0, 8])) for key in keys}


def change_some(told: Told, random: Random) -> tuple[Told, set[int]]:
    """Another price, other flags, a store less or a store more; and the products that differ."""
    changed = dict(told)
    for product in random.sample(PRODUCTS, 20):
        key = random.choice([key for key in told if key >> STORE_BITS == product])
        price, flags = told[key]
        match random.randrange(4):
            case 0:
                changed[key] = (price + 1, flags)
            case 1:
                changed[key] = (price, flags ^ 8)
            case 2:
                del changed[key]
            case _:
                changed[product << STORE_BITS | STORES] = (price, flags)
    differ = (key for key in told | changed if told.get(key) != changed.get(key))
    return changed, {key >> STORE_BITS for key in differ}


async def write(connection: asyncpg.Connection, told: Told, version: int) -> None:
    new = standing(told)
    rows = np.arange(len(new.key), dtype=np.int32)
    observed = Observed(new.key, new.price, new.flags, rows, rows)
    change = compare(await read_offers(connection, CHAIN_KEY), observed, range(STORES + 1), version)
    ids = {product: str(product) for product in PRODUCTS}
    await connection.execute("SELECT ensure_price_span_partition($1)", version)
    async with connection.transaction():
        await write_change(connection, CHAIN_KEY, version, change, ids)


@pytest.mark.parametrize("seed", range(5))
async def test_products_that_changed_are_told_from_those_that_did_not(
    connection: asyncpg.Connection, seed: int
) -> None:
    random = Random(seed)
    told = make(random)
    for version in (1, 2, 3):
        await write(connection, told, version)
        after, changed = change_some(told, random)
        packs = await read_known_packs(connection, CHAIN_KEY)
        assert packs.unchanged(standing(told)).tolist() == PRODUCTS
        assert packs.unchanged(standing(after)).tolist() == sorted(set(PRODUCTS) - changed)
        told = after


async def test_products_that_are_new_are_not_unchanged(connection: asyncpg.Connection) -> None:
    told = make(Random(1))
    packs = await read_known_packs(connection, CHAIN_KEY)
    assert packs.unchanged(standing(told)).tolist() == []
    await write(connection, {key: told[key] for key in told if key >> STORE_BITS > 5}, 1)
    packs = await read_known_packs(connection, CHAIN_KEY)
    assert packs.unchanged(standing(told)).tolist() == PRODUCTS[5:]


@pytest.mark.parametrize("statement", UNKNOWN.values(), ids=UNKNOWN)
async def test_a_pack_is_read_that_is(connection: asyncpg.Connection, statement: str) -> None:
    told = make(Random(2))
    await write(connection, told, 1)
    await connection.execute(f"{statement} WHERE product_key > 50")
    packs = await read_known_packs(connection, CHAIN_KEY)
    assert packs.unchanged(standing(told)).tolist() == PRODUCTS[:50]
