"""Joins the promotions of versions loaded beside to those that are served."""

from superzol_etl.database import Connection
from superzol_etl.load.promotions import turn_round
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl.load"


async def join_promotions(connection: Connection, chain_key: int, beside: int, newest: int) -> None:
    """Lets what stores told in the versions beside go on as a load in time would have.

    beside: the newest of those versions. newest: of all. The caller holds the chain's lock in a
    transaction in which names mean the served tables.
    """
    await connection.execute(load_sql(PACKAGE, "add_promotions_beside"))
    await connection.execute(load_sql(PACKAGE, "create_promotion_seam"))
    await connection.execute(load_sql(PACKAGE, "fill_promotion_seam"), chain_key, beside)
    await connection.execute(load_sql(PACKAGE, "tell_promotions_earlier"), beside, newest)
    await connection.execute(load_sql(PACKAGE, "begin_promotion_spans_earlier"))
    await connection.execute(load_sql(PACKAGE, "append_promotion_spans_beside"))
    await connection.execute(load_sql(PACKAGE, "end_promotions_beside"))
    await connection.execute(load_sql(PACKAGE, "name_promoted_beside"), newest)
    products = await connection.fetch(load_sql(PACKAGE, "find_unturned_products"))
    await turn_round(connection, chain_key, [row["product_key"] for row in products])
    await connection.execute(load_sql(PACKAGE, "see_promotions_earlier"))
