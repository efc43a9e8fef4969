"""GetPrice: one product in one store."""

from datetime import UTC, datetime

import asyncpg
import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from superzol.pricing.v1.pricing_pb2 import GetPriceRequest, Price, PriceFlag
from tests.support.catalogue import Chain, Offer, Product, Store, fill
from tests.support.clients import PricingClient
from tests.support.server import refusal

MILK, CHEESE, ROLL = "7290004131074", "7290000066318", "rami_levy:12"
STORE = "rami_levy:39"
OBSERVED_AT = datetime(2026, 3, 2, 4, 30, tzinfo=UTC)
OBSERVED_TIME = Timestamp(seconds=int(OBSERVED_AT.timestamp()))


@pytest.fixture(autouse=True)
async def shelf(connection: asyncpg.Connection) -> None:
    await fill(
        connection,
        Chain("victory", "ויקטורי"),
        Store(STORE, observed_at=OBSERVED_AT, observed_version=7, observed_file="Price39-0430.xml"),
        Store("rami_levy:40"),
        Store("victory:39"),
        Product(MILK, "חלב תנובה 3% 1 ליטר"),
        Product(CHEESE, "גבינה צהובה במשקל"),
        Product(ROLL, "לחמניה"),
        Offer(MILK, "rami_levy:40", 630),
        Offer(MILK, STORE, 620, since=3),
        Offer(MILK, "victory:39", 640),
        Offer(CHEESE, STORE, 4990, flags=8),
        Offer(ROLL, STORE, 0, flags=1 | 2 | 4 | 16),
    )


async def test_price_says_when_and_in_which_file_it_was_seen(
    pricing: PricingClient,
) -> None:
    answer = await pricing.GetPrice(GetPriceRequest(product_id=MILK, store_id=STORE))
    assert answer.price == Price(
        product_id=MILK,
        store_id=STORE,
        chain_id="rami_levy",
        price_agorot=620,
        observed_time=OBSERVED_TIME,
        observed_file="Price39-0430.xml",
        observed_version=7,
        since_version=3,
    )


@pytest.mark.parametrize("product_id", ["07290004131074", "7290004131074"])
@pytest.mark.parametrize("store_id", ["rami_levy:39", "rami_levy:039"])
async def test_leading_zeros_do_not_matter(
    pricing: PricingClient, product_id: str, store_id: str
) -> None:
    answer = await pricing.GetPrice(GetPriceRequest(product_id=product_id, store_id=store_id))
    assert (answer.price.product_id, answer.price.store_id) == (MILK, STORE)


async def test_weighted_product_is_priced_per_kilogram(pricing: PricingClient) -> None:
    answer = await pricing.GetPrice(GetPriceRequest(product_id=CHEESE, store_id=STORE))
    assert answer.price.weighted
    assert answer.price.flags == []


async def test_odd_price_is_answered_with_its_flags(pricing: PricingClient) -> None:
    answer = await pricing.GetPrice(GetPriceRequest(product_id=ROLL, store_id=STORE))
    assert answer.price.price_agorot == 0
    assert answer.price.flags == [
        PriceFlag.PRICE_FLAG_ZERO,
        PriceFlag.PRICE_FLAG_REPEATED,
        PriceFlag.PRICE_FLAG_TEST,
        PriceFlag.PRICE_FLAG_PARTIAL_FILE,
    ]


@pytest.mark.parametrize(
    ("product_id", "store_id", "reason"),
    [
        ("7290000000008", STORE, "PRODUCT_NOT_FOUND"),
        ("rami_levy:404", STORE, "PRODUCT_NOT_FOUND"),
        (MILK, "rami_levy:404", "STORE_NOT_FOUND"),
        ("7290000000008", "rami_levy:404", "PRODUCT_NOT_FOUND"),
        (ROLL, "victory:39", "PRICE_NOT_FOUND"),
        (CHEESE, "rami_levy:40", "PRICE_NOT_FOUND"),
    ],
)
async def test_what_is_not_there_is_named(
    pricing: PricingClient, product_id: str, store_id: str, reason: str
) -> None:
    request = GetPriceRequest(product_id=product_id, store_id=store_id)
    said = await refusal(pricing.GetPrice(request))
    assert (said.code, said.reason) == (grpc.StatusCode.NOT_FOUND, reason)


@pytest.mark.parametrize(
    ("product_id", "store_id", "field"),
    [("7290004131075", STORE, "product_id"), ("", STORE, "product_id"), (MILK, "39", "store_id")],
)
async def test_identifier_not_written_well_is_invalid(
    pricing: PricingClient, product_id: str, store_id: str, field: str
) -> None:
    request = GetPriceRequest(product_id=product_id, store_id=store_id)
    said = await refusal(pricing.GetPrice(request))
    assert (said.code, said.fields) == (grpc.StatusCode.INVALID_ARGUMENT, [field])
