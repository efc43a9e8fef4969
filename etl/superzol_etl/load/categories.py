"""Keeps the table of categories as the rule files name them."""

from collections.abc import Sequence

from superzol_etl.clean.categories.rules import Category, digest_of_rules
from superzol_etl.database import Connection
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl.load"


async def find_category_keys(
    connection: Connection, categories: Sequence[Category]
) -> dict[str, int]:
    """category_key by category_id; those of the shipped categories that are new are added."""
    rows = await connection.fetch(load_sql(PACKAGE, "read_categories"))
    keys = {row["category_id"]: row["category_key"] for row in rows}
    if keys.keys() >= {category.category_id for category in categories}:
        return keys
    async with connection.transaction():
        await add_categories(connection, categories)
        # A database without products has none that other rules classified.
        await connection.execute(load_sql(PACKAGE, "note_first_rules"), digest_of_rules())
    rows = await connection.fetch(load_sql(PACKAGE, "read_categories"))
    return {row["category_id"]: row["category_key"] for row in rows}


async def add_categories(connection: Connection, categories: Sequence[Category]) -> None:
    """Adds new categories and renames known ones; the caller holds a transaction."""
    columns = [list(column) for column in zip(*sorted(categories), strict=True)]
    await connection.execute(load_sql(PACKAGE, "add_categories"), *columns)
