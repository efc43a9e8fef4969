"""What a line costs, worked out with a pencil: unit by unit, and by no code of the rule."""

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

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
)

KILOGRAM = 1000


class Buyer(NamedTuple):
    """Who buys, and when."""

    clubs: frozenset[str]
    coupons: frozenset[str]
    at: datetime


def pay(offer: Offer, promotions: Iterable[Promotion], quantity: int, buyer: Buyer) -> int:
    """The least of what the shelf and each promotion alone ask for, in agorot, half up."""
    exact = min(
        [
            Fraction(offer.price_agorot * quantity, KILOGRAM),
            *(
                total
                for each in promotions
                if may_use(buyer, offer, each)
                for total in _totals(offer, each, quantity)
            ),
        ]
    )
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


def may_use(buyer: Buyer, offer: Offer, promotion: Promotion) -> bool:
    """Nothing but the quantity keeps the buyer from it."""
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
        and promotion.starts_at <= buyer.at <= promotion.ends_at
        and (not promotion.clubs or promotion.clubs & buyer.clubs)
        and (not promotion.coupon or promotion.promotion_id in buyer.coupons)
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
