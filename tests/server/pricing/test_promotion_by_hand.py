"""Totals of any line are those that somebody with a pencil comes to, unit by unit."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from superzol_server.pricing.promotion import (
    AmountOff,
    FixedPrice,
    Gift,
    MultiBuy,
    NthItem,
    Offer,
    PercentOff,
    Promotion,
    Reward,
    Threshold,
    Unknown,
    effective_price,
)
from tests.server.pricing.test_promotion import END, NOW, START
from tests.support.promotion_by_hand import KILOGRAM, Buyer, pay

BUYER = Buyer(frozenset("1"), frozenset(["alpha:1", "alpha:2"]), NOW)


amounts = st.integers(1, 6000)
points = st.sampled_from([1, 333, 1250, 3333, 5000, 9999, 10_000])
rewards: st.SearchStrategy[Reward] = st.one_of(
    st.builds(FixedPrice, amounts, st.integers(1, 8).map(lambda units: units * KILOGRAM)),
    st.builds(PercentOff, points),
    st.builds(AmountOff, amounts),
    st.builds(NthItem, st.integers(2, 6), points),
    st.builds(MultiBuy, st.integers(2, 6), st.just(1)),
    st.builds(Threshold, st.integers(1, 20_000), amounts),
    st.builds(Gift, st.just(KILOGRAM), amounts),
    st.builds(Unknown, st.just("why")),
)
promotions = st.lists(
    st.builds(
        Promotion,
        promotion_id=st.sampled_from(["alpha:1", "alpha:2", "alpha:3"]),
        part=st.integers(0, 2),
        starts_at=st.sampled_from([START, START, START, END]),
        ends_at=st.sampled_from([END, END, END, START, None]),
        reward=rewards,
        weighted=st.booleans(),
        min_quantity=st.sampled_from([None, 10, 1000, 2000, 3000, 5000]),
        max_quantity=st.sampled_from([None, None, 1000, 2500, 3000, 6000]),
        min_purchase_agorot=st.sampled_from([None, None, None, 7500]),
        clubs=st.sampled_from([frozenset(), frozenset(), frozenset("12"), frozenset("5")]),
        coupon=st.sampled_from([False, False, True]),
        active=st.sampled_from([True, True, True, False]),
        restrictions_known=st.sampled_from([True, True, True, False]),
    ),
    max_size=5,
)
prices = st.one_of(st.just(0), st.integers(1, 9), st.integers(10, 12_000))
counted = st.tuples(st.builds(Offer, prices), st.integers(1, 12).map(lambda units: units * 1000))
weighed = st.tuples(st.builds(Offer, prices, st.just(True)), st.integers(1, 12_000))
THIRTY_OFF_ONCE = Promotion(
    "alpha:1", 0, START, END, Threshold(8000, 3000), coupon=True, min_quantity=None
)


@given(st.one_of(counted, weighed), promotions)
@example((Offer(2000), 4000), [THIRTY_OFF_ONCE])
@settings(max_examples=400)
def test_total_is_what_a_person_would_work_out(
    line: tuple[Offer, int], promotions: list[Promotion]
) -> None:
    offer, quantity = line

    quote = effective_price(offer, promotions, quantity, *BUYER)

    assert quote.total_agorot == pay(offer, promotions, quantity, BUYER)
    assert 0 <= quote.total_agorot <= quote.shelf_agorot
