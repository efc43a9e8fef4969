"""Products are forgotten only while no other run may be about to offer them."""

import asyncpg
import pytest

from superzol_etl.database import connected
from superzol_etl.sql import load_sql
from superzol_etl.stages.publish import PRODUCT_LOCK, forget_products

SHARE = load_sql("superzol_etl.stages", "share_products")
ADD = """
INSERT INTO product (scope, code, product_id, name, search_name)
VALUES (0, '7290004131074', '7290004131074', 'milk', 'milk')
"""


async def test_a_run_that_forgot_products_lets_others_begin(database: str) -> None:
    async with connected(database) as first, connected(database) as second:
        await first.execute(SHARE, PRODUCT_LOCK)
        await forget_products(first)
        await second.execute("SET lock_timeout = '1s'")
        await second.execute(SHARE, PRODUCT_LOCK)


@pytest.mark.parametrize(("is_shared", "left"), [(True, 1), (False, 0)])
async def test_products_stay_while_another_run_is_alive(
    database: str, connection: asyncpg.Connection, is_shared: bool, left: int
) -> None:
    await connection.execute(ADD)
    async with connected(database) as first, connected(database) as second:
        await first.execute(SHARE, PRODUCT_LOCK)
        if is_shared:
            await second.execute(SHARE, PRODUCT_LOCK)
        await forget_products(first)
    assert await connection.fetchval("SELECT count(*) FROM product") == left
