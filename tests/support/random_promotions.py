"""Writes promotions of every kind at random beside a market."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import asyncpg

from tests.support.promotions import TURN_ROUND

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
STARTS = (datetime(2026, 1, 1, tzinfo=UTC), NOON, NOON + timedelta(days=30), None)
ENDS = (datetime(2026, 12, 31, tzinfo=UTC), NOON + timedelta(days=20), None)
REWARDS: dict[str, tuple[dict[str, int | str], ...]] = {
    "FixedPrice": (
        {"reward_price": 250, "reward_quantity": 1000},
        {"reward_price": 400, "reward_quantity": 1000},
        {"reward_price": 800, "reward_quantity": 2000},
    ),
    "PercentOff": ({"reward_points": 1250}, {"reward_points": 3333}),
    "AmountOff": ({"reward_amount": 77}, {"reward_amount": 5000}),
    "NthItem": ({"reward_quantity": 2, "reward_points": 5000},),
    "MultiBuy": ({"reward_quantity": 3, "reward_free": 1},),
    "Threshold": ({"reward_spent": 450, "reward_amount": 100},),
    "Gift": ({"reward_price": 0, "reward_quantity": 1000},),
    "Unknown": ({"reward_reason": "of no kind"},),
}


INSERT_SPAN = """
INSERT INTO promotion_span (promotion_key, valid_to, store_keys, valid_from)
SELECT max(promotion_key), $1, $2, $3 FROM promotion
"""


async def promote_at_random(connection: asyncpg.Connection, seed: int, count: int = 40) -> None:
    """Writes so many promotions, of products and stores that are there."""
    dice = Random(seed)
    stores = await connection.fetch("SELECT store_key, chain_key FROM store ORDER BY store_key")
    products = [row[0] for row in await connection.fetch("SELECT product_key FROM product")]
    for number in range(count):
        chain_key = dice.choice(stores)["chain_key"]
        places = [row["store_key"] for row in stores if row["chain_key"] == chain_key]
        is_ended = dice.random() < 0.3
        told = [] if is_ended else sorted(dice.sample(places, dice.randint(1, len(places))))
        columns = _terms(dice) | {
            "chain_key": chain_key,
            "code": str(number % 30),
            "body_hash": number.to_bytes(4, "big"),
            "product_keys": sorted(dice.sample(products, dice.randint(1, 4))),
            "store_keys": told,
            "since": [dice.choice((20, 20, 25, 40)) for _ in told],
            "ended_version": dice.choice((7, 15)) if is_ended else None,
        }
        names = list(columns)
        marks = ", ".join(f"${place}" for place in range(1, len(names) + 1))
        await connection.execute(
            f"INSERT INTO promotion ({', '.join(names)}, promotion_id) SELECT {marks}, chain_id ||"
            f" ':{number % 30}' FROM chain WHERE chain_key = {chain_key}",
            *columns.values(),
        )
        for valid_to in {columns["ended_version"] or 15, dice.choice((5, 7))}:
            gone = sorted(dice.sample(places, dice.randint(1, len(places))))
            await connection.execute(
                INSERT_SPAN, valid_to, gone, [dice.randint(1, valid_to - 1) for _ in gone]
            )
    await connection.execute("DELETE FROM promotion_of_product")
    await connection.execute(TURN_ROUND)


def _terms(dice: Random) -> dict[str, Any]:
    reward = dice.choice(list(REWARDS))
    return {
        "part": 0,
        "description": "",
        "starts_at": dice.choice((STARTS[0], *STARTS)),
        "ends_at": dice.choice((ENDS[0], *ENDS)),
        "reward": reward,
        **dice.choice(REWARDS[reward]),
        "weighted": dice.random() < 0.2,
        "min_quantity": dice.choice((None, None, 1000, 2000)),
        "max_quantity": dice.choice((None, None, None, 500, 1000)),
        "min_purchase": dice.choice((None, None, None, 0, 5000)),
        "clubs": dice.choice(([], [], ["1"])),
        "coupon": dice.random() < 0.15,
        "active": dice.random() < 0.9,
        "whole_basket": dice.random() < 0.1,
        "restrictions_known": dice.random() < 0.9,
        "items": 1,
        "gift_keys": [],
        "raw": "{}",
        "changed_version": 1,
    }
