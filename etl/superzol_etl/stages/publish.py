"""Finishes a version: merged names and summaries over chains, statistics, the closing mark."""

from superzol_etl.database import Connection
from superzol_etl.load.ledger import publish_generation
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl.stages"
BUSY_TABLES = ("offer_pack", "product", "product_in_chain", "product_stat", "store", "price_span")


async def publish(connection: Connection, dataset_key: int, version: int) -> int:
    """Merges and summarises what the version changed; repeated, it changes nothing.

    Returns the number of rows changed.
    """
    async with connection.transaction():
        closed = await connection.fetchval(load_sql(PACKAGE, "read_closed_version"), dataset_key)
        statuses = [
            await connection.execute(load_sql(PACKAGE, "merge_names"), closed),
            await connection.execute(load_sql(PACKAGE, "summarise_products")),
            await connection.execute(load_sql(PACKAGE, "forget_summaries")),
        ]
        changed = sum(int(status.rsplit(" ", 1)[1]) for status in statuses)
        await connection.execute(load_sql(PACKAGE, "note_absent_chains"), dataset_key, version)
        await connection.execute(load_sql(PACKAGE, "close_version"), dataset_key, version)
        await publish_generation(connection, dataset_key, None, version, changed)
    await connection.execute(f"VACUUM (ANALYZE) {', '.join(BUSY_TABLES)}")
    return changed
