"""Finishes a version: merged names and summaries over chains, statistics, the closing mark."""

import asyncio
import logging
from collections.abc import Awaitable
from typing import NamedTuple

from superzol_etl.database import Connection, connected
from superzol_etl.load.ledger import publish_generation
from superzol_etl.load.unseen import CLOSING_DAYS, LEFT_OUT_DAYS, Unseen, close_offers
from superzol_etl.sql import load_sql
from superzol_etl.stages.categories import classify_products
from superzol_etl.stages.names import merge_products
from superzol_etl.stages.retention import forget_history

PACKAGE = "superzol_etl.stages"
TIDYING = "tidy_offers", "tidy_products", "tidy_words"  # at once: names are merged meanwhile
SUMMARY_LOCK = 12  # first key of the advisory lock that who writes summaries takes alone
PRODUCT_LOCK = 9  # first key of the advisory lock that each run shares

log = logging.getLogger(__name__)


class _Version(NamedTuple):
    dataset_key: int
    version: int
    is_whole: bool
    is_history_new: bool


async def publish(
    connection: Connection,
    url: str,
    dataset_key: int,
    version: int,
    is_whole: bool,
    *,
    is_history_new: bool = False,
) -> None:
    """Merges and summarises what the version changed; repeated, it changes nothing.

    is_whole: no chain failed, so the version is closed; else a later run will publish it again.
    is_history_new: words of versions closed long ago may be new too.
    """
    of = _Version(dataset_key, version, is_whole, is_history_new)
    if is_whole:
        await _pass_days(connection, dataset_key, version)
    async with asyncio.TaskGroup() as group:
        for statement in TIDYING:
            group.create_task(_tidy(url, statement))
        summarising = group.create_task(_summarise(url, of))
        merging = group.create_task(_merge(connection, of, summarising))
        if await summarising:
            group.create_task(_tidy(url, "tidy_summaries"))
    if is_whole:
        await forget_history(connection, dataset_key, version)
    if merging.result():
        await connection.execute(load_sql(PACKAGE, "tidy_products"))


async def _pass_days(connection: Connection, dataset_key: int, version: int) -> None:
    """Dates the version, retires chains and closes offers of stores unseen for too many days.

    Ahead of the summaries, which then count those offers no more.
    """
    async with connection.transaction():
        await connection.execute(load_sql(PACKAGE, "date_version"), dataset_key, version)
        counted = await connection.execute(load_sql(PACKAGE, "count_days_unseen"), dataset_key)
        retiring = load_sql(PACKAGE, "retire_chains")
        retired = await connection.execute(retiring, dataset_key, CLOSING_DAYS)
        if changed := _rows(counted) + _rows(retired):
            # Answers leave unseen stores out: who reads page by page must be told.
            await publish_generation(connection, dataset_key, None, version, changed)
    await close_unseen(connection, dataset_key)


async def close_unseen(connection: Connection, dataset_key: int) -> None:
    """Closes offers of stores with the version as of which they were unseen for too many days."""
    rows = await connection.fetch(
        load_sql(PACKAGE, "read_unseen_stores"), dataset_key, CLOSING_DAYS
    )
    for row in rows:
        # Mostly this version; an older one, published late, must not close what began after it.
        await connection.execute(load_sql(PACKAGE, "ensure_partition"), row["version"])
        closed = await close_offers(
            connection, Unseen(dataset_key, row["chain_key"], row["version"], row["store_keys"])
        )
        stores = len(row["store_keys"])
        log.info("unseen stores closed", extra={"stores": stores, "offers": closed})


async def _tidy(url: str, statement: str) -> None:
    async with connected(url, of_run=True) as connection:
        await connection.execute(load_sql(PACKAGE, statement))


async def _summarise(url: str, of: _Version) -> int:
    """How many summaries changed; their commit has a generation of its own."""
    async with connected(url, of_run=True) as connection, connection.transaction():
        await connection.execute(load_sql(PACKAGE, "lock_summaries"), SUMMARY_LOCK)
        summarised = _rows(
            await connection.execute(load_sql(PACKAGE, "summarise_products"), LEFT_OUT_DAYS)
        )
        summarised += _rows(await connection.execute(load_sql(PACKAGE, "forget_summaries")))
        if summarised:
            await publish_generation(connection, of.dataset_key, None, of.version, summarised)
        return summarised


async def _merge(connection: Connection, of: _Version, summarising: Awaitable[int]) -> int:
    """How many products were named or classified anew.

    Ends after the summaries, so that a version closes with them.
    """
    version = of.dataset_key, of.version
    async with connection.transaction():
        closed = await connection.fetchval(load_sql(PACKAGE, "read_closed_version"), of.dataset_key)
        renamed = await merge_products(connection, 0 if of.is_history_new else closed)
        changed = len(renamed) + await classify_products(connection, renamed)
        await connection.execute(load_sql(PACKAGE, "restore_identifiers"))
        await summarising
        if of.is_whole:
            await connection.execute(load_sql(PACKAGE, "note_absent_chains"), *version)
            await connection.execute(load_sql(PACKAGE, "close_version"), *version)
        await publish_generation(connection, of.dataset_key, None, of.version, changed)
    return changed


async def forget_products(connection: Connection) -> None:
    """Removes what chains that were held back left behind, unless another run may need it."""
    async with connection.transaction():
        if await connection.fetchval(load_sql(PACKAGE, "try_products"), PRODUCT_LOCK):
            await connection.execute(load_sql(PACKAGE, "forget_products"))


def _rows(status: str) -> int:
    """The number at the end of a command's status, such as UPDATE 12."""
    return int(status.rsplit(" ", 1)[1])
