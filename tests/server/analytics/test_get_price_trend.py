"""GetPriceTrend: a product and a basket through time, as random markets tell."""

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from google.type.date_pb2 import Date
from grpc import StatusCode

from superzol.analytics.v1.basket_pb2 import BasketItem
from superzol.analytics.v1.trend_pb2 import (
    GetPriceTrendRequest,
    TrendPeriod,
    TrendPoint,
)
from tests.support.clients import AnalyticsClient
from tests.support.pricing_oracle import Known, all_prices, versions_as_of
from tests.support.random_market import CHAINS, GTINS, make_market
from tests.support.server import refusal
from tests.support.tables import Tables, read_tables

ISRAEL = ZoneInfo("Asia/Jerusalem")
CATEGORIES = ("dairy.milk", "dairy.cheese", "bakery.bread")
UNKNOWN = "7290000000015"
FIRST, LAST = date(2026, 2, 26), date(2026, 4, 20)


DATE_VERSIONS = "UPDATE dataset_version SET day = date '2026-03-01' + version"
LOSE_SIGHT = """
UPDATE store SET unseen_days = (ARRAY[0, 0, 13, 14, 20, 35])[1 + (store_key + $1::int4) % 6]
"""


@pytest.fixture(params=range(5))
async def market(request: pytest.FixtureRequest, connection: asyncpg.Connection) -> Tables:
    await make_market(connection, request.param)
    await connection.execute(DATE_VERSIONS)
    await connection.execute(LOSE_SIGHT, request.param)
    return await read_tables(connection)


def to_date(day: date) -> Date:
    return Date(year=day.year, month=day.month, day=day.day)


def to_day(day: Date) -> date:
    return date(day.year, day.month, day.day)


def half_up(number: Fraction) -> int:
    return (2 * number.numerator + number.denominator) // (2 * number.denominator)


def days_of(point: TrendPoint) -> list[date]:
    first, last = to_day(point.start_date), to_day(point.end_date)
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def loaded_on(market: Tables, chain_id: str, days: list[date]) -> list[int]:
    """Versions of the chain with a cutoff on one of the days."""
    keys = {row["chain_id"]: row["chain_key"] for row in market["chain"]}
    return [
        row["version"]
        for row in market["chain_version"]
        if row["state"] == "loaded"
        and row["chain_key"] == keys[chain_id]
        and row["cutoff_at"].astimezone(ISRAEL).date() in days
    ]


def unseen_on(market: Tables, day: date) -> set[str]:
    """Stores that no version has seen since 14 days before some version up to the day."""
    days = {row["version"]: row["day"] for row in market["dataset_version"]}
    unseen = set()
    for store in market["store"]:
        last_seen = days[max(days)] - timedelta(days=store["unseen_days"])
        if any(last_seen + timedelta(days=14) <= other <= day for other in days.values()):
            unseen.add(store["store_id"])
    return unseen


def prices_at_end(market: Tables, day: date, chains: set[str], unseen: set[str]) -> list[Known]:
    """Prices above zero at the last moment of the day, but those of the stores unseen."""
    moment = datetime.combine(day + timedelta(days=1), time(), ISRAEL) - timedelta(seconds=1)
    prices = all_prices(market, moment.astimezone(UTC), moment.astimezone(UTC))
    return [
        price
        for price in prices
        if price.price > 0 and price.chain_id in chains and price.store_id not in unseen
    ]


def weighs(market: Tables, product_id: str, chain_id: str) -> bool | None:
    """Whether the chain sells the product by weight; None when it has no words for it."""
    products = {row["product_key"]: row["product_id"] for row in market["product"]}
    chains = {row["chain_key"]: row["chain_id"] for row in market["chain"]}
    words = {
        (products[row["product_key"]], chains[row["chain_key"]]): row["weighted"]
        for row in market["product_in_chain"]
    }
    return words.get((product_id, chain_id))


def first_refused(market: Tables, basket: list[BasketItem], chains: set[str]) -> int | None:
    """The place of the first fraction of what the chains sell by the piece alone."""
    for place, item in enumerate(basket):
        ways = {weighs(market, item.product_id, chain_id) for chain_id in chains} - {None}
        if item.quantity == 0.35 and ways == {False}:
            return place
    return None


def expect(market: Tables, point: TrendPoint, chains: set[str], basket: list[BasketItem] | str,
           request: GetPriceTrendRequest) -> TrendPoint:  # fmt: skip
    """The point of the same period, found row by row."""
    expected = TrendPoint(start_date=point.start_date, end_date=point.end_date)
    days = days_of(point)
    loaded = {chain_id: loaded_on(market, chain_id, days) for chain_id in chains}
    if not any(loaded.values()):
        expected.nothing_loaded = True
        return expected
    unseen = set() if request.include_unseen_stores else unseen_on(market, days[-1])
    prices = prices_at_end(market, days[-1], chains, unseen)
    if request.per_chain:
        (chain_id,) = chains
        moment = datetime.combine(days[-1] + timedelta(days=1), time(), ISRAEL)
        expected.version = versions_as_of(market, moment.astimezone(UTC))[chain_id]
    if isinstance(basket, str):
        own = [price.price for price in prices if basket in (price.product_id, *price.categories)]
        if own and basket in CATEGORIES:
            expected.price_count = len(own)
        elif own:
            expected.store_count = len(own)
        if own:
            expected.min_price_agorot, expected.max_price_agorot = min(own), max(own)
            expected.mean_price_agorot = half_up(Fraction(sum(own), len(own)))
        return expected
    total = Fraction(0)
    for item in basket:
        quantity = Fraction(str(item.quantity)) if item.quantity else Fraction(1)
        own = [
            price.price
            for price in prices
            if price.product_id == item.product_id
            and (quantity.denominator == 1 or weighs(market, item.product_id, price.chain_id))
        ]
        if own:
            total += Fraction(sum(own), len(own)) * quantity
            expected.found_count += 1
    if expected.found_count == len(basket):
        expected.total_agorot = half_up(total)
    return expected


def ask_at_random(
    dice: Random, market: Tables
) -> tuple[GetPriceTrendRequest, list[BasketItem] | str]:
    """A request, and its basket, product or category."""
    request = GetPriceTrendRequest(
        period=dice.choice(TrendPeriod.values()),
        per_chain=dice.random() < 0.5,
        include_unseen_stores=dice.random() < 0.2,
        start_date=to_date(FIRST + timedelta(days=dice.randint(0, 20))),
        end_date=to_date(LAST - timedelta(days=dice.randint(0, 20))),
    )
    if dice.random() < 0.4:
        request.chain_ids.extend(dice.sample(CHAINS, 2))
    basket: list[BasketItem] | str = dice.choice(GTINS)
    if dice.random() < 0.3:
        categories = {row["category_id"] for row in market["category"]}
        request.category_id = dice.choice(sorted(categories & set(CATEGORIES)))
        basket = request.category_id
    elif dice.random() < 0.5:
        basket = [
            BasketItem(product_id=product_id, quantity=dice.choice((0, 2, 0.35)))
            for product_id in dice.sample(GTINS, 2)
        ]
        request.items.extend(basket)
    else:
        request.product_id = str(basket)
    return request, basket


async def test_points_are_those_of_the_rows(market: Tables, analytics: AnalyticsClient) -> None:
    dice, sold = Random(11), 0
    for _ in range(12):
        request, basket = ask_at_random(dice, market)
        chains = set(request.chain_ids) or set(CHAINS)
        place = None if isinstance(basket, str) else first_refused(market, basket, chains)
        if place is not None:
            said = await refusal(analytics.GetPriceTrend(request))
            assert (said.reason, said.fields) == (
                "QUANTITY_NOT_WHOLE",
                [f"items[{place}].quantity"],
            )
            continue
        answer = await analytics.GetPriceTrend(request)
        wanted = sorted(chains) if request.per_chain else [""]
        assert [trend.chain_id for trend in answer.trends] == wanted
        for trend in answer.trends:
            within = {trend.chain_id} if request.per_chain else chains
            assert days_of(trend.points[0])[0] <= to_day(request.start_date)
            assert to_day(request.end_date) in days_of(trend.points[-1])
            days = [day for point in trend.points for day in days_of(point)]
            assert days == sorted(set(days)) and len(days) == (days[-1] - days[0]).days + 1
            for point in trend.points:
                assert point == expect(market, point, within, basket, request)
                sold += point.store_count + point.found_count + point.price_count
    assert sold > 50


async def test_unknown_item_of_a_basket_is_named(
    analytics: AnalyticsClient, connection: asyncpg.Connection
) -> None:
    await make_market(connection, 0)
    items = [BasketItem(product_id=GTINS[0]), BasketItem(product_id=UNKNOWN)]
    answer = await analytics.GetPriceTrend(GetPriceTrendRequest(items=items))
    assert list(answer.unknown_product_ids) == [UNKNOWN]
    (trend,) = answer.trends
    assert len(trend.points) == 30
    assert not any(point.HasField("total_agorot") for point in trend.points)


@pytest.mark.parametrize(
    ("fields", "code", "reason"),
    [
        ({}, StatusCode.INVALID_ARGUMENT, "SCOPE_MISSING"),
        ({"product_id": GTINS[0], "items": [BasketItem(product_id=GTINS[0])]},
         StatusCode.INVALID_ARGUMENT, "SCOPE_MISSING"),
        ({"product_id": GTINS[0], "start_date": Date(year=2020, month=1, day=1)},
         StatusCode.INVALID_ARGUMENT, "TOO_MANY_PERIODS"),
        ({"product_id": GTINS[0], "start_date": Date(year=2020, month=13, day=1)},
         StatusCode.INVALID_ARGUMENT, "DATE_INVALID"),
        ({"product_id": GTINS[0], "end_date": Date(year=9999, month=12, day=31)},
         StatusCode.INVALID_ARGUMENT, "DATE_INVALID"),
        ({"product_id": GTINS[0], "period": 9}, StatusCode.INVALID_ARGUMENT, "FIELD_INVALID"),
        ({"product_id": UNKNOWN}, StatusCode.NOT_FOUND, "PRODUCT_NOT_FOUND"),
        ({"product_id": GTINS[0], "chain_ids": ["nowhere"]},
         StatusCode.NOT_FOUND, "CHAIN_NOT_FOUND"),
        ({"category_id": "stars"}, StatusCode.NOT_FOUND, "CATEGORY_NOT_FOUND"),
        ({"category_id": "dairy"}, StatusCode.NOT_FOUND, "CATEGORY_NOT_FOUND"),
    ],
    ids=str,
)  # fmt: skip
async def test_bad_question_is_refused(
    fields: dict[str, Any],
    code: StatusCode,
    reason: str,
    analytics: AnalyticsClient,
    connection: asyncpg.Connection,
) -> None:
    await make_market(connection, 0)
    said = await refusal(analytics.GetPriceTrend(GetPriceTrendRequest(**fields)))
    assert (said.code, said.reason) == (code, reason)


async def test_refusal_of_a_department_says_that_it_is_one(
    analytics: AnalyticsClient, connection: asyncpg.Connection
) -> None:
    await make_market(connection, 0)
    department = await refusal(analytics.GetPriceTrend(GetPriceTrendRequest(category_id="dairy")))
    nothing = await refusal(analytics.GetPriceTrend(GetPriceTrendRequest(category_id="stars")))
    assert department.sentence == (
        '"dairy" is a department, too wide for a trend: name one of its categories'
    )
    assert nothing.sentence == 'no category is "stars"'
