"""Finishes a version: merged names and summaries over chains, statistics, the closing mark."""

import asyncio

from superzol_etl.database import Connection, connected
from superzol_etl.load.ledger import publish_generation
from superzol_etl.sql import load_sql
from superzol_etl.stages.categories import classify_products

PACKAGE = "superzol_etl.stages"
PRODUCT_LOCK = 9  # first key of the advisory lock that each run shares


async def publish(
    connection: Connection, url: str, dataset_key: int, version: int, is_whole: bool
) -> None:
    """Merges and summarises what the version changed; repeated, it changes nothing.

    is_whole: no chain failed, so the version is closed; else a later run will publish it again.
    """
    _, (renamed, summarised) = await asyncio.gather(
        _tidy_loaded(url), _merge(connection, dataset_key, version, is_whole)
    )
    if renamed:
        await connection.execute(load_sql(PACKAGE, "tidy_names"))
    if summarised:
        await connection.execute(load_sql(PACKAGE, "tidy_summaries"))


async def _tidy_loaded(url: str) -> None:
    async with connected(url) as connection:
        await connection.execute(load_sql(PACKAGE, "tidy_loaded"))


async def _merge(
    connection: Connection, dataset_key: int, version: int, is_whole: bool
) -> tuple[int, int]:
    """How many products were named or classified anew, and how many summaries changed."""
    async with connection.transaction():
        closed = await connection.fetchval(load_sql(PACKAGE, "read_closed_version"), dataset_key)
        renamed = await connection.fetch(load_sql(PACKAGE, "merge_names"), closed)
        classified = await classify_products(connection, renamed)
        summarised = _rows(await connection.execute(load_sql(PACKAGE, "summarise_products")))
        summarised += _rows(await connection.execute(load_sql(PACKAGE, "forget_summaries")))
        if is_whole:
            await connection.execute(load_sql(PACKAGE, "note_absent_chains"), dataset_key, version)
            await connection.execute(load_sql(PACKAGE, "close_version"), dataset_key, version)
        changed = len(renamed) + classified + summarised
        await publish_generation(connection, dataset_key, None, version, changed)
    return len(renamed) + classified, summarised


async def forget_products(connection: Connection) -> None:
    """Removes what chains that were held back left behind, unless another run may need it."""
    async with connection.transaction():
        if await connection.fetchval(load_sql(PACKAGE, "try_products"), PRODUCT_LOCK):
            await connection.execute(load_sql(PACKAGE, "forget_products"))


def _rows(status: str) -> int:
    """The number at the end of a command's status, such as UPDATE 12."""
    return int(status.rsplit(" ", 1)[1])
