"""ListPromotions serves every promotion of the XML, at each time at which one begins or ends."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from grpc import aio

from superzol.pricing.v1.pricing_pb2_grpc import PricingServiceStub
from superzol.pricing.v1.promotion_pb2 import ListPromotionsRequest, Promotion, Reward
from tests.real.served_promotions import Promoted, Terms, moments, read_promoted

pytestmark = pytest.mark.real

PROMOTIONS = 2353 + 2206
CHAINS = ("keshet", "rami_levy")
NUMBERS = {
    "FIXED_PRICE": ("reward_price_agorot", "reward_quantity"),
    "PERCENT_OFF": ("off_share",),
    "NTH_ITEM": ("reward_quantity", "off_share"),
    "MULTI_BUY": ("reward_quantity", "free_count"),
    "THRESHOLD": ("spent_agorot", "off_agorot"),
    "GIFT": ("reward_price_agorot", "reward_quantity"),
    "UNKNOWN": (),
}


@pytest.fixture(scope="module")
def promoted(sample: Path) -> list[Promoted]:
    """What full files of the dataset tell; the excerpt in the sample is of another parser."""
    return [each for each in read_promoted(sample / "raw_xml") if each.store_id != "rami_levy:737"]


def as_terms(served: Promotion) -> Terms:
    reward = Reward.Name(served.reward).removeprefix("REWARD_")
    for name in NUMBERS[reward]:
        assert served.HasField(name)  # type: ignore[arg-type]  # one of its fields
    return Terms(
        served.promotion_id,
        served.description,
        served.start_time.ToDatetime(UTC) if served.HasField("start_time") else None,
        served.end_time.ToDatetime(UTC) if served.HasField("end_time") else None,
        (reward, tuple(float(getattr(served, name)) for name in NUMBERS[reward])),
        served.reward_code,
        served.weighted,
        served.min_quantity if served.HasField("min_quantity") else None,
        served.max_quantity if served.HasField("max_quantity") else None,
        served.min_purchase_agorot if served.HasField("min_purchase_agorot") else None,
        tuple(served.club_ids),
        served.coupon,
        served.active,
        served.whole_basket,
        served.multiple_allowed if served.HasField("multiple_allowed") else None,
        served.item_count,
    )


async def list_promotions(
    channel: aio.Channel, request: ListPromotionsRequest, at: datetime
) -> list[Terms]:
    request.at_time.CopyFrom(Timestamp(seconds=int(at.timestamp())))
    request.page_size = 1000
    found: list[Terms] = []
    while True:
        page = await PricingServiceStub(channel).ListPromotions(request)
        found += [as_terms(each) for each in page.promotions]
        request.page_token = page.next_page_token
        if not page.next_page_token:
            return found


def holding(promoted: list[Promoted], at: datetime) -> list[Promoted]:
    """Those that are switched on and whose window, both ends included, has the time."""
    return [
        each
        for each in promoted
        if each.terms.active
        and each.terms.starts_at is not None
        and each.terms.ends_at is not None
        and each.terms.starts_at <= at <= each.terms.ends_at
    ]


async def test_every_promotion_is_served_as_published(
    promoted: list[Promoted], channel: aio.Channel
) -> None:
    seen: set[str] = set()
    for chain_id in CHAINS:
        of_chain = [each for each in promoted if each.store_id.startswith(f"{chain_id}:")]
        for at in moments(of_chain):
            told = sorted(each.terms for each in holding(of_chain, at))
            assert (
                sorted(await list_promotions(channel, ListPromotionsRequest(chain_id=chain_id), at))
                == told
            ), at
            seen |= {terms.promotion_id for terms in told}
    assert len(promoted) == PROMOTIONS
    assert {each.terms.promotion_id for each in promoted if each.terms.active} == seen
