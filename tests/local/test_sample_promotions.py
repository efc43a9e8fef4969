"""The promotions of the sample: published as chains do, loaded whole, and served as invented."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from superzol.pricing.v1 import pricing_pb2, promotion_pb2
from superzol.pricing.v1.pricing_pb2_grpc import PricingServiceStub
from superzol_local.sample.chains import CHAINS, Chain, Family
from superzol_local.sample.promotions import (
    Audience,
    FixedPrice,
    NthItem,
    PercentOff,
    Promotion,
    are_told_in,
    make_promotions,
)
from superzol_local.sample.snapshot import VERSIONS, shelves
from superzol_local.sample.stores import make_stores
from tests.local.publishing import read
from tests.local.running import Running
from tests.local.tour import README

OF_README = "7291102000088"
FAMILIES = {"promotionitems": Family.ITEMS, "groups": Family.GROUPS, "itemcode": Family.FLAT}
CHAIN_OF_FAMILY = ("rami_levy", "shufersal", "super_pharm")
LAST_DAY = Timestamp(seconds=1780228800)  # noon of 31 May 2026 in UTC, in the week of version 3


@pytest.fixture
def pricing(up: Running) -> Iterator[PricingServiceStub]:
    with grpc.insecure_channel(f"localhost:{up.port}") as channel:
        yield PricingServiceStub(channel)


def rows_of(state: Path, version: int, name: str) -> list[dict[str, str]]:
    return read(state / "sample" / str(version) / name)


def finished_files(state: Path, version: int) -> list[dict[str, Any]]:
    """What the ETL says of the promotion files of a version."""
    lines = (state / "logs" / f"etl-{version}.log").read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines if line.startswith("{")]
    return [
        event
        for event in events
        if event.get("event") == "file finished" and event["file"].startswith("promo")
    ]


@pytest.mark.usefixtures("up")
def test_each_chain_publishes_promotions_in_its_family(asked_state: Path) -> None:
    found = {}
    for chain in CHAINS:
        [first, *_] = rows_of(asked_state, 1, f"promo_full_file_{chain.slug}.csv")
        found[chain.slug] = [family for column, family in FAMILIES.items() if column in first]

    assert found == {chain.slug: [chain.family] for chain in CHAINS}
    assert {family for [family] in found.values()} == set(Family)


@pytest.mark.usefixtures("up")
def test_every_promotion_row_is_loaded(asked_state: Path) -> None:
    for version in range(1, VERSIONS + 1):
        finished = finished_files(asked_state, version)

        assert len(finished) >= len(CHAINS)
        assert {(file["state"], file["rejected"]) for file in finished} == {("loaded", 0)}
        assert all(file["rows"] > 50 for file in finished)


@pytest.mark.usefixtures("up")
def test_a_delta_announces_the_promotions_of_the_next_week(asked_state: Path) -> None:
    def told(version: int, kind: str) -> set[tuple[str, str]]:
        rows = rows_of(asked_state, version, f"{kind}_shufersal.csv")
        return {(row["storeid"], row["promotionid"]) for row in rows}

    announced = told(2, "promo_file")
    assert announced & told(2, "promo_full_file") == set()
    assert announced <= told(3, "promo_full_file")
    assert not (asked_state / "sample" / "1" / "promo_file_shufersal.csv").exists()


@pytest.mark.parametrize("slug", [chain.slug for chain in CHAINS])
def test_every_promotion_is_served_as_it_was_invented(
    slug: str, pricing: PricingServiceStub
) -> None:
    chain_id = slug.removesuffix("_new_source")
    request = promotion_pb2.ListPromotionsRequest(
        chain_id=chain_id, at_time=LAST_DAY, page_size=1000
    )
    served = {
        each.promotion_id: (
            each.description,
            promotion_pb2.Reward.Name(each.reward),
            bool(each.club_ids),
            each.coupon,
            each.restrictions_known,
            each.item_count,
        )
        for each in pricing.ListPromotions(request).promotions
    }

    shelf = shelves()[slug]
    assert served == {
        f"{chain_id}:{each.number}": (
            each.description,
            name_of(shelf.chain, each),
            each.audience is Audience.CLUB,
            each.audience is Audience.COUPON,
            True,
            len(each.places),
        )
        for each in make_promotions(shelf, VERSIONS)
    }


def name_of(chain: Chain, promotion: Promotion) -> str:
    """The API's word for the reward; only trees of items can tell free units as such."""
    match promotion.reward:
        case FixedPrice():
            return "REWARD_FIXED_PRICE"
        case PercentOff():
            return "REWARD_PERCENT_OFF"
        case NthItem(_, percent):
            is_free = percent == 100 and chain.family is Family.ITEMS
            return "REWARD_MULTI_BUY" if is_free else "REWARD_NTH_ITEM"


@pytest.mark.parametrize("slug", CHAIN_OF_FAMILY)
def test_each_price_is_discounted_as_the_promotions_say(
    slug: str, pricing: PricingServiceStub
) -> None:
    shelf, store = shelves()[slug], make_stores()[slug][0]
    codes = [code.lstrip("0") for code in shelf.words["itemcode"]]
    told = [
        each
        for each in make_promotions(shelf, VERSIONS)
        if are_told_in(store, np.array([each.number]))[0]
        and each.starts <= date.today() <= each.ends
        and each.audience is Audience.EVERYONE
    ]
    found = list(list_prices(pricing, f"{slug}:{store.code}"))
    expected = {}
    for price in found:
        place = codes.index(price.product_id.rpartition(":")[2].lstrip("0"))
        best = min(
            [one_unit(each, price.price_agorot) for each in told if place in each.places],
            default=price.price_agorot,
        )
        expected[price.product_id] = best if best < price.price_agorot else None

    served = {
        price.product_id: price.discount_price_agorot if price.on_sale else None for price in found
    }
    assert served == expected
    assert sum(discount is not None for discount in expected.values()) > 20


def one_unit(promotion: Promotion, price_agorot: int) -> int:
    """What one unit or kilogram costs; half an agora is rounded up."""
    match promotion.reward:
        case FixedPrice(1, agorot):
            return agorot
        case PercentOff(percent):
            return (price_agorot * (100 - percent) + 50) // 100
    return price_agorot


def list_prices(pricing: PricingServiceStub, store_id: str) -> Iterator[pricing_pb2.Price]:
    request = pricing_pb2.ListPricesRequest(store_id=store_id, page_size=1000)
    while True:
        page = pricing.ListPrices(request)
        yield from page.prices
        if not page.next_page_token:
            return
        request.page_token = page.next_page_token


def test_the_product_of_the_readme_is_promoted_in_several_ways(
    pricing: PricingServiceStub,
) -> None:
    request = promotion_pb2.ListPromotionsRequest(product_id=OF_README)

    rewards = {each.reward for each in pricing.ListPromotions(request).promotions}

    assert OF_README in README.read_text(encoding="utf-8")
    assert len(rewards) >= 3
