"""Makes the partitions of history ahead, and drops those that are no longer kept."""

import logging

import asyncpg

from superzol_etl.database import Connection
from superzol_etl.load.ledger import publish_generation
from superzol_etl.settings import MAX_VERSION, read_kept_versions
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl.stages"
SPAN_VERSIONS = 32  # of a partition of price_span
FORGOTTEN_WITH_SPANS = ("forget_promotion_spans", "forget_promotions", "forget_sightings")

log = logging.getLogger(__name__)


async def make_partitions(connection: Connection, version: int) -> None:
    """Makes the partition of a version, and the next one ahead of its need.

    To make one waits for who tidies spans, not for who reads them; that of the version was mostly
    made long ago, by this.
    """
    ensure = load_sql(PACKAGE, "ensure_partition")
    await connection.execute(ensure, version)
    try:
        async with connection.transaction():
            await connection.execute(load_sql(PACKAGE, "wait_a_second"))
            await connection.execute(ensure, min(version + SPAN_VERSIONS, MAX_VERSION))
    except asyncpg.LockNotAvailableError:
        log.info("next partition not made: the spans are held", extra={"version": version})


async def forget_history(connection: Connection, dataset_key: int, version: int) -> None:
    """Drops whole partitions of spans; open offers stay, whenever they began.

    Prices as of a version before the first one kept are out of range from then on; who told which
    promotion then, and which files were seen, goes with them. At least as many versions are kept as
    the environment says, at most a partition more. When readers hold the partitions, the next
    publish tries again.
    """
    kept = read_kept_versions()
    if kept is None:
        return
    first = await connection.fetchval(load_sql(PACKAGE, "find_first_kept"), kept)
    border = first // SPAN_VERSIONS * SPAN_VERSIONS
    if not border:
        return
    try:
        async with connection.transaction():
            dropped = await connection.fetchval(load_sql(PACKAGE, "drop_spans"), border)
            forget = load_sql(PACKAGE, "forget_chain_versions_before")
            forgotten = await connection.execute(forget, border)
            if dropped or not forgotten.endswith(" 0"):
                for name in FORGOTTEN_WITH_SPANS:
                    await connection.execute(load_sql(PACKAGE, name), border)
                await publish_generation(connection, dataset_key, None, version, 0)
    except asyncpg.LockNotAvailableError:
        log.warning("history not forgotten: readers hold it", extra={"before_version": border})
