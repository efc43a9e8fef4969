"""ListPrices: of a product, of a store, of a chain, and of any two or three of them."""

from copy import deepcopy
from datetime import date

import asyncpg
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from grpc import StatusCode

from superzol.pricing.v1.pricing_pb2 import ListPricesRequest
from tests.support.catalogue import Chain, Offer, Product, Store, Version, fill
from tests.support.clients import PricingClient
from tests.support.server import refusal

MILK, BREAD, EGGS, ROLL = "7290004131074", "7290000066318", "72900000", "rami_levy:12"
UNKNOWN, CREAM = "7290000000008", "7290010000012"


@pytest.fixture(autouse=True)
async def shelves(connection: asyncpg.Connection) -> None:
    await fill(
        connection,
        Chain("carrefour", "קרפור"),
        *(Store(f"rami_levy:{code}") for code in (9, 10, 39)),
        *(Store(f"victory:{code}") for code in (1, 2)),
        Product(MILK, "חלב"),
        Product(BREAD, "לחם"),
        Product(EGGS, "ביצים"),
        Product(ROLL, "לחמניה"),
        Offer(MILK, "rami_levy:9", 620),
        Offer(MILK, "rami_levy:10", 600),
        Offer(MILK, "rami_levy:39", 0, flags=1),
        Offer(MILK, "victory:1", 650),
        Offer(MILK, "victory:2", 600),
        Offer(BREAD, "rami_levy:10", 890, flags=8),
        Offer(BREAD, "victory:1", 910),
        Offer(ROLL, "rami_levy:10", 150),
    )


async def list_all(
    pricing: PricingClient, asked: ListPricesRequest, page_size: int = 1000
) -> list[tuple[str, str, int]]:
    """Walks a list to its end: (product_id, store_id, price_agorot) of every price."""
    request = deepcopy(asked)
    request.page_size = page_size
    prices = []
    while True:
        answer = await pricing.ListPrices(request)
        assert len(answer.prices) <= page_size
        prices += [(row.product_id, row.store_id, row.price_agorot) for row in answer.prices]
        if not answer.next_page_token:
            return prices
        request.page_token = answer.next_page_token


OF_MILK = [
    (MILK, "rami_levy:10", 600),
    (MILK, "rami_levy:39", 0),
    (MILK, "rami_levy:9", 620),
    (MILK, "victory:1", 650),
    (MILK, "victory:2", 600),
]


async def test_prices_of_a_product_are_ordered_by_store(pricing: PricingClient) -> None:
    assert await list_all(pricing, ListPricesRequest(product_id=MILK)) == OF_MILK


async def test_prices_of_a_store_are_ordered_by_product(pricing: PricingClient) -> None:
    assert await list_all(pricing, ListPricesRequest(store_id="rami_levy:10")) == [
        (BREAD, "rami_levy:10", 890),
        (MILK, "rami_levy:10", 600),
        (ROLL, "rami_levy:10", 150),
    ]


async def test_prices_of_a_chain_are_ordered_by_product_and_store(pricing: PricingClient) -> None:
    assert await list_all(pricing, ListPricesRequest(chain_id="victory")) == [
        (BREAD, "victory:1", 910),
        (MILK, "victory:1", 650),
        (MILK, "victory:2", 600),
    ]


@pytest.mark.parametrize(
    ("order_by", "prices"),
    [("price_agorot", [0, 600, 600, 620, 650]), ("price_agorot desc", [650, 620, 600, 600, 0])],
)
async def test_prices_of_a_product_are_ordered_by_price(
    pricing: PricingClient, order_by: str, prices: list[int]
) -> None:
    listed = await list_all(pricing, ListPricesRequest(product_id=MILK, order_by=order_by))
    assert [price for _, _, price in listed] == prices


@pytest.mark.parametrize("order_by", ["price_agorot", "price_agorot desc"])
async def test_equal_prices_are_ordered_by_store(pricing: PricingClient, order_by: str) -> None:
    listed = await list_all(pricing, ListPricesRequest(product_id=MILK, order_by=order_by))
    assert [store_id for _, store_id, price in listed if price == 600] == [
        "rami_levy:10",
        "victory:2",
    ]


@pytest.mark.parametrize(
    ("request_", "stores"),
    [
        (ListPricesRequest(product_id=MILK, chain_id="victory"), ["victory:1", "victory:2"]),
        (ListPricesRequest(product_id=BREAD, store_id="victory:1"), ["victory:1"]),
        (ListPricesRequest(store_id="victory:2", chain_id="victory"), ["victory:2"]),
        (
            ListPricesRequest(product_id=MILK, store_id="victory:2", chain_id="victory"),
            ["victory:2"],
        ),
        (ListPricesRequest(store_id="victory:2", chain_id="rami_levy"), []),
        (ListPricesRequest(product_id=MILK, store_id="victory:2", chain_id="rami_levy"), []),
        (ListPricesRequest(product_id=ROLL, chain_id="victory"), []),
        (ListPricesRequest(product_id=EGGS), []),
        (ListPricesRequest(chain_id="carrefour"), []),
    ],
    ids=str,
)
async def test_all_that_is_named_must_match(
    pricing: PricingClient, request_: ListPricesRequest, stores: list[str]
) -> None:
    assert [store_id for _, store_id, _ in await list_all(pricing, request_)] == stores


@pytest.mark.parametrize(
    "request_",
    [
        ListPricesRequest(product_id=MILK),
        ListPricesRequest(product_id=MILK, order_by="price_agorot"),
        ListPricesRequest(product_id=MILK, order_by="price_agorot desc"),
        ListPricesRequest(store_id="rami_levy:10"),
        ListPricesRequest(chain_id="rami_levy"),
    ],
    ids=str,
)
async def test_pages_make_up_the_list(pricing: PricingClient, request_: ListPricesRequest) -> None:
    whole = await list_all(pricing, request_)
    for page_size in (1, 2, 3):
        assert await list_all(pricing, request_, page_size) == whole


@pytest.mark.parametrize(
    ("request_", "total"),
    [
        (ListPricesRequest(product_id=MILK), 5),
        (ListPricesRequest(product_id=MILK, chain_id="victory"), 2),
        (ListPricesRequest(product_id=MILK, store_id="victory:2"), 1),
        (ListPricesRequest(product_id=EGGS), 0),
        (ListPricesRequest(store_id="rami_levy:10"), 3),
        (ListPricesRequest(store_id="rami_levy:10", chain_id="victory"), 0),
        (ListPricesRequest(chain_id="rami_levy"), 5),
        (ListPricesRequest(chain_id="carrefour"), 0),
    ],
    ids=str,
)
async def test_total_counts_all_pages(
    pricing: PricingClient, request_: ListPricesRequest, total: int
) -> None:
    request = deepcopy(request_)
    request.include_total, request.page_size = True, 1
    assert (await pricing.ListPrices(request)).total_size == total


async def test_total_is_absent_unless_asked_for(pricing: PricingClient) -> None:
    answer = await pricing.ListPrices(ListPricesRequest(product_id=MILK))
    assert not answer.HasField("total_size")


@pytest.mark.parametrize("city", ["תל אביב", 'ת"א', "5000"])
@pytest.mark.parametrize(
    "request_",
    [
        ListPricesRequest(product_id=CREAM),
        ListPricesRequest(product_id=CREAM, as_of_time=Timestamp(seconds=2**32)),
        ListPricesRequest(store_id="carrefour:7", order_by="price_agorot"),
        ListPricesRequest(store_id="carrefour:7", order_by="name"),
        ListPricesRequest(chain_id="carrefour"),
        ListPricesRequest(category_id="dairy"),
    ],
    ids=str,
)
async def test_city_is_found_by_any_of_its_writings(
    pricing: PricingClient, connection: asyncpg.Connection, request_: ListPricesRequest, city: str
) -> None:
    await fill(
        connection,
        Store("carrefour:7", city="תל אביב-יפו"),
        Store("carrefour:8", city="חיפה"),
        Product(CREAM, "שמנת", category_id="dairy.cheese"),
        Offer(CREAM, "carrefour:7", 500),
        Offer(CREAM, "carrefour:8", 500),
        Version(1, date(2026, 3, 2)),
    )
    request = deepcopy(request_)
    request.city, request.include_total = city, True
    answer = await pricing.ListPrices(request)
    assert [price.store_id for price in answer.prices] == ["carrefour:7"]
    assert answer.total_size == 1


async def test_price_of_a_list_is_as_full_as_a_single_one(pricing: PricingClient) -> None:
    (listed,) = (
        await pricing.ListPrices(ListPricesRequest(product_id=BREAD, chain_id="rami_levy"))
    ).prices
    by_store = await pricing.ListPrices(ListPricesRequest(store_id="rami_levy:10"))
    by_chain = await pricing.ListPrices(ListPricesRequest(chain_id="rami_levy"))
    assert listed.weighted and listed.observed_file and listed.observed_version == 1
    assert listed == by_store.prices[0] == by_chain.prices[0]


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (ListPricesRequest(product_id=UNKNOWN), "PRODUCT_NOT_FOUND"),
        (ListPricesRequest(store_id="victory:404"), "STORE_NOT_FOUND"),
        (ListPricesRequest(chain_id="nowhere"), "CHAIN_NOT_FOUND"),
        (ListPricesRequest(product_id=MILK, store_id="victory:404"), "STORE_NOT_FOUND"),
        (ListPricesRequest(product_id=MILK, chain_id="nowhere"), "CHAIN_NOT_FOUND"),
        (ListPricesRequest(store_id="victory:1", chain_id="nowhere"), "CHAIN_NOT_FOUND"),
        (ListPricesRequest(product_id=UNKNOWN, store_id="victory:404"), "PRODUCT_NOT_FOUND"),
        (ListPricesRequest(product_id=MILK, city="אטלנטיס"), "CITY_NOT_FOUND"),
        (ListPricesRequest(store_id="victory:1", category_id="stars"), "CATEGORY_NOT_FOUND"),
    ],
    ids=str,
)
async def test_unknown_name_is_no_empty_list(
    pricing: PricingClient, request_: ListPricesRequest, reason: str
) -> None:
    said = await refusal(pricing.ListPrices(request_))
    assert (said.code, said.reason) == (StatusCode.NOT_FOUND, reason)


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (ListPricesRequest(), "product_id"),
        (ListPricesRequest(product_id="7290004131075"), "product_id"),
        (ListPricesRequest(store_id="39"), "store_id"),
        (ListPricesRequest(product_id=MILK, order_by="banana"), "order_by"),
        (ListPricesRequest(product_id=MILK, page_token="x"), "page_token"),
        (ListPricesRequest(product_id=MILK, page_size=-1), "page_size"),
    ],
    ids=str,
)
async def test_wrong_field_is_named(
    pricing: PricingClient, request_: ListPricesRequest, field: str
) -> None:
    said = await refusal(pricing.ListPrices(request_))
    assert (said.code, said.fields) == (StatusCode.INVALID_ARGUMENT, [field])


@pytest.mark.parametrize(
    "change",
    [
        ListPricesRequest(order_by="price_agorot"),
        ListPricesRequest(product_id=BREAD),
        ListPricesRequest(chain_id="victory"),
    ],
    ids=str,
)
async def test_token_of_another_request_is_refused(
    pricing: PricingClient, change: ListPricesRequest
) -> None:
    request = ListPricesRequest(product_id=MILK, page_size=1)
    request.page_token = (await pricing.ListPrices(request)).next_page_token
    request.MergeFrom(change)
    said = await refusal(pricing.ListPrices(request))
    assert (said.code, said.fields) == (StatusCode.INVALID_ARGUMENT, ["page_token"])


@pytest.mark.parametrize(
    "request_",
    [
        ListPricesRequest(chain_id="rami_levy"),
        ListPricesRequest(chain_id="rami_levy", order_by="name"),
        ListPricesRequest(product_id=MILK),
    ],
    ids=str,
)
async def test_prices_on_sale_are_counted(
    pricing: PricingClient, request_: ListPricesRequest
) -> None:
    request = deepcopy(request_)
    request.on_sale, request.include_total = False, True
    answer = await pricing.ListPrices(request)
    assert answer.total_size == len(answer.prices) > 0
    request.on_sale = True
    assert (await pricing.ListPrices(request)).total_size == 0
