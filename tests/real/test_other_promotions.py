"""Promotions told by other stores, in full files and deltas, are served and paid as published."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from grpc import aio

from superzol.pricing.v1.pricing_pb2_grpc import PricingServiceStub
from superzol.pricing.v1.promotion_pb2 import GetPriceQuoteRequest, ListPromotionsRequest
from superzol_server.pricing import promotion as rule
from tests.real.conftest import load_folder
from tests.real.other_promotions import make_promotions
from tests.real.other_snapshots import Offer, make_prices
from tests.real.programs import serving
from tests.real.served_promotions import Promoted, Terms
from tests.real.test_promotions_served import holding, list_promotions
from tests.support.promotion_by_hand import Buyer, pay

pytestmark = pytest.mark.real

NOON = datetime(2026, 2, 17, 12, tzinfo=UTC)
ERAS = {11: "B", 12: "A"}  # of the prices


class Other(NamedTuple):
    """A served snapshot: what each store offers, and what it promotes."""

    offers: dict[str, dict[str, Offer]]
    promoted: dict[str, list[Promoted]]
    address: str


@pytest.fixture(scope="module", params=ERAS)
def other(
    request: pytest.FixtureRequest,
    sample: Path,
    server_url: str,
    template_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Other]:
    folder, dice = tmp_path_factory.mktemp("other"), Random(request.param)
    prices = make_prices(sample / "raw_xml", folder, dice, ERAS[request.param])
    told = make_promotions(sample / "raw_xml", folder, dice, prices.codes, is_old=False)
    with load_folder(folder, server_url, template_url) as loaded, serving(loaded.database) as at:
        assert loaded.run.exit_code == 0, loaded.run.messages
        yield Other(prices.offers, told, at)


async def test_each_store_serves_what_its_last_files_tell(other: Other) -> None:
    compared = 0
    async with aio.insecure_channel(other.address) as channel:
        for store_id, promoted in other.promoted.items():
            expected = sorted(each.terms for each in holding(promoted, NOON))
            request = ListPromotionsRequest(store_id=store_id)
            assert sorted(await list_promotions(channel, request, NOON)) == expected
            compared += len(expected)
    assert compared > 1000


async def test_products_are_promoted_as_published_and_paid_as_by_hand(other: Other) -> None:
    dice, paid = Random(5), 0
    async with aio.insecure_channel(other.address) as channel:
        stub = PricingServiceStub(channel)
        for store_id, offers in other.offers.items():
            of_product = by_product(other.promoted.get(store_id, ()))
            sold = sorted(name for name in offers.keys() & of_product if offers[name].price_agorot)
            for product_id in dice.sample(sold, min(len(sold), 120)):
                offer, told = rule.Offer(*offers[product_id]), of_product[product_id]
                buyer = make_buyer(dice, told)
                quantity = dice.randint(1, 12_000) if offer.weighted else 1000 * dice.randint(1, 12)
                quote = await stub.GetPriceQuote(ask(store_id, product_id, quantity, buyer))
                assert {each.promotion.promotion_id for each in quote.outcomes} == {
                    each.terms.promotion_id for each in told
                }
                rules = [to_rule(each.terms) for each in told]
                assert quote.total_agorot == pay(offer, rules, quantity, buyer), (told, quantity)
                paid += quote.total_agorot < quote.shelf_total_agorot
    assert paid > 60


def by_product(promoted: list[Promoted] | tuple[()]) -> dict[str, list[Promoted]]:
    found: dict[str, list[Promoted]] = defaultdict(list)
    for each in promoted:
        for product_id in each.bought:
            found[product_id].append(each)
    return found


def make_buyer(dice: Random, told: list[Promoted]) -> Buyer:
    coupons = frozenset(each.terms.promotion_id for each in told if dice.random() < 0.5)
    return Buyer(frozenset(dice.sample("0125", 2)), coupons, NOON)


def ask(store_id: str, product_id: str, quantity: int, buyer: Buyer) -> GetPriceQuoteRequest:
    chain_id = store_id.split(":")[0]
    return GetPriceQuoteRequest(
        product_id=product_id,
        store_id=store_id,
        quantity=quantity / 1000,
        club_ids=[f"{chain_id}:{number}" for number in sorted(buyer.clubs)],
        coupon_promotion_ids=sorted(buyer.coupons),
        at_time=Timestamp(seconds=int(buyer.at.timestamp())),
    )


def to_rule(terms: Terms) -> rule.Promotion:
    """The same in the values that a pencil works with."""
    return rule.Promotion(
        terms.promotion_id,
        0,
        terms.starts_at,
        terms.ends_at,
        to_reward(*terms.pays),
        terms.weighted,
        thousandths(terms.min_quantity),
        thousandths(terms.max_quantity),
        None if terms.min_purchase_agorot is None else round(terms.min_purchase_agorot),
        frozenset(terms.club_ids),
        terms.coupon,
        terms.active,
        terms.whole_basket,
    )


def thousandths(quantity: float | None) -> int | None:
    return None if quantity is None else round(quantity * 1000)


def to_reward(kind: str, numbers: tuple[float | None, ...]) -> rule.Reward:
    first, second, *_ = (*(number or 0.0 for number in numbers), 0.0, 0.0)
    match kind:
        case "FIXED_PRICE":
            return rule.FixedPrice(round(first), round(second * 1000))
        case "PERCENT_OFF":
            return rule.PercentOff(round(first * 10_000))
        case "NTH_ITEM":
            return rule.NthItem(round(first), round(second * 10_000))
        case "MULTI_BUY":
            return rule.MultiBuy(round(first), round(second))
        case "THRESHOLD":
            return rule.Threshold(round(first), round(second))
    return rule.Unknown(kind)
