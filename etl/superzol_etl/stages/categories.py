"""Classifies products whose words changed, and all of them when the rules did."""

from collections.abc import Sequence

import asyncpg

from superzol_etl.clean.categories.rules import digest_of_rules
from superzol_etl.database import Connection
from superzol_etl.load.categories import add_categories, find_category_keys
from superzol_etl.load.classifying import classifier
from superzol_etl.load.shelves import CATEGORY_LOCK
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl.stages"


async def are_rules_new(connection: Connection) -> bool:
    """The products are classified by other rules than those shipped."""
    known = await connection.fetchval(load_sql(PACKAGE, "read_rules_digest"))
    return bool(known != digest_of_rules())


async def classify_products(connection: Connection, renamed: Sequence[asyncpg.Record]) -> int:
    """Classifies the renamed products, all when the rules are new, and counts the categories.

    renamed: product_key, name, manufacturer and category_key of each. The caller holds a
    transaction. Returns how many products changed their category.
    """
    categories = await classifier().categories()
    keys = await find_category_keys(connection, categories)
    rules_are_new = await are_rules_new(connection)
    if rules_are_new:
        await add_categories(connection, categories)
        renamed = await connection.fetch(load_sql(PACKAGE, "read_products"))
    changed = await _classify(connection, renamed, keys)
    if rules_are_new:
        ids = [category.category_id for category in categories]
        await connection.execute(load_sql(PACKAGE, "forget_categories"), ids)
        await connection.execute(load_sql(PACKAGE, "note_rules"), digest_of_rules())
    await connection.execute(load_sql(PACKAGE, "count_categories"))
    return changed


async def _classify(
    connection: Connection, products: Sequence[asyncpg.Record], keys: dict[str, int]
) -> int:
    found = await classifier().classify([(name, maker) for _, name, maker, _ in products])
    moved = [
        (product_key, keys[category_id])
        for (product_key, _, _, known), category_id in zip(products, found, strict=True)
        if keys[category_id] != known
    ]
    if moved:
        columns = [list(column) for column in zip(*moved, strict=True)]
        await connection.execute(load_sql(PACKAGE, "hold_categories"), CATEGORY_LOCK)
        await connection.execute(load_sql(PACKAGE, "note_moves"), columns[0])
        await connection.execute(load_sql(PACKAGE, "update_categories"), *columns)
    return len(moved)
