"""Writes promotions beside a small data set, as a load would leave them."""

from datetime import UTC, datetime
from hashlib import blake2b
from typing import NamedTuple

import asyncpg

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, 21, 59, tzinfo=UTC)


class FixedPrice(NamedTuple):
    """A promotion of so many units for so many agorot."""

    promotion_id: str
    product_ids: tuple[str, ...]
    store_ids: tuple[str, ...]
    price: int
    units: int = 1
    clubs: tuple[str, ...] = ()
    coupon: bool = False
    starts_at: datetime | None = START
    ends_at: datetime | None = END


async def promote(connection: asyncpg.Connection, *promotions: FixedPrice) -> None:
    """Writes them after the products and stores they name."""
    for promotion in promotions:
        body = blake2b(repr(promotion).encode(), digest_size=16).digest()
        quantity = promotion.units * 1000
        await connection.execute(
            INSERT, promotion.promotion_id, promotion.product_ids, promotion.store_ids,
            promotion.price, quantity, promotion.clubs, promotion.coupon, promotion.starts_at,
            promotion.ends_at, body,
        )  # fmt: skip
    await connection.execute("DELETE FROM promotion_of_product")
    await connection.execute(TURN_ROUND)


INSERT = """
INSERT INTO promotion (chain_key, promotion_id, code, part, body_hash, description, starts_at,
                       ends_at, reward, reward_price, reward_quantity, weighted, min_quantity,
                       clubs, coupon, active, whole_basket, restrictions_known, items, product_keys,
                       gift_keys, store_keys, since, raw, changed_version)
SELECT chain_key, $1, split_part($1, ':', 2), 0, $10, 'מבצע ' || $1, $8, $9, 'FixedPrice', $4, $5,
       false, $5, $6, $7, true, false, true, cardinality($2::text[]),
       (SELECT array_agg(product_key ORDER BY product_key)
        FROM product WHERE product_id = ANY ($2)),
       '{}', (SELECT array_agg(store_key ORDER BY store_key) FROM store WHERE store_id = ANY ($3)),
       array_fill(1::int2, ARRAY[cardinality($3::text[])]), '{}', 1
FROM chain
WHERE chain_id = split_part($1, ':', 1)
"""
TURN_ROUND = """
INSERT INTO promotion_of_product (product_key, chain_key, promotion_keys)
SELECT product_key, chain_key, array_agg(promotion_key ORDER BY promotion_key)
FROM promotion CROSS JOIN LATERAL unnest(product_keys) AS bought (product_key)
WHERE ended_version IS NULL
GROUP BY product_key, chain_key
"""
