"""Notes the files that stores were seen in, and each chain's words about what it sells."""

from collections.abc import Collection, Sequence
from typing import Any

import asyncpg

INSERT_SIGHTING = """
INSERT INTO store_sighting (store_key, version, last_at, last_file, deltas, rows, partial)
SELECT store_key, $2, $3, $4, 0, 1, false FROM store WHERE store_id = $1
"""
INSERT_WORDS = """
INSERT INTO product_in_chain (product_key, chain_key, weighted, changed_version)
SELECT product_key, chain_key, weighted, 1
FROM product, store WHERE product_id = $1 AND store_id = $2
ON CONFLICT DO NOTHING
"""


async def note_seen(
    connection: asyncpg.Connection,
    sightings: Sequence[tuple[Any, ...]],
    sold: Collection[tuple[Any, ...]],
) -> None:
    """Writes sightings, and blank words for each product and store in sold."""
    await connection.executemany(INSERT_SIGHTING, sightings)
    await connection.executemany(INSERT_WORDS, sorted(sold))
