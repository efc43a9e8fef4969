"""CompareBasket: a basket in the stores of a scope."""

import asyncpg
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from grpc import StatusCode

from superzol.analytics.v1.analytics_pb2 import (
    BasketLine,
    BasketQuote,
    CompareBasketRequest,
    CompareBasketResponse,
)
from superzol.analytics.v1.basket_pb2 import BasketItem
from tests.support.catalogue import OBSERVED_AT, Chain, Offer, Product, Store, fill
from tests.support.clients import AnalyticsClient
from tests.support.server import refusal

MILK, BREAD, CHEESE = "7290004131074", "7290000066318", "7290000000008"
UNKNOWN, ALSO_UNKNOWN = "7290000000015", "rami_levy:404"
JERUSALEM, HAIFA = "ירושלים", "חיפה"


@pytest.fixture(autouse=True)
async def shelves(connection: asyncpg.Connection) -> None:
    await fill(
        connection,
        Chain("carrefour", "קרפור"),
        Store("rami_levy:39", "תלפיות", JERUSALEM),
        Store("rami_levy:4", "אונליין", None),
        Store("rami_levy:50", "ריק", HAIFA),
        Store("victory:1", "לוינסקי", JERUSALEM),
        Store("victory:2", "הנביאים", HAIFA),
        Product(MILK, "חלב"),
        Product(BREAD, "לחם"),
        Product(CHEESE, "גבינה במשקל"),
        Offer(MILK, "rami_levy:39", 620),
        Offer(BREAD, "rami_levy:39", 900),
        Offer(CHEESE, "rami_levy:39", 1990, flags=8),
        Offer(MILK, "rami_levy:4", 610),
        Offer(BREAD, "rami_levy:4", 0, flags=1),
        Offer(MILK, "victory:1", 650),
        Offer(BREAD, "victory:1", 850),
        Offer(CHEESE, "victory:1", 1890, flags=8),
        Offer(MILK, "victory:2", 700),
        Offer(BREAD, "victory:2", 1000),
    )


async def compare(
    analytics: AnalyticsClient, *product_ids: str, **scope: object
) -> CompareBasketResponse:
    """Compares one of each product."""
    items = [BasketItem(product_id=product_id) for product_id in product_ids]
    request = CompareBasketRequest(items=items, **scope)  # type: ignore[arg-type]  # fields vary
    return await analytics.CompareBasket(request)


def stores_of(answer: CompareBasketResponse) -> list[str]:
    return [quote.store_id for quote in answer.quotes]


async def test_quote_holds_lines_totals_and_what_is_missing(analytics: AnalyticsClient) -> None:
    items = [BasketItem(product_id=CHEESE, quantity=0.35), BasketItem(product_id=f"0{MILK}")]
    request = CompareBasketRequest(items=items, store_ids=["victory:002", "rami_levy:39"])
    complete, incomplete = (await analytics.CompareBasket(request)).quotes
    assert complete == BasketQuote(
        store_id="rami_levy:39",
        chain_id="rami_levy",
        store_name="תלפיות",
        total_agorot=697 + 620,
        shelf_total_agorot=697 + 620,
        found_count=2,
        coverage=1.0,
        lines=[
            BasketLine(
                product_id=CHEESE,
                quantity=0.35,
                price_agorot=1990,
                total_agorot=697,
                shelf_total_agorot=697,
            ),
            BasketLine(
                product_id=MILK,
                quantity=1,
                price_agorot=620,
                total_agorot=620,
                shelf_total_agorot=620,
            ),
        ],
        over_cheapest_agorot=0,
        saving_against_dearest_agorot=0,
        saving_against_mean_agorot=0,
        observed_time=Timestamp(seconds=int(OBSERVED_AT.timestamp())),
    )
    assert (incomplete.store_id, incomplete.coverage) == ("victory:2", 0.5)
    assert incomplete.missing_product_ids == [CHEESE]
    assert not incomplete.HasField("over_cheapest_agorot")


async def test_cheapest_complete_basket_comes_first(analytics: AnalyticsClient) -> None:
    answer = await compare(analytics, MILK, BREAD, chain_ids=["rami_levy", "victory"])
    assert stores_of(answer) == ["victory:1", "rami_levy:39", "victory:2", "rami_levy:4"]
    assert (answer.store_count, answer.complete_store_count) == (4, 3)


async def test_savings_are_computed_over_all_stores_however_few_are_answered(
    analytics: AnalyticsClient,
) -> None:
    answer = await compare(analytics, MILK, BREAD, chain_ids=["rami_levy", "victory"], max_quotes=1)
    (quote,) = answer.quotes
    assert quote.saving_against_dearest_agorot == 1700 - 1500
    assert quote.saving_against_mean_agorot == 73
    assert answer.store_count == 4


async def test_price_of_zero_counts_as_missing(analytics: AnalyticsClient) -> None:
    answer = await compare(analytics, MILK, BREAD, store_ids=["rami_levy:4"])
    assert answer.quotes[0].missing_product_ids == [BREAD]


@pytest.mark.parametrize(
    ("scope", "stores"),
    [
        ({"city": JERUSALEM}, ["rami_levy:39", "victory:1"]),
        ({"city": "  ירושלימ "}, ["rami_levy:39", "victory:1"]),
        ({"city": HAIFA, "chain_ids": ["victory"]}, ["victory:2"]),
        ({"city": HAIFA, "store_ids": ["victory:1"]}, []),
        ({"chain_ids": ["rami_levy"], "store_ids": ["victory:1", "rami_levy:4"]}, ["rami_levy:4"]),
        ({"chain_ids": ["carrefour"]}, []),
        ({"store_ids": ["rami_levy:50"]}, []),
    ],
    ids=str,
)
async def test_store_must_match_every_part_of_the_scope(
    analytics: AnalyticsClient, scope: dict[str, object], stores: list[str]
) -> None:
    assert stores_of(await compare(analytics, MILK, **scope)) == stores


async def test_product_no_chain_ever_published_is_named_and_missing_everywhere(
    analytics: AnalyticsClient,
) -> None:
    answer = await compare(analytics, UNKNOWN, MILK, ALSO_UNKNOWN, city=HAIFA)
    assert answer.unknown_product_ids == [UNKNOWN, ALSO_UNKNOWN]
    assert answer.quotes[0].missing_product_ids == [UNKNOWN, ALSO_UNKNOWN]
    assert answer.complete_store_count == 0


@pytest.mark.parametrize(
    ("scope", "reason"),
    [
        ({"store_ids": ["victory:1", "victory:404"]}, "STORE_NOT_FOUND"),
        ({"chain_ids": ["victory", "nowhere"]}, "CHAIN_NOT_FOUND"),
        ({"city": "אטלנטיס"}, "CITY_NOT_FOUND"),
        ({"city": "אטלנטיס", "store_ids": ["victory:404"]}, "STORE_NOT_FOUND"),
    ],
    ids=str,
)
async def test_unknown_part_of_the_scope_is_named(
    analytics: AnalyticsClient, scope: dict[str, list[str]], reason: str
) -> None:
    request = CompareBasketRequest(items=[BasketItem(product_id=MILK)], **scope)  # type: ignore[arg-type]  # fields vary
    said = await refusal(analytics.CompareBasket(request))
    assert (said.code, said.reason) == (StatusCode.NOT_FOUND, reason)


def basket(*items: tuple[str, float], **fields: object) -> CompareBasketRequest:
    """A request over Jerusalem unless fields say otherwise."""
    made = [BasketItem(product_id=product_id, quantity=quantity) for product_id, quantity in items]
    scope = fields or {"city": JERUSALEM}
    return CompareBasketRequest(items=made, **scope)  # type: ignore[arg-type]  # fields vary


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (basket(), "items"),
        (basket(*((f"rami_levy:{code}", 1) for code in range(1, 102))), "items"),
        (basket((MILK, 1), (f"0{MILK}", 2)), "items[1].product_id"),
        (basket((MILK, 1), ("milk", 2)), "items[1].product_id"),
        (basket((MILK, -1)), "items[0].quantity"),
        (basket((MILK, 10_000.5)), "items[0].quantity"),
        (basket((MILK, 1e-300)), "items[0].quantity"),
        (basket((CHEESE, 0.5), (MILK, 1.5)), "items[1].quantity"),
        (basket((MILK, float("nan"))), "items[0].quantity"),
        (basket((MILK, float("inf"))), "items[0].quantity"),
        (basket((MILK, 1), max_quotes=5), "store_ids"),
        (basket((MILK, 1), store_ids=["victory:1", "39"]), "store_ids[1]"),
        (basket((MILK, 1), store_ids=["victory:1"] * 501), "store_ids"),
        (basket((MILK, 1), chain_ids=["victory"] * 101), "chain_ids"),
        (basket((MILK, 1), city=HAIFA, max_quotes=-1), "max_quotes"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_wrong_field_is_named(
    analytics: AnalyticsClient, request_: CompareBasketRequest, field: str
) -> None:
    said = await refusal(analytics.CompareBasket(request_))
    assert (said.code, said.fields) == (StatusCode.INVALID_ARGUMENT, [field])
