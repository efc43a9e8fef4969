"""ListPromotions: what holds at a time, of a product, a store or a chain."""

from datetime import UTC, datetime
from typing import Any

import asyncpg
import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from superzol.pricing.v1.promotion_pb2 import ListPromotionsRequest
from tests.support.catalogue import Offer, Product, Store, fill
from tests.support.clients import PricingClient
from tests.support.promotions import END, START, FixedPrice, promote
from tests.support.server import refusal

MILK, CHEESE = "7290004131074", "7290000066318"
STORE, OTHER, FAR = "rami_levy:39", "rami_levy:40", "victory:39"


def at(time: datetime) -> Timestamp:
    return Timestamp(seconds=int(time.timestamp()))


SPRING = at(datetime(2026, 3, 1, tzinfo=UTC))


@pytest.fixture(autouse=True)
async def shelf(connection: asyncpg.Connection) -> None:
    summer = datetime(2026, 6, 1, tzinfo=UTC)
    await fill(
        connection,
        Store(STORE),
        Store(OTHER),
        Store(FAR),
        Product(MILK, "חלב"),
        Product(CHEESE, "גבינה"),
        Offer(MILK, STORE, 620),
    )
    await promote(
        connection,
        FixedPrice("rami_levy:1", (MILK,), (STORE, OTHER), 500),
        FixedPrice("rami_levy:1", (MILK, CHEESE), (STORE,), 450),
        FixedPrice("rami_levy:2", (CHEESE,), (OTHER,), 900),
        FixedPrice("rami_levy:3", (MILK,), (STORE,), 400, starts_at=summer),
        FixedPrice("rami_levy:4", (MILK,), (STORE,), 400, ends_at=None),
        FixedPrice("victory:1", (MILK,), (FAR,), 480),
    )


async def listed(pricing: PricingClient, **fields: Any) -> list[tuple[str, int]]:
    asked: dict[str, Any] = {"at_time": SPRING} | fields
    request = ListPromotionsRequest(**asked)
    answer = await pricing.ListPromotions(request)
    return [(each.promotion_id, each.reward_price_agorot) for each in answer.promotions]


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        (
            {"product_id": MILK},
            [("rami_levy:1", 450), ("rami_levy:1", 500), ("victory:1", 480)],
        ),
        ({"product_id": MILK, "chain_id": "victory"}, [("victory:1", 480)]),
        ({"product_id": MILK, "store_id": OTHER}, [("rami_levy:1", 500)]),
        ({"store_id": OTHER}, [("rami_levy:1", 500), ("rami_levy:2", 900)]),
        ({"store_id": OTHER, "chain_id": "victory"}, []),
        (
            {"chain_id": "rami_levy"},
            [("rami_levy:1", 450), ("rami_levy:1", 500), ("rami_levy:2", 900)],
        ),
    ],
)
async def test_promotions_are_found_by_product_store_and_chain(
    fields: dict[str, Any], found: list[tuple[str, int]], pricing: PricingClient
) -> None:
    assert sorted(await listed(pricing, **fields)) == found


async def test_first_and_last_instant_belong_to_a_promotion(pricing: PricingClient) -> None:
    for time in (START, END):
        promotions = await listed(pricing, chain_id="victory", at_time=at(time))
        assert promotions == [("victory:1", 480)]
    after = Timestamp(seconds=at(END).seconds + 1)
    assert await listed(pricing, chain_id="victory", at_time=after) == []


async def test_pages_show_each_promotion_once(pricing: PricingClient) -> None:
    request = ListPromotionsRequest(chain_id="rami_levy", at_time=SPRING, page_size=1)
    seen = []
    while True:
        answer = await pricing.ListPromotions(request)
        seen += [(each.promotion_id, each.reward_price_agorot) for each in answer.promotions]
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token
    assert sorted(seen) == [("rami_levy:1", 450), ("rami_levy:1", 500), ("rami_levy:2", 900)]
    assert [promotion_id for promotion_id, _ in seen] == sorted(each for each, _ in seen)


@pytest.mark.parametrize(
    ("fields", "code", "reason"),
    [
        ({}, grpc.StatusCode.INVALID_ARGUMENT, "SCOPE_MISSING"),
        ({"product_id": "7290000066325"}, grpc.StatusCode.NOT_FOUND, "PRODUCT_NOT_FOUND"),
        ({"store_id": "rami_levy:1"}, grpc.StatusCode.NOT_FOUND, "STORE_NOT_FOUND"),
        ({"chain_id": "osher_ad"}, grpc.StatusCode.NOT_FOUND, "CHAIN_NOT_FOUND"),
    ],
)
async def test_unknown_scope_is_refused(
    fields: dict[str, Any], code: grpc.StatusCode, reason: str, pricing: PricingClient
) -> None:
    refused = await refusal(pricing.ListPromotions(ListPromotionsRequest(**fields)))
    assert (refused.code, refused.reason) == (code, reason)
