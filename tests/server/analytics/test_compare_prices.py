"""ComparePrices: products across chains, stores and cities, as random markets tell."""

from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from random import Random
from statistics import median
from typing import Any

import asyncpg
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from grpc import StatusCode

from superzol.analytics.v1.comparison_pb2 import (
    ComparePricesRequest,
    PriceGroupKind,
    PriceSummary,
)
from tests.support.clients import AnalyticsClient
from tests.support.pricing_oracle import Known, all_prices, versions_as_of
from tests.support.random_market import CHAINS, CITIES, GTINS, MOMENTS, make_market
from tests.support.server import refusal
from tests.support.tables import Tables, read_tables

UNKNOWN = "7290000000015"
PRODUCTS = (*GTINS, *(f"{chain}:12" for chain in CHAINS), UNKNOWN)
KINDS: dict[PriceGroupKind.ValueType, Callable[[Known], str]] = {
    PriceGroupKind.PRICE_GROUP_KIND_UNSPECIFIED: lambda price: price.chain_id,
    PriceGroupKind.PRICE_GROUP_KIND_CHAIN: lambda price: price.chain_id,
    PriceGroupKind.PRICE_GROUP_KIND_STORE: lambda price: price.store_id,
    PriceGroupKind.PRICE_GROUP_KIND_CITY: lambda price: price.city or "",
}


@pytest.fixture(params=range(5))
async def market(request: pytest.FixtureRequest, connection: asyncpg.Connection) -> Tables:
    await make_market(connection, request.param)
    return await read_tables(connection)


def half_up(number: Fraction) -> int:
    return (2 * number.numerator + number.denominator) // (2 * number.denominator)


def summarise(prices: list[Known]) -> PriceSummary:
    values = [price.price for price in prices]
    return PriceSummary(
        min_price_agorot=min(values),
        median_price_agorot=half_up(Fraction(median(values))),
        mean_price_agorot=half_up(Fraction(sum(values), len(values))),
        max_price_agorot=max(values),
        spread_agorot=max(values) - min(values),
        store_count=len(values),
        cheapest_store_id=min((price.price, price.store_id) for price in prices)[1],
    )


def draw_request(dice: Random, market: Tables) -> ComparePricesRequest:
    request = ComparePricesRequest(
        product_ids=dice.sample(PRODUCTS, dice.randint(1, 5)), group_by=dice.choice(list(KINDS))
    )
    if dice.random() < 0.3:
        stores = sorted(row["store_id"] for row in market["store"])
        request.store_ids.extend(dice.sample(stores, 3))
    if dice.random() < 0.3:
        request.chain_ids.extend(dice.sample(CHAINS, 2))
    cities = {row["city"] for row in market["store"]}
    if dice.random() < 0.3 and CITIES[0] in cities:
        request.city = str(CITIES[0])
    if dice.random() < 0.6:
        moment = dice.choice(MOMENTS)
        request.as_of_time.CopyFrom(Timestamp(seconds=int(moment.timestamp())))
    return request


def in_scope(request: ComparePricesRequest, price: Known) -> bool:
    return (
        price.price > 0
        and (not request.store_ids or price.store_id in request.store_ids)
        and (not request.chain_ids or price.chain_id in request.chain_ids)
        and (not request.city or price.city == request.city)
    )


async def test_summaries_are_those_of_the_rows(market: Tables, analytics: AnalyticsClient) -> None:
    dice, compared = Random(7), 0
    for _ in range(40):
        request = draw_request(dice, market)
        moment = request.as_of_time.ToDatetime(UTC) if request.HasField("as_of_time") else None
        chains = set(request.chain_ids) or set(CHAINS)
        used = versions_as_of(market, moment) if moment else {}
        if moment and not chains & set(used):
            said = await refusal(analytics.ComparePrices(request))
            assert said.code == StatusCode.OUT_OF_RANGE
            continue
        prices = all_prices(market, moment, moment or datetime.now(UTC))
        prices = [price for price in prices if in_scope(request, price)]
        answer = await analytics.ComparePrices(request)
        known = [product_id for product_id in request.product_ids if product_id != UNKNOWN]
        assert [each.product_id for each in answer.comparisons] == known
        assert list(answer.unknown_product_ids) == [UNKNOWN] * (UNKNOWN in request.product_ids)
        assert {each.chain_id: each.version for each in answer.versions_used} == {
            price.chain_id: used[price.chain_id]
            for price in prices
            if moment and price.product_id in request.product_ids
        }
        for comparison in answer.comparisons:
            own = [price for price in prices if price.product_id == comparison.product_id]
            assert comparison.HasField("summary") == bool(own)
            assert not own or comparison.summary == summarise(own)
            grouped: dict[str, list[Known]] = {}
            for price in own:
                grouped.setdefault(KINDS[request.group_by](price), []).append(price)
            expected = {name: summarise(found) for name, found in grouped.items()}
            names = sorted(expected, key=lambda name: (expected[name].mean_price_agorot, name))
            assert [(each.group, each.summary) for each in comparison.groups] == [
                (name, expected[name]) for name in names
            ]
            compared += len(names)
    assert compared > 20


async def test_store_long_unseen_is_left_out_unless_asked_for(
    analytics: AnalyticsClient, connection: asyncpg.Connection
) -> None:
    await make_market(connection, 0)
    by_store = PriceGroupKind.PRICE_GROUP_KIND_STORE
    request = ComparePricesRequest(product_ids=GTINS, group_by=by_store)
    before = await analytics.ComparePrices(request)
    gone = before.comparisons[0].groups[0].group
    await connection.execute("UPDATE store SET unseen_days = 14 WHERE store_id = $1", gone)
    without = await analytics.ComparePrices(request)
    assert gone not in [each.group for each in without.comparisons[0].groups]
    request.include_unseen_stores = True
    assert await analytics.ComparePrices(request) == before
    named = ComparePricesRequest(product_ids=GTINS, group_by=by_store, store_ids=[gone])
    assert (await analytics.ComparePrices(named)).comparisons[0].groups[0].group == gone


@pytest.mark.parametrize(
    ("fields", "code", "reason"),
    [
        ({"product_ids": []}, StatusCode.INVALID_ARGUMENT, "PRODUCT_COUNT_INVALID"),
        ({"product_ids": [GTINS[0]] * 2}, StatusCode.INVALID_ARGUMENT, "PRODUCT_REPEATED"),
        ({"product_ids": ["milk"]}, StatusCode.INVALID_ARGUMENT, "PRODUCT_ID_INVALID"),
        ({"group_by": 9}, StatusCode.INVALID_ARGUMENT, "FIELD_INVALID"),
        ({"store_ids": ["alpha:404"]}, StatusCode.NOT_FOUND, "STORE_NOT_FOUND"),
        ({"chain_ids": ["nowhere"]}, StatusCode.NOT_FOUND, "CHAIN_NOT_FOUND"),
        ({"city": "אטלנטיס"}, StatusCode.NOT_FOUND, "CITY_NOT_FOUND"),
    ],
    ids=str,
)
async def test_bad_question_is_refused(
    fields: dict[str, Any],
    code: StatusCode,
    reason: str,
    analytics: AnalyticsClient,
    connection: asyncpg.Connection,
) -> None:
    await make_market(connection, 0)
    asked: dict[str, Any] = {"product_ids": [GTINS[0]]} | fields
    said = await refusal(analytics.ComparePrices(ComparePricesRequest(**asked)))
    assert (said.code, said.reason) == (code, reason)
