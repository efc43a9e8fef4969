"""A city that no list knows, and its stores by its code alone, is found by that code everywhere."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import date

import asyncpg
import grpc.aio
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from superzol.analytics.v1.analytics_pb2 import CompareBasketRequest, ListCheapestStoresRequest
from superzol.analytics.v1.basket_pb2 import BasketItem
from superzol.analytics.v1.comparison_pb2 import ComparePricesRequest, PriceGroupKind
from superzol.catalog.v1.store_pb2 import ListCitiesRequest, ListStoresRequest
from superzol.pricing.v1.pricing_pb2 import ListPricesRequest
from tests.support.catalogue import Fact, Offer, Product, Store, Version, fill
from tests.support.clients import AnalyticsClient, CatalogClient, PricingClient
from tests.support.server import running_api

MILK = "7290004131074"
CODED, NAMED, ELSEWHERE = "alpha:1", "alpha:2", "alpha:3"
LATER = Timestamp(seconds=2**32)
Ask = Callable[[grpc.aio.Channel, str], Awaitable[Iterable[str]]]


async def stores(channel: grpc.aio.Channel, city: str) -> Iterable[str]:
    request = ListStoresRequest(city=city, include_total=True)
    answer = await CatalogClient(channel).ListStores(request)
    assert answer.total_size == len(answer.stores)
    return [store.store_id for store in answer.stores]


def prices(request: ListPricesRequest) -> Ask:
    async def ask(channel: grpc.aio.Channel, city: str) -> Iterable[str]:
        asked = ListPricesRequest(city=city, include_total=True)
        asked.MergeFrom(request)
        answer = await PricingClient(channel).ListPrices(asked)
        assert answer.total_size == len(answer.prices)
        return [price.store_id for price in answer.prices]

    return ask


async def basket(channel: grpc.aio.Channel, city: str) -> Iterable[str]:
    request = CompareBasketRequest(items=[BasketItem(product_id=MILK)], city=city)
    quotes = (await AnalyticsClient(channel).CompareBasket(request)).quotes
    return [quote.store_id for quote in quotes]


async def comparison(channel: grpc.aio.Channel, city: str) -> Iterable[str]:
    by_store = PriceGroupKind.PRICE_GROUP_KIND_STORE
    request = ComparePricesRequest(product_ids=[MILK], city=city, group_by=by_store)
    (compared,) = (await AnalyticsClient(channel).ComparePrices(request)).comparisons
    return [group.group for group in compared.groups]


async def cheapest(channel: grpc.aio.Channel, city: str) -> Iterable[str]:
    request = ListCheapestStoresRequest(category_id="dairy", city=city)
    answer = await AnalyticsClient(channel).ListCheapestStores(request)
    return [store.store_id for store in answer.stores]


@pytest.mark.parametrize(
    ("city", "store_ids"),
    [("99999", [CODED]), (" 099999 ", [CODED]), ("כפר נעלם", [NAMED])],
)
@pytest.mark.parametrize(
    "ask",
    [
        stores,
        basket,
        comparison,
        prices(ListPricesRequest(product_id=MILK)),
        prices(ListPricesRequest(product_id=MILK, as_of_time=LATER)),
        prices(ListPricesRequest(chain_id="alpha", order_by="name")),
        prices(ListPricesRequest(category_id="dairy")),
    ],
)
async def test_city_is_found_by_the_code_that_its_stores_tell(
    database: str, connection: asyncpg.Connection, ask: Ask, city: str, store_ids: list[str]
) -> None:
    await fill(connection, *FACTS)
    async with running_api(database) as running:
        assert list(await ask(running.channel, city)) == store_ids


@pytest.mark.parametrize(
    "ask",
    [
        prices(ListPricesRequest(store_id=CODED, order_by="price_agorot")),
        prices(ListPricesRequest(store_id=CODED, order_by="name")),
    ],
)
async def test_store_is_in_the_city_of_its_code(
    database: str, connection: asyncpg.Connection, ask: Ask
) -> None:
    await fill(connection, *FACTS)
    async with running_api(database) as running:
        assert list(await ask(running.channel, "99999")) == [CODED]
        assert list(await ask(running.channel, "חיפה")) == []


async def test_stores_of_a_code_are_compared(database: str, connection: asyncpg.Connection) -> None:
    twin = Store("beta:1", city_code="99999")
    await fill(connection, *FACTS, twin, Offer(MILK, "beta:1", 500))
    async with running_api(database) as running:
        assert list(await cheapest(running.channel, "99999")) == ["beta:1", CODED]


async def test_cities_of_a_code_only_are_groups_of_their_own(
    database: str, connection: asyncpg.Connection
) -> None:
    nowhere, other = Store("beta:1"), Store("beta:2", city_code="99998")
    sold = [Offer(MILK, store.store_id, 700) for store in (nowhere, other)]
    await fill(connection, *FACTS, nowhere, other, *sold)
    request = ComparePricesRequest(
        product_ids=[MILK],
        chain_ids=["alpha", "beta"],
        group_by=PriceGroupKind.PRICE_GROUP_KIND_CITY,
    )
    async with running_api(database) as running:
        answer = await AnalyticsClient(running.channel).ComparePrices(request)
        cities = (await CatalogClient(running.channel).ListCities(ListCitiesRequest())).cities
    (compared,) = answer.comparisons
    groups = {group.group for group in compared.groups}
    assert groups == {""} | {city.name or city.city_code for city in cities}


FACTS: tuple[Fact, ...] = (
    Store(CODED, city_code="99999"),
    Store(NAMED, city="כפר נעלם", city_code="99999"),  # as no load makes it
    Store(ELSEWHERE, city="חיפה"),
    Product(MILK, "חלב", category_id="dairy.milk"),
    *(Offer(MILK, store_id, 600) for store_id in (CODED, NAMED, ELSEWHERE)),
    Version(1, date(2026, 3, 2)),
)
