"""A product whose chain writes its code otherwise now is one product under both identifiers."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import asyncpg
import pytest
import pytest_asyncio
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date
from grpc import StatusCode

from superzol.analytics.v1.analytics_pb2 import CompareBasketRequest, ListCheapestStoresRequest
from superzol.analytics.v1.basket_pb2 import BasketItem
from superzol.analytics.v1.comparison_pb2 import ComparePricesRequest
from superzol.analytics.v1.trend_pb2 import GetPriceTrendRequest
from superzol.catalog.v1.catalog_pb2 import BatchGetProductsRequest
from superzol.pricing.v1.pricing_pb2 import (
    GetPriceRequest,
    ListPriceHistoryRequest,
    ListPricesRequest,
)
from superzol.pricing.v1.promotion_pb2 import GetPriceQuoteRequest, ListPromotionsRequest
from tests.support.catalogue import Product, Sighting, Store, Version, fill
from tests.support.changed_code import ALIAS, MILK, NEW, OLD, TOLD
from tests.support.clients import AnalyticsClient, CatalogClient, PricingClient
from tests.support.promotions import FixedPrice, promote
from tests.support.server import refusal, running_api

UNKNOWN = "7290000000015"


def at_noon(day: int) -> Timestamp:
    return Timestamp(seconds=int(datetime(2026, 3, day, 12, tzinfo=UTC).timestamp()))


NOW = at_noon(9)


class Clients(NamedTuple):
    """One of each service."""

    catalog: CatalogClient
    pricing: PricingClient
    analytics: AnalyticsClient


@pytest_asyncio.fixture
async def clients(database: str, connection: asyncpg.Connection) -> AsyncIterator[Clients]:
    await fill(
        connection,
        *(Store(f"alpha:{code}", city="חיפה") for code in (1, 2)),
        Product(OLD, "שוקולד"),
        Product(NEW, "שוקולד"),
        Product(MILK, "חלב"),
        *(Version(number, date(2026, 3, number)) for number in range(1, 6)),
        *(Sighting(f"alpha:{code}", 1, datetime(2026, 3, 1, 4, tzinfo=UTC)) for code in (1, 2)),
        *TOLD,
    )
    await promote(connection, FixedPrice("alpha:7", (NEW,), ("alpha:1",), 400))
    await connection.execute(ALIAS, OLD, NEW)
    async with running_api(database) as running:
        channel = running.channel
        yield Clients(CatalogClient(channel), PricingClient(channel), AnalyticsClient(channel))


def basket(product_id: str) -> list[BasketItem]:
    return [BasketItem(product_id=product_id, quantity=2), BasketItem(product_id=MILK)]


QUESTIONS: dict[str, Callable[[Clients, str], Any]] = {
    "price": lambda clients, asked: clients.pricing.GetPrice(
        GetPriceRequest(product_id=asked, store_id="alpha:1")
    ),
    "price as of": lambda clients, asked: clients.pricing.GetPrice(
        GetPriceRequest(product_id=asked, store_id="alpha:1", as_of_time=at_noon(2))
    ),
    "quote": lambda clients, asked: clients.pricing.GetPriceQuote(
        GetPriceQuoteRequest(product_id=asked, store_id="alpha:1", at_time=NOW)
    ),
    "prices": lambda clients, asked: clients.pricing.ListPrices(
        ListPricesRequest(product_id=asked, include_total=True)
    ),
    "dear prices": lambda clients, asked: clients.pricing.ListPrices(
        ListPricesRequest(product_id=asked, order_by="price_agorot", min_price_agorot=550)
    ),
    "prices as of": lambda clients, asked: clients.pricing.ListPrices(
        ListPricesRequest(product_id=asked, include_total=True, as_of_time=at_noon(3))
    ),
    "history": lambda clients, asked: clients.pricing.ListPriceHistory(
        ListPriceHistoryRequest(product_id=asked, store_id="alpha:1")
    ),
    "promotions": lambda clients, asked: clients.pricing.ListPromotions(
        ListPromotionsRequest(product_id=asked, at_time=NOW)
    ),
    "product": lambda clients, asked: clients.catalog.BatchGetProducts(
        BatchGetProductsRequest(product_ids=[asked, MILK, UNKNOWN])
    ),
    "basket": lambda clients, asked: clients.analytics.CompareBasket(
        CompareBasketRequest(items=basket(asked), city="חיפה")
    ),
    "basket with promotions": lambda clients, asked: clients.analytics.CompareBasket(
        CompareBasketRequest(items=basket(asked), city="חיפה", with_promotions=True, at_time=NOW)
    ),
    "cheapest stores": lambda clients, asked: clients.analytics.ListCheapestStores(
        ListCheapestStoresRequest(items=basket(asked), city="חיפה")
    ),
    "comparison": lambda clients, asked: clients.analytics.ComparePrices(
        ComparePricesRequest(product_ids=[MILK, asked, UNKNOWN])
    ),
    "comparison as of": lambda clients, asked: clients.analytics.ComparePrices(
        ComparePricesRequest(product_ids=[asked], as_of_time=at_noon(3))
    ),
    "trend": lambda clients, asked: clients.analytics.GetPriceTrend(
        GetPriceTrendRequest(product_id=asked, end_date=Date(year=2026, month=3, day=6))
    ),
    "trend of a basket": lambda clients, asked: clients.analytics.GetPriceTrend(
        GetPriceTrendRequest(items=basket(asked), end_date=Date(year=2026, month=3, day=6))
    ),
}


@pytest.mark.parametrize("question", QUESTIONS)
async def test_old_identifier_is_answered_as_the_new_one(clients: Clients, question: str) -> None:
    new: Message = await QUESTIONS[question](clients, NEW)
    old: Message = await QUESTIONS[question](clients, OLD)
    assert NEW in str(old) and OLD not in str(new)
    if "renamed_product_ids" in old.DESCRIPTOR.fields_by_name:
        assert dict(getattr(old, "renamed_product_ids")) == {OLD: NEW}  # noqa: B009  (untyped)
        old.ClearField("renamed_product_ids")
    assert old == new


async def test_price_that_was_told_under_the_old_identifier_is_found(clients: Clients) -> None:
    told = {day: (await price_as_of(clients, day)) for day in (1, 2, 3, 4, 5)}
    assert told == {1: 500, 2: 520, 3: 530, 4: 530, 5: 540}


async def price_as_of(clients: Clients, day: int) -> int:
    request = GetPriceRequest(product_id=NEW, store_id="alpha:1", as_of_time=at_noon(day))
    return (await clients.pricing.GetPrice(request)).price.price_agorot


async def test_history_goes_on_from_the_old_identifier_to_the_new(clients: Clients) -> None:
    request = ListPriceHistoryRequest(product_id=OLD, store_id="alpha:1", page_size=1)
    points = []
    while True:
        answer = await clients.pricing.ListPriceHistory(request)
        assert answer.product_id == NEW
        points += [(p.price_agorot, p.from_version, p.to_version) for p in answer.points]
        request.page_token = answer.next_page_token
        if not request.page_token:
            break
    assert points == [(540, 5, 0), (530, 3, 5), (520, 2, 3), (500, 1, 2)]


async def test_store_that_told_both_identifiers_counts_once(clients: Clients) -> None:
    answer = await QUESTIONS["comparison as of"](clients, NEW)
    summary = answer.comparisons[0].summary
    assert (summary.store_count, summary.min_price_agorot, summary.max_price_agorot) == (
        2,
        530,
        600,
    )
    listed = await QUESTIONS["prices as of"](clients, NEW)
    assert [price.price_agorot for price in listed.prices] == [530, 600]
    assert listed.total_size == 2
    trend = (await QUESTIONS["trend"](clients, NEW)).trends[0]
    told = {point.end_date.day: point for point in trend.points if not point.nothing_loaded}
    assert [(told[day].store_count, told[day].min_price_agorot) for day in (1, 2, 3, 4, 5)] == [
        (2, 500), (2, 520), (2, 530), (2, 530), (2, 540),
    ]  # fmt: skip


async def test_product_named_by_both_identifiers_is_named_twice(clients: Clients) -> None:
    both = [BasketItem(product_id=OLD), BasketItem(product_id=NEW)]
    asked: list[Awaitable[Message]] = [
        clients.analytics.CompareBasket(CompareBasketRequest(items=both, city="חיפה")),
        clients.analytics.ListCheapestStores(ListCheapestStoresRequest(items=both, city="חיפה")),
        clients.analytics.ComparePrices(ComparePricesRequest(product_ids=[OLD, NEW])),
        clients.analytics.GetPriceTrend(GetPriceTrendRequest(items=both)),
    ]
    for call in asked:
        said = await refusal(call)
        assert said.code == StatusCode.INVALID_ARGUMENT
        assert said.fields[0] in ("items[1].product_id", "product_ids[1]")
    batch = BatchGetProductsRequest(product_ids=[OLD, MILK, NEW])
    found = await clients.catalog.BatchGetProducts(batch)
    assert [product.product_id for product in found.products] == [NEW, MILK]
