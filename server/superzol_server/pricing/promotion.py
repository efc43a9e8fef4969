"""What a quantity of one product costs in one store, with the promotion that makes it cheapest.

Pure. One promotion counts at a time: nothing tells which may be combined. Quantities are
thousandths: of a unit, or grams of weighed goods. Totals are exact, rounded half up once, at the
end. What cannot be known lowers no price: the value of the rest of the basket, what a gift is
worth, limits the file could not tell, rewards nobody understood.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from superzol_server.quantity import ONE
from superzol_server.rounding import divide_half_up

WHOLE = 10_000  # basis points: 100 %


@dataclass(frozen=True, slots=True)
class FixedPrice:
    """So much for this quantity together."""

    price_agorot: int
    quantity_thousandths: int


@dataclass(frozen=True, slots=True)
class PercentOff:
    """So much off each unit."""

    basis_points: int


@dataclass(frozen=True, slots=True)
class AmountOff:
    """So much off, once."""

    amount_agorot: int


@dataclass(frozen=True, slots=True)
class NthItem:
    """Of each `nth` units, one costs so much less."""

    nth: int
    basis_points: int


@dataclass(frozen=True, slots=True)
class MultiBuy:
    """Of each `units`, `free` cost nothing."""

    units: int
    free: int


@dataclass(frozen=True, slots=True)
class Threshold:
    """So much off, once, when the items cost at least this."""

    spent_agorot: int
    amount_agorot: int


@dataclass(frozen=True, slots=True)
class Gift:
    """Up to so much of other items, each for this price; 0 is free."""

    quantity_thousandths: int
    price_agorot: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not understood by the loader."""

    reason: str


Reward: TypeAlias = (
    FixedPrice | PercentOff | AmountOff | NthItem | MultiBuy | Threshold | Gift | Unknown
)


class Promotion(NamedTuple):
    """A promotion of the product asked for; None where the chain sets no such limit.

    A tuple: a basket makes dozens of them, and a frozen dataclass takes four times as long.
    part: tells sets of terms of one promotion apart. clubs: empty means everyone.
    """

    promotion_id: str
    part: int
    starts_at: datetime | None
    ends_at: datetime | None
    reward: Reward
    weighted: bool = False
    min_quantity: int | None = None
    max_quantity: int | None = None
    min_purchase_agorot: int | None = None
    clubs: frozenset[str] = frozenset()
    coupon: bool = False
    active: bool = True
    whole_basket: bool = False
    restrictions_known: bool = True


class Offer(NamedTuple):
    """What the shelf says: agorot per unit, or per kilogram when weighted."""

    price_agorot: int
    weighted: bool = False


class Verdict(StrEnum):
    """What became of a promotion."""

    APPLIED = "APPLIED"
    ANOTHER_IS_CHEAPER = "ANOTHER_IS_CHEAPER"
    NOT_CHEAPER_THAN_SHELF = "NOT_CHEAPER_THAN_SHELF"
    NOT_STARTED = "NOT_STARTED"
    ENDED = "ENDED"
    WINDOW_UNKNOWN = "WINDOW_UNKNOWN"
    INACTIVE = "INACTIVE"
    CLUB_REQUIRED = "CLUB_REQUIRED"
    COUPON_REQUIRED = "COUPON_REQUIRED"
    QUANTITY_TOO_SMALL = "QUANTITY_TOO_SMALL"
    PURCHASE_REQUIRED = "PURCHASE_REQUIRED"
    UNIT_DIFFERS = "UNIT_DIFFERS"
    RESTRICTIONS_UNKNOWN = "RESTRICTIONS_UNKNOWN"
    GIVES_A_GIFT = "GIVES_A_GIFT"
    NOT_UNDERSTOOD = "NOT_UNDERSTOOD"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one promotion would make of the price; total_agorot: None where it does not hold."""

    promotion: Promotion
    verdict: Verdict
    total_agorot: int | None


@dataclass(frozen=True, slots=True)
class Quote:
    """The price and why: outcomes has every promotion once, the cheapest first."""

    shelf_agorot: int
    total_agorot: int
    outcomes: tuple[Outcome, ...]

    @property
    def applied(self) -> Promotion | None:
        """The promotion that counted."""
        first = next(iter(self.outcomes), None)
        return first.promotion if first and first.verdict is Verdict.APPLIED else None


def effective_price(
    offer: Offer,
    promotions: Iterable[Promotion],
    quantity: int,
    clubs: Collection[str],
    coupons: Collection[str],
    at: datetime,
) -> Quote:
    """The cheapest total with at most one of the promotions, whatever their order.

    quantity: thousandths, whole units unless the offer is weighted. clubs: of this chain, that the
    buyer is in. coupons: identifiers of promotions for which the buyer has one.
    """
    shelf = divide_half_up(offer.price_agorot * quantity, ONE)
    outcomes = []
    for promotion in promotions:
        verdict = hindrance(offer, promotion, clubs, coupons, at)
        total = None if verdict else promoted_total(offer, promotion, quantity)
        if verdict is None and total is None:
            verdict = Verdict.QUANTITY_TOO_SMALL
        elif total is not None and total >= shelf:
            verdict = Verdict.NOT_CHEAPER_THAN_SHELF
        outcomes.append(Outcome(promotion, verdict or Verdict.ANOTHER_IS_CHEAPER, total))
    outcomes.sort(key=_rank)
    best = outcomes[0] if outcomes else None
    if best is None or best.verdict is not Verdict.ANOTHER_IS_CHEAPER or best.total_agorot is None:
        return Quote(shelf, shelf, tuple(outcomes))
    outcomes[0] = Outcome(best.promotion, Verdict.APPLIED, best.total_agorot)
    return Quote(shelf, best.total_agorot, tuple(outcomes))


def discounted_price(offer: Offer, promotion: Promotion, at: datetime) -> int:
    """What one unit or kilogram costs with this promotion, without club or coupon.

    Never more than the shelf price.
    """
    if hindrance(offer, promotion, (), (), at):
        return offer.price_agorot
    total = promoted_total(offer, promotion, ONE)
    return offer.price_agorot if total is None else min(total, offer.price_agorot)


def _rank(outcome: Outcome) -> tuple[bool, int, str, int]:
    total, promotion = outcome.total_agorot, outcome.promotion
    return (total is None, total or 0, promotion.promotion_id, promotion.part)


def hindrance(
    offer: Offer,
    promotion: Promotion,
    clubs: Collection[str],
    coupons: Collection[str],
    at: datetime,
) -> Verdict | None:
    """Why the promotion cannot count, whatever the quantity; the first reason found."""
    starts, ends = promotion.starts_at, promotion.ends_at
    verdict = None
    if not promotion.active:
        verdict = Verdict.INACTIVE
    elif starts is None or ends is None:
        verdict = Verdict.WINDOW_UNKNOWN
    elif at < starts:
        verdict = Verdict.NOT_STARTED
    elif at > ends:
        verdict = Verdict.ENDED
    elif isinstance(promotion.reward, Unknown):
        verdict = Verdict.NOT_UNDERSTOOD
    elif isinstance(promotion.reward, Gift):
        verdict = Verdict.GIVES_A_GIFT
    elif promotion.clubs and promotion.clubs.isdisjoint(clubs):
        verdict = Verdict.CLUB_REQUIRED
    elif promotion.coupon and promotion.promotion_id not in coupons:
        verdict = Verdict.COUPON_REQUIRED
    elif not promotion.restrictions_known:
        verdict = Verdict.RESTRICTIONS_UNKNOWN
    elif promotion.whole_basket or promotion.min_purchase_agorot:
        verdict = Verdict.PURCHASE_REQUIRED
    elif not _has_same_unit(offer, promotion):
        verdict = Verdict.UNIT_DIFFERS
    return verdict


def _has_same_unit(offer: Offer, promotion: Promotion) -> bool:
    """A share off each unit means the same by weight."""
    if offer.weighted == promotion.weighted:
        return True
    from_the_first = (promotion.min_quantity or 0) <= ONE and promotion.max_quantity is None
    return isinstance(promotion.reward, PercentOff) and from_the_first and not promotion.coupon


def promoted_total(offer: Offer, promotion: Promotion, quantity: int) -> int | None:
    """What the quantity costs; None where it is too small for the promotion."""
    covered = _covered(promotion, quantity)
    least = 0 if offer.weighted != promotion.weighted else promotion.min_quantity or 0
    if covered < max(least, 1):
        return None
    saved = _saved(offer, promotion, covered)
    if saved is None:
        return None
    numerator, denominator = saved
    left = offer.price_agorot * quantity * denominator - numerator * ONE
    return divide_half_up(left, ONE * denominator)


def _covered(promotion: Promotion, quantity: int) -> int:
    """How much of the quantity the promotion may count for; a coupon counts once."""
    most = promotion.max_quantity
    is_once = isinstance(promotion.reward, AmountOff | Threshold)
    if promotion.coupon and most is None and not is_once:
        most = max(promotion.min_quantity or 0, ONE)
    return quantity if most is None else min(quantity, most)


def _saved(offer: Offer, promotion: Promotion, covered: int) -> tuple[int, int] | None:
    """Numerator and denominator, in agorot: five times as fast as fractions, and as exact."""
    price = offer.price_agorot
    costs = price * covered  # in thousandths of an agora
    match promotion.reward:
        case FixedPrice(fixed, quantity) if offer.weighted:
            return (price * quantity - fixed * ONE) * covered, quantity * ONE
        case FixedPrice(fixed, quantity):
            times = covered // quantity
            return (times * (price * quantity - fixed * ONE), ONE) if times else None
        case PercentOff(points):
            return costs * points, ONE * WHOLE
        case NthItem(nth, points):
            times = covered // (nth * ONE)
            return (times * price * points, WHOLE) if times else None
        case MultiBuy(units, free):
            times = covered // (units * ONE)
            return (times * free * price, 1) if times else None
        case AmountOff(amount):
            return min(amount * ONE, costs), ONE
        case Threshold(spent, amount):
            return (min(amount * ONE, costs), ONE) if costs >= spent * ONE else None
    return None
