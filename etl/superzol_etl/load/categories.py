"""Keeps the table of categories as the rule files name them."""

from superzol_etl.clean.categories.rules import digest_of_rules, load_rules
from superzol_etl.database import Connection
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl.load"


async def find_category_keys(connection: Connection) -> dict[str, int]:
    """category_key by category_id; categories that are new are added."""
    rows = await connection.fetch(load_sql(PACKAGE, "read_categories"))
    keys = {row["category_id"]: row["category_key"] for row in rows}
    if keys.keys() >= {category.category_id for category in load_rules().categories}:
        return keys
    async with connection.transaction():
        await add_categories(connection)
        # A database without products has none that other rules classified.
        await connection.execute(load_sql(PACKAGE, "note_first_rules"), digest_of_rules())
    rows = await connection.fetch(load_sql(PACKAGE, "read_categories"))
    return {row["category_id"]: row["category_key"] for row in rows}


async def add_categories(connection: Connection) -> None:
    """Adds new categories and renames known ones; the caller holds a transaction."""
    categories = sorted(load_rules().categories)
    columns = [list(column) for column in zip(*categories, strict=True)]
    await connection.execute(load_sql(PACKAGE, "add_categories"), *columns)
