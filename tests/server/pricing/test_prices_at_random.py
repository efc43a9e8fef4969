"""GetPrice, ListPrices and ListPriceHistory answer as the rows of random markets do."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from random import Random

import asyncpg
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date
from grpc import StatusCode

from superzol.pricing.v1.pricing_pb2 import (
    GetPriceRequest,
    ListPriceHistoryRequest,
    ListPricesRequest,
    Price,
)
from tests.support.clients import PricingClient
from tests.support.pricing_oracle import Known, all_prices, versions_as_of
from tests.support.random_market import CHAINS, CITIES, GTINS, MOMENTS, make_market
from tests.support.random_promotions import promote_at_random
from tests.support.server import refusal
from tests.support.tables import Tables, read_tables

SEEDS = range(6)
LOSE_SIGHT = "UPDATE store SET unseen_days = 13 + (store_key + $1::int4) % 3 / 2"
PRODUCTS = (*GTINS, *(f"{chain}:12" for chain in CHAINS))


@pytest.fixture(params=SEEDS)
async def market(request: pytest.FixtureRequest, connection: asyncpg.Connection) -> Tables:
    await make_market(connection, request.param)
    await promote_at_random(connection, request.param)
    await connection.execute(LOSE_SIGHT, request.param)
    return await read_tables(connection)


def to_time(moment: datetime) -> Timestamp:
    return Timestamp(seconds=int(moment.timestamp()))


def to_day(day: Date) -> date:
    return date(day.year, day.month, day.day)


def as_known(price: Price) -> tuple[object, ...]:
    return (
        price.product_id, price.store_id, price.chain_id, price.price_agorot, price.since_version,
        price.weighted, price.observed_time.seconds, price.observed_version,
        price.discount_price_agorot if price.on_sale else None,
        price.HasField("discount_price_agorot"), price.unit_price_agorot,
    )  # fmt: skip


def expected(known: Known) -> tuple[object, ...]:
    return (
        known.product_id, known.store_id, known.chain_id, known.price, known.since, known.weighted,
        int(known.observed_at.timestamp()) if known.observed_at else 0,
        known.observed_version or 0, known.discount, known.discount is not None,
        float(known.unit_price or 0),
    )  # fmt: skip


async def test_each_price_is_the_one_of_its_time(market: Tables, pricing: PricingClient) -> None:
    stores = [row["store_id"] for row in market["store"]]
    for moment in (None, *MOMENTS[::2]):
        at = moment or datetime.now(UTC)
        prices = {(each.product_id, each.store_id): each for each in all_prices(market, moment, at)}
        versions = versions_as_of(market, moment) if moment else {}
        for place in ((product_id, store_id) for product_id in PRODUCTS for store_id in stores):
            request = GetPriceRequest(product_id=place[0], store_id=place[1])
            chain_id = place[1].split(":")[0]
            if moment:
                request.as_of_time.CopyFrom(to_time(moment))
            if place in prices:
                answer = await pricing.GetPrice(request)
                assert as_known(answer.price) == expected(prices[place])
                assert answer.version_used.version == versions.get(chain_id, 0)
            else:
                said = await refusal(pricing.GetPrice(request))
                too_early = moment is not None and chain_id not in versions
                assert said.reason == ("BEFORE_FIRST_VERSION" if too_early else "PRICE_NOT_FOUND")


def draw_request(dice: Random, market: Tables) -> ListPricesRequest:
    """A request with a scope and some filters."""
    request = ListPricesRequest(page_size=dice.choice((1, 3, 7, 1000)))
    scope = dice.choice(
        ("product", "store", "chain", "product and chain", "product and store", "shelves")
    )
    if "product" in scope:
        request.product_id = dice.choice(PRODUCTS)
    if "store" in scope:
        request.store_id = dice.choice(market["store"])["store_id"]
    if "chain" in scope:
        request.chain_id = dice.choice(CHAINS)
    if dice.random() < 0.3:
        request.city = dice.choice([city for city in CITIES if city])
    if dice.random() < 0.3:
        request.min_price_agorot = dice.choice((0, 300, 451))
    if dice.random() < 0.3:
        request.max_price_agorot = dice.choice((451, 620, 2**40))
    if dice.random() < 0.3:
        request.on_sale = dice.random() < 0.5
    if dice.random() < 0.2:
        request.start_date.CopyFrom(Date(year=2026, month=3, day=dice.randint(3, 25)))
    if dice.random() < 0.2:
        request.end_date.CopyFrom(Date(year=2026, month=4, day=dice.randint(1, 20)))
    if dice.random() < 0.3 or scope == "shelves":
        request.category_id = dice.choice(sorted(row["category_id"] for row in market["category"]))
    request.include_unseen_stores = dice.random() < 0.3
    if scope == "shelves":
        request.city = dice.choice(sorted({row["city"] for row in market["store"]} - {None}))
    if dice.random() < 0.6:
        request.as_of_time.CopyFrom(to_time(dice.choice(MOMENTS)))
    request.order_by = dice.choice(sorted(ORDERS))
    return request


def matches(request: ListPricesRequest, price: Known, unseen: set[str]) -> bool:
    first = to_day(request.start_date) if request.HasField("start_date") else None
    last = to_day(request.end_date) if request.HasField("end_date") else None
    limits = (
        not request.product_id or price.product_id == request.product_id,
        not request.store_id or price.store_id == request.store_id,
        not request.chain_id or price.chain_id == request.chain_id,
        not request.city or price.city == request.city,
        not request.category_id or request.category_id in price.categories,
        not request.HasField("min_price_agorot") or price.price >= request.min_price_agorot,
        not request.HasField("max_price_agorot") or price.price <= request.max_price_agorot,
        not request.HasField("on_sale") or (price.discount is not None) == request.on_sale,
        first is None or (price.day is not None and price.day >= first),
        last is None or (price.day is not None and price.day <= last),
        request.include_unseen_stores
        or bool(request.store_id)
        or request.HasField("as_of_time")
        or price.store_id not in unseen,
    )
    return all(limits)


ORDERS: dict[str, Callable[[Known], tuple[object, ...]]] = {
    "": lambda price: (price.product_id, price.store_id),
    "product_id": lambda price: (price.product_id, price.store_id),
    "price_agorot": lambda price: (price.price, price.product_id, price.store_id),
    "price_agorot desc": lambda price: (-price.price, price.product_id, price.store_id),
    "unit_price_agorot": lambda price: (
        price.unit_price is None,
        price.unit_price or 0,
        price.product_id,
        price.store_id,
    ),
    "unit_price_agorot desc": lambda price: (
        price.unit_price is None,
        -(price.unit_price or 0),
        price.product_id,
        price.store_id,
    ),
    "name": lambda price: (price.name.encode(), price.product_id, price.store_id),
}


async def test_any_list_holds_the_prices_that_match(market: Tables, pricing: PricingClient) -> None:
    dice, listed = Random(len(market["price_span"])), 0
    cities = {row["city"] for row in market["store"]}
    unseen = {row["store_id"] for row in market["store"] if row["unseen_days"] >= 14}
    assert unseen
    for _ in range(150):
        request = draw_request(dice, market)
        if request.city not in cities:
            request.ClearField("city")
        moment = request.as_of_time.ToDatetime(UTC) if request.HasField("as_of_time") else None
        prices = all_prices(market, moment, moment or datetime.now(UTC))
        wanted = sorted(
            (price for price in prices if matches(request, price, unseen)),
            key=ORDERS[request.order_by],
        )
        chains = {request.chain_id or request.store_id.split(":")[0]} - {""} or set(CHAINS)
        used = versions_as_of(market, moment) if moment else {}
        if moment and not chains & set(used):
            said = await refusal(pricing.ListPrices(request))
            assert (said.code, said.reason) == (StatusCode.OUT_OF_RANGE, "BEFORE_FIRST_VERSION")
            continue
        found, answer = [], await pricing.ListPrices(request)
        while True:
            found += [as_known(price) for price in answer.prices]
            assert {each.chain_id: each.version for each in answer.versions_used} == {
                chain: version for chain, version in used.items() if chain in chains
            }
            if not answer.next_page_token:
                break
            request.page_token = answer.next_page_token
            answer = await pricing.ListPrices(request)
        assert found == [expected(price) for price in wanted], request
        listed += len(found)
        request.ClearField("page_token")
        request.include_total = True
        assert (await pricing.ListPrices(request)).total_size == len(wanted), request
    assert listed > 50


async def test_history_is_told_as_it_stood(market: Tables, pricing: PricingClient) -> None:
    stores = {row["store_key"]: row["store_id"] for row in market["store"]}
    products = {row["product_key"]: row["product_id"] for row in market["product"]}
    for moment in MOMENTS[::3]:
        versions = versions_as_of(market, moment)
        for store_id in stores.values():
            version = versions.get(store_id.split(":")[0])
            request = ListPriceHistoryRequest(
                product_id=GTINS[0], store_id=store_id, as_of_time=to_time(moment)
            )
            if version is None:
                said = await refusal(pricing.ListPriceHistory(request))
                assert said.code == StatusCode.OUT_OF_RANGE
                continue
            answer = await pricing.ListPriceHistory(request)
            points = [
                (span["price"], span["valid_from"], span["valid_to"])
                for span in market["price_span"]
                if (products[span["product_key"]], stores[span["store_key"]])
                == (GTINS[0], store_id)
            ]
            points += [
                (pack["prices"][place], pack["since"][place], 0)
                for pack in market["offer_pack"]
                for place, key in enumerate(pack["store_keys"])
                if (products[pack["product_key"]], stores[key]) == (GTINS[0], store_id)
            ]
            assert [
                (point.price_agorot, point.from_version, point.to_version)
                for point in answer.points
            ] == [
                (price, first, end if end <= version else 0)
                for price, first, end in sorted(points, key=lambda point: -point[1])
                if first <= version
            ]
            assert answer.version_used.version == version
