"""Finishes a version: merged names and summaries over chains, statistics, the closing mark."""

import asyncio

from superzol_etl.database import Connection, connected
from superzol_etl.load.ledger import publish_generation
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl.stages"
LOADED_TABLES = "offer_pack, product_in_chain, store, price_span, product"


async def publish(connection: Connection, url: str, dataset_key: int, version: int) -> int:
    """Merges and summarises what the version changed; repeated, it changes nothing.

    Returns the number of rows changed.
    """
    tidying = asyncio.create_task(_tidy(url))
    merged, summarised = await _merge(connection, dataset_key, version)
    await tidying
    if merged:
        await connection.execute("VACUUM (ANALYZE) product")
    if summarised:
        await connection.execute("VACUUM (ANALYZE) product_stat")
    return merged + summarised


async def _tidy(url: str) -> None:
    """Clears and counts what the chains wrote, on a connection of its own."""
    async with connected(url) as connection:
        await connection.execute(f"VACUUM (ANALYZE) {LOADED_TABLES}")


async def _merge(connection: Connection, dataset_key: int, version: int) -> tuple[int, int]:
    """How many products were named anew, and how many summaries changed."""
    async with connection.transaction():
        closed = await connection.fetchval(load_sql(PACKAGE, "read_closed_version"), dataset_key)
        merged = _rows(await connection.execute(load_sql(PACKAGE, "merge_names"), closed))
        summarised = _rows(await connection.execute(load_sql(PACKAGE, "summarise_products")))
        summarised += _rows(await connection.execute(load_sql(PACKAGE, "forget_summaries")))
        await connection.execute(load_sql(PACKAGE, "note_absent_chains"), dataset_key, version)
        await connection.execute(load_sql(PACKAGE, "close_version"), dataset_key, version)
        changed = merged + summarised
        await publish_generation(connection, dataset_key, None, version, changed)
    return merged, summarised


def _rows(status: str) -> int:
    """The number at the end of a command's status, such as UPDATE 12."""
    return int(status.rsplit(" ", 1)[1])
