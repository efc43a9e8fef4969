"""GetPriceTrend: stores that no version has seen for a while."""

from datetime import date, timedelta

import asyncpg
from google.type.date_pb2 import Date

from superzol.analytics.v1.trend_pb2 import GetPriceTrendRequest
from tests.support.catalogue import Offer, Product, Store, Version, fill
from tests.support.clients import AnalyticsClient

MILK = "7290004131074"


def to_date(day: date) -> Date:
    return Date(year=day.year, month=day.month, day=day.day)


def to_day(day: Date) -> date:
    return date(day.year, day.month, day.day)


async def test_store_counts_until_fourteen_days_after_it_was_last_seen(
    analytics: AnalyticsClient, connection: asyncpg.Connection
) -> None:
    days = [date(2026, 3, 1) + timedelta(days=day) for day in range(20)]
    await fill(
        connection,
        *(Store(f"alpha:{code}") for code in (1, 2)),
        Product(MILK, "חלב"),
        *(Offer(MILK, f"alpha:{code}", 500 + code) for code in (1, 2)),
        *(Version(number, day) for number, day in enumerate(days, 1)),
    )
    # Last seen on 2 March: the 16th is the first day without it.
    await connection.execute("UPDATE store SET unseen_days = 18 WHERE store_id = 'alpha:2'")
    request = GetPriceTrendRequest(
        product_id=MILK, start_date=to_date(days[0]), end_date=to_date(days[-1])
    )
    (trend,) = (await analytics.GetPriceTrend(request)).trends
    assert [point.store_count for point in trend.points] == [2] * 15 + [1] * 5
    assert {point.max_price_agorot for point in trend.points[15:]} == {501}
    request.include_unseen_stores = True
    (trend,) = (await analytics.GetPriceTrend(request)).trends
    assert {point.store_count for point in trend.points} == {2}


async def test_chain_that_is_not_loaded_any_more_leaves_the_trend_over_all(
    analytics: AnalyticsClient, connection: asyncpg.Connection
) -> None:
    days = [date(2026, 3, 1) + timedelta(days=day) for day in range(0, 40, 5)]
    both, alone = ("alpha", "beta"), ("alpha",)
    await fill(
        connection,
        Store("alpha:1"),
        Store("beta:1"),
        Product(MILK, "חלב"),
        *(Offer(MILK, f"{chain}:1", 500) for chain in both),
        *(
            Version(number, day, both if number == 1 else alone)
            for number, day in enumerate(days, 1)
        ),
    )
    await connection.execute("UPDATE store SET unseen_days = 35 WHERE store_id = 'beta:1'")
    request = GetPriceTrendRequest(
        product_id=MILK, start_date=to_date(days[0]), end_date=to_date(days[-1])
    )
    (trend,) = (await analytics.GetPriceTrend(request)).trends
    counts = {to_day(point.start_date): point.store_count for point in trend.points}
    assert [counts[day] for day in days] == [2, 2, 2, 1, 1, 1, 1, 1]
