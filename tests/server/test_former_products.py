"""Lists name a product that changed its identifier once, by the one it has now."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import asyncpg
import grpc.aio
import pytest
import pytest_asyncio
from google.protobuf.timestamp_pb2 import Timestamp

from superzol.catalog.v1.catalog_pb2 import ListProductsRequest, SearchProductsRequest
from superzol.catalog.v1.category_pb2 import ListCategoriesRequest
from superzol.catalog.v1.manufacturer_pb2 import ListManufacturersRequest, Manufacturer
from superzol.pricing.v1.pricing_pb2 import ListPricesRequest, Price
from superzol_etl.sql import load_sql
from superzol_etl.stages.categories import PACKAGE
from tests.support.catalogue import Product, Sighting, Store, Version, fill
from tests.support.changed_code import ALIAS, MILK, NEW, OLD, TOLD
from tests.support.clients import CatalogClient, PricingClient
from tests.support.server import running_api

MAKER = "עלית"
LAST_DAY = 5
# What each store told of the chocolate at each day: agorot and the version since which.
PRICES = {
    "alpha:1": [(500, 1), (520, 2), (530, 3), (530, 3), (540, 5)],
    "alpha:2": [(600, 1), (600, 1), (600, 1), (600, 4), (600, 4)],
}


@pytest_asyncio.fixture
async def channel(database: str, connection: asyncpg.Connection) -> AsyncIterator[grpc.aio.Channel]:
    await fill(
        connection,
        *(Store(store_id, city="חיפה") for store_id in PRICES),
        Product(OLD, "שוקולד חלב", MAKER, category_id="snacks.chocolate"),
        Product(NEW, "שוקולד חלב", MAKER, category_id="snacks.chocolate"),
        Product(MILK, "חלב", category_id="dairy.milk"),
        *(Version(number, date(2026, 3, number)) for number in range(1, LAST_DAY + 1)),
        *(Sighting(store_id, 1, datetime(2026, 3, 1, 4, tzinfo=UTC)) for store_id in PRICES),
        *TOLD,
    )
    await connection.execute(ALIAS, OLD, NEW)
    async with running_api(database) as running:
        yield running.channel


@pytest.mark.parametrize("day", range(1, LAST_DAY + 1))
@pytest.mark.parametrize("order_by", ["", "name", "price_agorot", "price_agorot desc"])
@pytest.mark.parametrize(
    ("asked", "store_ids"),
    [
        (ListPricesRequest(store_id="alpha:1"), ["alpha:1"]),
        (ListPricesRequest(chain_id="alpha"), ["alpha:1", "alpha:2"]),
        (ListPricesRequest(city="חיפה", category_id="snacks"), ["alpha:1", "alpha:2"]),
    ],
)
async def test_prices_as_of_a_time_name_it_as_now_and_once(
    channel: grpc.aio.Channel,
    asked: ListPricesRequest,
    store_ids: list[str],
    order_by: str,
    day: int,
) -> None:
    noon = Timestamp(seconds=int(datetime(2026, 3, day, 12, tzinfo=UTC).timestamp()))
    request = ListPricesRequest(as_of_time=noon, order_by=order_by, page_size=1, include_total=True)
    request.MergeFrom(asked)
    prices: list[Price] = []
    totals = set[int]()
    while True:
        answer = await PricingClient(channel).ListPrices(request)
        prices += answer.prices
        totals.add(answer.total_size)
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token
    assert totals == {len(prices)}
    told = [
        (price.store_id, (price.price_agorot, price.since_version))
        for price in prices
        if price.product_id == NEW
    ]
    assert sorted(told) == [(store_id, PRICES[store_id][day - 1]) for store_id in store_ids]
    assert {price.product_id for price in prices} <= {NEW, MILK}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (ListProductsRequest(), [NEW, MILK]),
        (ListProductsRequest(weighted=False), [NEW, MILK]),
        (ListProductsRequest(category_id="snacks"), [NEW]),
        (ListProductsRequest(manufacturer=MAKER), [NEW]),
        (ListProductsRequest(chain_id="alpha"), [NEW, MILK]),
    ],
)
async def test_products_are_listed_and_counted_once(
    channel: grpc.aio.Channel, asked: ListProductsRequest, found: list[str]
) -> None:
    asked.include_total = True
    answer = await CatalogClient(channel).ListProducts(asked)
    assert [product.product_id for product in answer.products] == found
    assert answer.total_size == len(found)


async def test_search_finds_it_once(channel: grpc.aio.Channel) -> None:
    answer = await CatalogClient(channel).SearchProducts(SearchProductsRequest(query="שוקולד"))
    assert [product.product_id for product in answer.products] == [NEW]


async def test_manufacturers_and_categories_count_what_lists_have(
    channel: grpc.aio.Channel, connection: asyncpg.Connection
) -> None:
    await connection.execute(load_sql(PACKAGE, "count_categories"))
    catalog = CatalogClient(channel)
    makers = await catalog.ListManufacturers(ListManufacturersRequest())
    assert list(makers.manufacturers) == [Manufacturer(name=MAKER, product_count=1)]
    listed = await catalog.ListCategories(ListCategoriesRequest(department_id="snacks"))
    assert [category.product_count for category in listed.categories] == [1, 1]
