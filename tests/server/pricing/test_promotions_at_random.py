"""ListPromotions and GetPriceQuote answer as the rows of random markets do, now and before."""

from datetime import UTC, datetime
from random import Random

import asyncpg
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from grpc import StatusCode

from superzol.pricing.v1.promotion_pb2 import (
    GetPriceQuoteRequest,
    ListPromotionsRequest,
    Reward,
)
from tests.support.clients import PricingClient
from tests.support.pricing_oracle import all_prices, telling, versions_as_of
from tests.support.random_market import CHAINS, GTINS, MOMENTS, make_market
from tests.support.random_promotions import NOON, promote_at_random
from tests.support.server import refusal
from tests.support.tables import Tables, read_tables


@pytest.fixture(params=range(4))
async def market(request: pytest.FixtureRequest, connection: asyncpg.Connection) -> Tables:
    await make_market(connection, request.param)
    await promote_at_random(connection, request.param)
    return await read_tables(connection)


def to_time(moment: datetime) -> Timestamp:
    return Timestamp(seconds=int(moment.timestamp()))


def find_promotions(
    market: Tables, request: ListPromotionsRequest, as_of: datetime | None, at: datetime
) -> list[tuple[str, str]]:
    """Identifier and reward of each promotion that holds, row by row."""
    chains = {row["chain_key"]: row["chain_id"] for row in market["chain"]}
    stores = {row["store_id"]: row["store_key"] for row in market["store"]}
    products = {row["product_id"]: row["product_key"] for row in market["product"]}
    versions = versions_as_of(market, as_of) if as_of else dict.fromkeys(CHAINS, 10**6)
    found = []
    for row in market["promotion"]:
        chain_id = chains[row["chain_key"]]
        told = telling(market, row, versions.get(chain_id, 0))
        if (
            row["active"]
            and (row["starts_at"] is not None and row["starts_at"] <= at)
            and (row["ends_at"] is not None and row["ends_at"] >= at)
            and (stores[request.store_id] in told if request.store_id else told)
            and request.chain_id in ("", chain_id)
            and (not request.product_id or products[request.product_id] in row["product_keys"])
        ):
            found.append((row["promotion_id"], row["reward"].upper()))
    return sorted(found)


async def test_any_list_holds_the_promotions_told_then(
    market: Tables, pricing: PricingClient
) -> None:
    dice, listed = Random(3), 0
    for _ in range(60):
        request = ListPromotionsRequest(page_size=dice.choice((1, 3, 1000)))
        scope = dice.choice(("product", "store", "chain", "product and store"))
        if "product" in scope:
            request.product_id = dice.choice(GTINS)
        if "store" in scope:
            request.store_id = dice.choice(market["store"])["store_id"]
        if "chain" in scope:
            request.chain_id = dice.choice(CHAINS)
        as_of = dice.choice((None, *MOMENTS))
        at = as_of or datetime.now(UTC)
        if as_of:
            request.as_of_time.CopyFrom(to_time(as_of))
        if dice.random() < 0.5:
            at = NOON
            request.at_time.CopyFrom(to_time(NOON))
        chains = {request.chain_id or request.store_id.split(":")[0]} - {""} or set(CHAINS)
        used = versions_as_of(market, as_of) if as_of else {}
        if as_of and not chains & set(used):
            said = await refusal(pricing.ListPromotions(request))
            assert said.code == StatusCode.OUT_OF_RANGE
            continue
        found = []
        while True:
            answer = await pricing.ListPromotions(request)
            for each in answer.promotions:
                name = Reward.Name(each.reward).removeprefix("REWARD_").replace("_", "")
                found.append((each.promotion_id, name))
            assert {each.chain_id for each in answer.versions_used} == chains & set(used)
            if not answer.next_page_token:
                break
            request.page_token = answer.next_page_token
        assert sorted(found) == find_promotions(market, request, as_of, at), request
        listed += len(found)
    assert listed > 30


async def test_quote_of_one_unit_is_the_discount_of_that_time(
    market: Tables, pricing: PricingClient
) -> None:
    for moment in MOMENTS[::3]:
        for price in all_prices(market, moment, moment):
            request = GetPriceQuoteRequest(
                product_id=price.product_id, store_id=price.store_id, as_of_time=to_time(moment)
            )
            if not price.price:
                said = await refusal(pricing.GetPriceQuote(request))
                assert said.reason == "PRICE_NOT_FOUND"
                continue
            quote = await pricing.GetPriceQuote(request)
            assert quote.price_agorot == price.price
            assert quote.total_agorot == (price.price if price.discount is None else price.discount)
            version = versions_as_of(market, moment)[price.chain_id]
            assert quote.version_used.version == version
