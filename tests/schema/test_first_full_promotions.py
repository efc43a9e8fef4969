"""The revision that notes first full promotion files finds those of before."""

import asyncpg

from superzol_schema.migration import REVISIONS
from tests.support.catalogue import Product, Store, fill
from tests.support.promotions import FixedPrice, promote

BREAD, STORES = "7290000066318", ("alpha:1", "alpha:2", "alpha:3", "alpha:4")
SIGHTINGS = """
INSERT INTO promotion_sighting (store_key, full_at, observed_at, observed_file, observed_version)
SELECT store_key, CASE WHEN code <> '4' THEN now() END, now(), 'f', 9 FROM store
"""
PAST = """
INSERT INTO promotion_span (promotion_key, valid_to, store_keys, valid_from)
SELECT promotion_key, 6, ARRAY[store_key], '{3}' FROM promotion, store WHERE store.code = '2'
"""
FIRST = """
SELECT store_id, first_full_version FROM promotion_sighting JOIN store USING (store_key) ORDER BY 1
"""


async def test_it_is_the_first_version_in_which_a_store_told_any(
    connection: asyncpg.Connection,
) -> None:
    await fill(connection, Product(BREAD, "לחם"), *(Store(store) for store in STORES))
    await promote(connection, FixedPrice("alpha:7", (BREAD,), ("alpha:1", "alpha:2"), 500))
    await connection.execute("UPDATE promotion SET since = '{5, 8}'")
    await connection.execute(PAST)
    await connection.execute("ALTER TABLE promotion_sighting DROP COLUMN first_full_version")
    await connection.execute(SIGHTINGS)
    await connection.execute((REVISIONS / "0044_note_first_full_promotions.sql").read_text())
    first = {row["store_id"]: row["first_full_version"] for row in await connection.fetch(FIRST)}
    # Store 3 tells nothing any more, and of store 4 no full file was seen.
    assert first == {"alpha:1": 5, "alpha:2": 3, "alpha:3": 9, "alpha:4": None}
