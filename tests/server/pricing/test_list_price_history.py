"""ListPriceHistory: the change points of one product in one store."""

from datetime import UTC, date, datetime, time, timedelta

import asyncpg
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from grpc import StatusCode

from superzol.pricing.v1.pricing_pb2 import ListPriceHistoryRequest, PricePoint
from tests.support.catalogue import Offer, Product, Span, Store, Version, fill
from tests.support.clients import PricingClient
from tests.support.server import refusal

MILK, BREAD = "7290004131074", "7290000066318"
STORE = "rami_levy:39"
FIRST_DAY = date(2026, 3, 1)
VERSIONS = (1, 2, 4, 5, 40, 70)


@pytest.fixture(autouse=True)
async def history(connection: asyncpg.Connection) -> None:
    await fill(
        connection,
        Store(STORE),
        Store("rami_levy:40"),
        Product(MILK, "חלב"),
        Product(BREAD, "לחם"),
        Span(MILK, STORE, 590, valid_from=1, valid_to=2),
        Span(MILK, STORE, 600, valid_from=2, valid_to=4),
        Span(MILK, STORE, 620, valid_from=5, valid_to=40),
        Span(MILK, "rami_levy:40", 999, valid_from=1, valid_to=40),
        Span(BREAD, STORE, 890, valid_from=1, valid_to=4),
        Offer(MILK, STORE, 640, since=70),
        *(Version(version, day_of(version)) for version in VERSIONS),
    )


def day_of(version: int) -> date:
    """One version a day."""
    return FIRST_DAY + timedelta(days=version)


def time_of(version: int) -> Timestamp:
    """Cutoff of a version, as the catalogue of the tests writes it."""
    cutoff = datetime.combine(day_of(version), time(5), UTC)
    return Timestamp(seconds=int(cutoff.timestamp()))


def make_point(price_agorot: int, from_version: int, to_version: int = 0) -> PricePoint:
    return PricePoint(
        price_agorot=price_agorot,
        from_version=from_version,
        to_version=to_version,
        from_time=time_of(from_version),
        to_time=time_of(to_version) if to_version else None,
    )


POINTS = [
    make_point(640, 70),
    make_point(620, 5, 40),
    make_point(600, 2, 4),
    make_point(590, 1, 2),
]


async def test_points_are_newest_first_and_gaps_show(pricing: PricingClient) -> None:
    request = ListPriceHistoryRequest(product_id=MILK, store_id=STORE)
    assert list((await pricing.ListPriceHistory(request)).points) == POINTS


async def test_product_no_longer_sold_has_only_closed_points(pricing: PricingClient) -> None:
    request = ListPriceHistoryRequest(product_id=BREAD, store_id=STORE)
    assert list((await pricing.ListPriceHistory(request)).points) == [make_point(890, 1, 4)]


async def test_product_never_sold_there_has_no_points(pricing: PricingClient) -> None:
    request = ListPriceHistoryRequest(product_id=BREAD, store_id="rami_levy:40")
    assert list((await pricing.ListPriceHistory(request)).points) == []


@pytest.mark.parametrize("page_size", [1, 3])
async def test_pages_make_up_the_history(pricing: PricingClient, page_size: int) -> None:
    request = ListPriceHistoryRequest(product_id=MILK, store_id=STORE, page_size=page_size)
    points: list[PricePoint] = []
    while True:
        answer = await pricing.ListPriceHistory(request)
        points += answer.points
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token
    assert points == POINTS


async def test_version_that_was_held_back_takes_the_time_of_the_one_before(
    pricing: PricingClient, connection: asyncpg.Connection
) -> None:
    await fill(
        connection,
        Version(71, day_of(71), state="held_back"),
        Product("72900000", "ביצים"),
        Offer("72900000", STORE, 1200, since=71),
    )
    request = ListPriceHistoryRequest(product_id="72900000", store_id=STORE)
    (point,) = (await pricing.ListPriceHistory(request)).points
    assert point.from_time == time_of(70)


@pytest.mark.parametrize(
    ("product_id", "store_id", "reason"),
    [
        ("7290000000008", STORE, "PRODUCT_NOT_FOUND"),
        (MILK, "rami_levy:404", "STORE_NOT_FOUND"),
    ],
)
async def test_unknown_name_is_no_empty_history(
    pricing: PricingClient, product_id: str, store_id: str, reason: str
) -> None:
    request = ListPriceHistoryRequest(product_id=product_id, store_id=store_id)
    said = await refusal(pricing.ListPriceHistory(request))
    assert (said.code, said.reason) == (StatusCode.NOT_FOUND, reason)


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (ListPriceHistoryRequest(store_id=STORE), "product_id"),
        (ListPriceHistoryRequest(product_id=MILK), "store_id"),
        (ListPriceHistoryRequest(product_id=MILK, store_id=STORE, page_token="x"), "page_token"),
    ],
    ids=["product_id", "store_id", "page_token"],
)
async def test_wrong_field_is_named(
    pricing: PricingClient, request_: ListPriceHistoryRequest, field: str
) -> None:
    said = await refusal(pricing.ListPriceHistory(request_))
    assert (said.code, said.fields) == (StatusCode.INVALID_ARGUMENT, [field])
