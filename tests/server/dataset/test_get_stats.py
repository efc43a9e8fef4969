"""GetStats."""

from datetime import UTC, datetime

import asyncpg

from superzol.dataset.v1.dataset_pb2 import GetStatsRequest
from tests.support.clients import DatasetClient
from tests.support.server import running_api


async def test_stats_count_what_the_database_holds(
    datasets: DatasetClient, connection: asyncpg.Connection
) -> None:
    await connection.execute("ANALYZE price_span")
    stats = await datasets.GetStats(GetStatsRequest())
    assert (stats.generation, stats.chain_count, stats.store_count) == (5, 2, 2)
    assert (stats.product_count, stats.offer_count, stats.closed_span_count) == (1, 2, 1)
    observed = stats.newest_observed_time.ToDatetime(UTC)
    assert observed == datetime(2026, 3, 2, 4, 30, tzinfo=UTC)
    age = (datetime.now(UTC) - observed).total_seconds()
    assert abs(stats.newest_observed_age_seconds - age) < 60
    assert stats.database_bytes > 1_000_000


async def test_stats_are_served_before_anything_is_loaded(database: str) -> None:
    async with running_api(database) as running:
        stats = await DatasetClient(running.channel).GetStats(GetStatsRequest())
    assert (stats.generation, stats.product_count, stats.offer_count) == (0, 0, 0)
    assert not stats.HasField("newest_observed_time")
    assert not stats.HasField("newest_observed_age_seconds")
