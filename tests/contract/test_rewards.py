"""Loader and server mean the same rewards: by the names and numbers stored in promotion."""

from dataclasses import asdict, fields
from typing import get_args

import asyncpg
import pytest

from superzol_etl.clean import rewards as stored
from superzol_etl.load.promotions import REWARD_COLUMNS
from superzol_server.pricing import promotion as served
from superzol_server.pricing.promotion_rows import KINDS, REWARDS

STORED = {kind.__name__: kind for kind in get_args(stored.Reward)}
SERVED = {kind.__name__: kind for kind in get_args(served.Reward)}
EXAMPLES = (
    stored.FixedPrice(990, 2000),
    stored.PercentOff(1250),
    stored.AmountOff(500),
    stored.NthItem(2, 5000),
    stored.MultiBuy(3, 1),
    stored.Threshold(9900, 1000),
    stored.Gift(1000, 0),
    stored.Unknown("of no kind"),
)
# As get_price_quote.sql and the other statements of promotions make them.
READ = """
SELECT reward, reward_price AS reward_price_agorot,
       CASE WHEN reward IN ('FixedPrice', 'Gift') THEN reward_quantity / 1000.0::float8
            ELSE reward_quantity END AS reward_quantity,
       reward_points / 10000.0::float8 AS off_share, reward_amount AS off_agorot,
       reward_spent AS spent_agorot, reward_free AS free_count, reward_reason AS unknown_reason
FROM promotion
"""


async def test_names_are_those_that_the_table_takes(connection: asyncpg.Connection) -> None:
    (check,) = await connection.fetch(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = 'promotion'::regclass AND contype = 'c'"
    )
    taken = set(check[0].split("'")[1::2])
    assert taken == set(STORED) == set(SERVED) == set(REWARDS) == set(KINDS)


@pytest.mark.parametrize("name", STORED)
def test_both_sides_name_the_same_numbers(name: str) -> None:
    names = [field.name for field in fields(STORED[name])]
    assert names == [field.name for field in fields(SERVED[name])]
    assert set(names) <= set(REWARD_COLUMNS)


@pytest.mark.parametrize("reward", EXAMPLES, ids=lambda reward: type(reward).__name__)
async def test_what_the_loader_stores_is_what_the_server_reads(
    reward: stored.Reward, connection: asyncpg.Connection
) -> None:
    columns = {REWARD_COLUMNS[name]: value for name, value in asdict(reward).items()}
    await connection.execute("INSERT INTO dataset (dataset_id, name) VALUES ('d', 'd')")
    await connection.execute("INSERT INTO chain (dataset_key, chain_id, name) VALUES (1, 'c', 'c')")
    marks = "".join(f", ${place}" for place in range(2, len(columns) + 2))
    await connection.execute(
        "INSERT INTO promotion (chain_key, promotion_id, code, part, body_hash, description,"
        " weighted, clubs, coupon, active, whole_basket, restrictions_known, items, product_keys,"
        f" gift_keys, store_keys, since, raw, changed_version, reward, {', '.join(columns)})"
        " VALUES (1, 'c:1', '1', 0, '', '', false, '{}', false, true, false, true, 1, '{}',"
        f" '{{}}', '{{}}', '{{}}', '{{}}', 1, $1{marks})",
        type(reward).__name__,
        *columns.values(),
    )

    row = await connection.fetchrow(READ)

    assert row is not None
    read = REWARDS[row["reward"]](dict(row))
    assert (type(read).__name__, asdict(read)) == (type(reward).__name__, asdict(reward))
