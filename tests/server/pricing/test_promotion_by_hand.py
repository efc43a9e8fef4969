"""Totals of any line are those that somebody with a pencil comes to, unit by unit."""

from collections.abc import Iterable
from fractions import Fraction
from itertools import combinations

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

KILOGRAM = 1000
CLUBS, COUPONS = ("1",), ("alpha:1", "alpha:2")


def pay(offer: Offer, promotions: Iterable[Promotion], quantity: int) -> int:
    """The least of what the shelf and each promotion alone ask for, in agorot, half up."""
    exact = min(
        [
            Fraction(offer.price_agorot * quantity, KILOGRAM),
            *(
                total
                for each in promotions
                if may_buyer_use(offer, each)
                for total in _totals(offer, each, quantity)
            ),
        ]
    )
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


def may_buyer_use(offer: Offer, promotion: Promotion) -> bool:
    """A buyer of club 1 with coupons for promotions 1 and 2."""
    is_free_share = (
        isinstance(promotion.reward, PercentOff)
        and promotion.min_quantity in (None, 10, KILOGRAM)
        and promotion.max_quantity is None
        and not promotion.coupon
    )
    return bool(
        promotion.active
        and promotion.starts_at
        and promotion.ends_at
        and promotion.starts_at <= NOW <= promotion.ends_at
        and (not promotion.clubs or "1" in promotion.clubs)
        and (not promotion.coupon or promotion.promotion_id in COUPONS)
        and promotion.restrictions_known
        and not promotion.min_purchase_agorot
        and not promotion.whole_basket
        and (offer.weighted == promotion.weighted or is_free_share)
        and not isinstance(promotion.reward, Gift | Unknown)
    )


def _totals(offer: Offer, promotion: Promotion, quantity: int) -> Iterable[Fraction]:
    """Every way to have the promotion: on none to all of the units that it may count for."""
    at_most = quantity if promotion.max_quantity is None else promotion.max_quantity
    is_by_piece = not isinstance(promotion.reward, AmountOff | Threshold)
    if promotion.coupon and promotion.max_quantity is None and is_by_piece:
        at_most = max(promotion.min_quantity or 0, KILOGRAM)
    within = min(at_most, quantity)
    is_enough = offer.weighted != promotion.weighted or within >= (promotion.min_quantity or 0)
    if is_enough and within:
        rest = Fraction(offer.price_agorot * (quantity - within), KILOGRAM)
        yield from (rest + part for part in _ways(offer, promotion.reward, within))


def _ways(offer: Offer, reward: Reward, within: int) -> Iterable[Fraction]:
    price, weight = Fraction(offer.price_agorot), Fraction(within, KILOGRAM)
    pieces = [price] * (within // KILOGRAM)
    loose = weight * price - sum(pieces, Fraction(0))
    match reward:
        case FixedPrice(fixed, size) if offer.weighted:
            yield weight * fixed * KILOGRAM / size
        case FixedPrice(fixed, size):
            group = size // KILOGRAM
            for times in range(1, len(pieces) // group + 1):
                yield sum(pieces[times * group :], Fraction(times * fixed))
        case PercentOff(points):
            yield weight * price * (10_000 - points) / 10_000
        case NthItem(nth, points):
            yield from _cheaper(pieces, nth, 1, Fraction(points, 10_000), loose)
        case MultiBuy(units, free):
            yield from _cheaper(pieces, units, free, Fraction(1), loose)
        case AmountOff(amount):
            yield max(weight * price - amount, Fraction(0))
        case Threshold(spent, amount) if weight * price >= spent:
            yield max(weight * price - amount, Fraction(0))


def _cheaper(
    pieces: list[Fraction], group: int, cheap: int, share: Fraction, loose: Fraction
) -> Iterable[Fraction]:
    """Lays the pieces in groups and crosses out the share of the cheap ones of each whole group."""
    groups = [pieces[start : start + group] for start in range(0, len(pieces), group)]
    whole = [number for number, each in enumerate(groups) if len(each) == group]
    for count in range(1, len(whole) + 1):
        for chosen in list(combinations(whole, count))[:3]:
            paid = [
                sum(each) - (share * sum(each[:cheap]) if number in chosen else Fraction(0))
                for number, each in enumerate(groups)
            ]
            yield sum(paid, loose)


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

    quote = effective_price(offer, promotions, quantity, CLUBS, COUPONS, NOW)

    assert quote.total_agorot == pay(offer, promotions, quantity)
    assert 0 <= quote.total_agorot <= quote.shelf_agorot
