"""ListPrices leaves out stores that no version has seen for 14 days."""

from copy import deepcopy

import asyncpg
import pytest

from superzol.pricing.v1.pricing_pb2 import ListPricesRequest
from tests.support.catalogue import Offer, Product, Store, fill
from tests.support.clients import PricingClient

CHEESE, MILK = "7290000066318", "7290004131074"


@pytest.fixture(autouse=True)
async def shelves(connection: asyncpg.Connection) -> None:
    """Two stores of a chain; the one that sells cheese goes out of sight in the tests."""
    await fill(
        connection,
        Store("alpha:1", city="חיפה"),
        Store("alpha:2", city="חיפה"),
        Product(CHEESE, "גבינה", category_id="dairy.cheese"),
        Product(MILK, "חלב", category_id="dairy.milk"),
        Offer(CHEESE, "alpha:1", 900),
        Offer(MILK, "alpha:1", 600),
        Offer(MILK, "alpha:2", 610),
    )


async def list_stores(pricing: PricingClient, asked: ListPricesRequest) -> list[str]:
    """Walks the list in pages of one price; each counts the whole."""
    request, stores, totals = deepcopy(asked), list[str](), set[int]()
    request.page_size, request.include_total = 1, True
    while True:
        answer = await pricing.ListPrices(request)
        stores += [price.store_id for price in answer.prices]
        totals.add(answer.total_size)
        request.page_token = answer.next_page_token
        if not request.page_token:
            assert totals == {len(stores)}
            return stores


EVERY_WALK = pytest.mark.parametrize(
    "request_",
    [
        ListPricesRequest(product_id=MILK),
        ListPricesRequest(chain_id="alpha"),
        ListPricesRequest(chain_id="alpha", city="חיפה"),
        ListPricesRequest(chain_id="alpha", category_id="dairy", order_by="price_agorot"),
        ListPricesRequest(category_id="dairy", city="חיפה"),
    ],
    ids=str,
)


@EVERY_WALK
async def test_store_unseen_for_14_days_is_left_out_unless_asked_for(
    pricing: PricingClient, connection: asyncpg.Connection, request_: ListPricesRequest
) -> None:
    request = deepcopy(request_)
    whole = await list_stores(pricing, request)
    assert "alpha:1" in whole
    await connection.execute("UPDATE store SET unseen_days = 13 WHERE store_id = 'alpha:1'")
    assert await list_stores(pricing, request) == whole
    await connection.execute("UPDATE store SET unseen_days = 14 WHERE store_id = 'alpha:1'")
    assert await list_stores(pricing, request) == ["alpha:2"]
    request.include_unseen_stores = True
    assert await list_stores(pricing, request) == whole


@pytest.mark.parametrize(
    "request_",
    [
        ListPricesRequest(store_id="alpha:1"),
        ListPricesRequest(store_id="alpha:1", order_by="price_agorot"),
        ListPricesRequest(store_id="alpha:1", order_by="name"),
        ListPricesRequest(store_id="alpha:1", product_id=MILK),
    ],
    ids=str,
)
async def test_store_asked_for_by_its_identifier_is_never_left_out(
    pricing: PricingClient, connection: asyncpg.Connection, request_: ListPricesRequest
) -> None:
    await connection.execute("UPDATE store SET unseen_days = 59")
    assert set(await list_stores(pricing, request_)) == {"alpha:1"}
