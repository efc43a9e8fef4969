"""GetPriceQuote: a quantity of one product in one store, with its promotions."""

from datetime import UTC, datetime
from typing import Any

import asyncpg
import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from superzol.pricing.v1.promotion_pb2 import (
    GetPriceQuoteRequest,
    GetPriceQuoteResponse,
    PromotionVerdict,
    Reward,
)
from tests.support.catalogue import Offer, Product, Store, fill
from tests.support.clients import PricingClient
from tests.support.promotions import FixedPrice, promote
from tests.support.server import refusal

MILK, CHEESE = "7290004131074", "7290000066318"
STORE, OTHER = "rami_levy:39", "rami_levy:40"
PURCHASE = Timestamp(seconds=int(datetime(2026, 3, 1, tzinfo=UTC).timestamp()))


@pytest.fixture(autouse=True)
async def shelf(connection: asyncpg.Connection) -> None:
    await fill(
        connection,
        Store(STORE),
        Store(OTHER),
        Product(MILK, "חלב"),
        Product(CHEESE, "גבינה במשקל", weighted=True),
        Offer(MILK, STORE, 620),
        Offer(CHEESE, STORE, 4990, flags=8),
    )
    await promote(
        connection,
        FixedPrice("rami_levy:1", (MILK,), (STORE,), 1000, units=2),
        FixedPrice("rami_levy:2", (MILK,), (STORE,), 400, clubs=("1",)),
        FixedPrice("rami_levy:3", (MILK,), (STORE,), 300, coupon=True),
        FixedPrice("rami_levy:4", (MILK,), (OTHER,), 100),
    )


async def ask(pricing: PricingClient, **fields: Any) -> GetPriceQuoteResponse:
    asked: dict[str, Any] = {"product_id": MILK, "store_id": STORE, "at_time": PURCHASE} | fields
    return await pricing.GetPriceQuote(GetPriceQuoteRequest(**asked))


def verdicts(answer: GetPriceQuoteResponse) -> dict[str, str]:
    prefix = "PROMOTION_VERDICT_"
    return {
        outcome.promotion.promotion_id: PromotionVerdict.Name(outcome.verdict).removeprefix(prefix)
        for outcome in answer.outcomes
    }


async def test_one_unit_without_club_costs_the_shelf_price(pricing: PricingClient) -> None:
    answer = await ask(pricing)
    assert (answer.quantity, answer.total_agorot, answer.shelf_total_agorot) == (1, 620, 620)
    assert verdicts(answer) == {
        "rami_levy:1": "QUANTITY_TOO_SMALL",
        "rami_levy:2": "CLUB_REQUIRED",
        "rami_levy:3": "COUPON_REQUIRED",
    }


async def test_quantity_brings_its_promotion(pricing: PricingClient) -> None:
    answer = await ask(pricing, quantity=3)
    assert (answer.total_agorot, answer.shelf_total_agorot) == (1620, 1860)
    first = answer.outcomes[0]
    assert first.verdict == PromotionVerdict.PROMOTION_VERDICT_APPLIED
    assert first.promotion.reward == Reward.REWARD_FIXED_PRICE
    assert (first.promotion.reward_price_agorot, first.promotion.reward_quantity) == (1000, 2)


async def test_clubs_and_coupons_count_when_named(pricing: PricingClient) -> None:
    assert (await ask(pricing, club_ids=["rami_levy:1"])).total_agorot == 400
    with_coupon = await ask(
        pricing, club_ids=["rami_levy:1"], coupon_promotion_ids=["rami_levy:0003"]
    )
    assert with_coupon.total_agorot == 300
    assert verdicts(with_coupon)["rami_levy:2"] == "ANOTHER_IS_CHEAPER"


async def test_club_of_another_chain_does_not_count(pricing: PricingClient) -> None:
    assert (await ask(pricing, club_ids=["victory:1"])).total_agorot == 620


async def test_price_of_zero_is_none(
    pricing: PricingClient, connection: asyncpg.Connection
) -> None:
    await fill(connection, Offer(MILK, STORE, 0, flags=1))
    refused = await refusal(ask(pricing))
    assert (refused.code, refused.reason) == (grpc.StatusCode.NOT_FOUND, "PRICE_NOT_FOUND")
    assert "at zero" in refused.sentence


async def test_promotion_that_is_over_does_not_count(pricing: PricingClient) -> None:
    late = Timestamp(seconds=int(datetime(2027, 1, 1, tzinfo=UTC).timestamp()))
    answer = await ask(pricing, quantity=2, at_time=late)
    assert answer.total_agorot == 1240
    assert verdicts(answer)["rami_levy:1"] == "ENDED"


async def test_weighted_goods_are_quoted_by_the_gram(pricing: PricingClient) -> None:
    answer = await ask(pricing, product_id=CHEESE, quantity=0.255)
    assert (answer.weighted, answer.quantity, answer.total_agorot) == (True, 0.255, 1272)
    assert list(answer.outcomes) == []


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"quantity": 1.5}, "QUANTITY_NOT_WHOLE"),
        ({"quantity": -1}, "QUANTITY_OUT_OF_RANGE"),
        ({"quantity": float("nan")}, "QUANTITY_OUT_OF_RANGE"),
        ({"quantity": 10_001}, "QUANTITY_OUT_OF_RANGE"),
        ({"quantity": 0.0001}, "QUANTITY_OUT_OF_RANGE"),
        ({"coupon_promotion_ids": ["3"]}, "PROMOTION_ID_INVALID"),
        ({"club_ids": ["1"]}, "CLUB_ID_INVALID"),
        ({"at_time": Timestamp(seconds=10**15)}, "TIME_INVALID"),
    ],
)
async def test_bad_request_is_refused(
    fields: dict[str, Any], reason: str, pricing: PricingClient
) -> None:
    refused = await refusal(ask(pricing, **fields))
    assert (refused.code, refused.reason) == (grpc.StatusCode.INVALID_ARGUMENT, reason)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"quantity": -1}, "quantity"),
        ({"club_ids": ["rami_levy:1", "1"]}, "club_ids[1]"),
        ({"coupon_promotion_ids": ["rami_levy:3", "3"]}, "coupon_promotion_ids[1]"),
        ({"club_ids": ["rami_levy:1"] * 101}, "club_ids"),
        ({"coupon_promotion_ids": ["rami_levy:3"] * 101}, "coupon_promotion_ids"),
    ],
)
async def test_field_that_is_wrong_is_named_before_the_product_is_looked_up(
    fields: dict[str, Any], field: str, pricing: PricingClient
) -> None:
    refused = await refusal(ask(pricing, product_id="7290000066325", **fields))
    assert refused.fields == [field]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"product_id": "7290000066325"}, "PRODUCT_NOT_FOUND"),
        ({"store_id": "rami_levy:1"}, "STORE_NOT_FOUND"),
        ({"store_id": OTHER}, "PRICE_NOT_FOUND"),
    ],
)
async def test_what_is_not_sold_is_not_found(
    fields: dict[str, Any], reason: str, pricing: PricingClient
) -> None:
    refused = await refusal(ask(pricing, **fields))
    assert (refused.code, refused.reason) == (grpc.StatusCode.NOT_FOUND, reason)
