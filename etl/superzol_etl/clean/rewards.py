"""What a promotion gives, told by the fields that are filled in.

The chain's own code only decides between readings of the same fields. A discounted price of counted
goods is the total of the minimum quantity, deposit included; of weighed goods it is the price of a
kilogram. What two readings fit is Unknown: a wrong price is worse than none.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

ONE = 1000  # quantities are thousandths: of a unit, or grams of weighed goods
WHOLE = 10_000  # basis points: 100 %

PERCENT_CODE, THRESHOLD_CODE, FREE_CODE, NTH_CODE = "2", "3", "7", "9"
RATE_CODES = (PERCENT_CODE, "8", NTH_CODE)


class RateUnit(StrEnum):
    """How a rate is written."""

    BASIS_POINTS = "basis points"
    PERCENT = "percent"
    AGOROT = "agorot"


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
    """So much off the items together, once."""

    amount_agorot: int


@dataclass(frozen=True, slots=True)
class NthItem:
    """Of each `nth` units, the cheapest costs so much less."""

    nth: int
    basis_points: int


@dataclass(frozen=True, slots=True)
class MultiBuy:
    """Of each `units`, `free` cost nothing."""

    units: int
    free: int


@dataclass(frozen=True, slots=True)
class Threshold:
    """So much off once the items together cost at least this."""

    spent_agorot: int
    amount_agorot: int


@dataclass(frozen=True, slots=True)
class Gift:
    """Up to so much of the gift items, each unit or kilogram for this price; 0 is free."""

    quantity_thousandths: int
    price_agorot: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not understood, and why; it never lowers a price."""

    reason: str


Reward: TypeAlias = (
    FixedPrice | PercentOff | AmountOff | NthItem | MultiBuy | Threshold | Gift | Unknown
)


@dataclass(frozen=True, slots=True)
class Terms:
    """The fields a reward is read from; None where they are empty or, but for rates, zero.

    price, measure_price (DiscountedPricePerMida), spent (MinAmount or MinPurchaseAmnt) in agorot;
    rate in hundredths of what is written; quantities in thousandths. gift_prices: of gift items.
    """

    code: str | None
    weighted: bool
    price: int | None = None
    measure_price: int | None = None
    rate: int | None = None
    rate_unit: RateUnit | None = None
    quantity: int | None = None
    spent: int | None = None
    gift_quantity: int | None = None
    gift_prices: frozenset[int | None] = frozenset()
    has_gifts: bool = False


def read_reward(terms: Terms) -> Reward:
    """The reward that the terms tell."""
    if terms.has_gifts:
        return _gift(terms)
    if terms.price is not None:
        if terms.rate is not None and terms.code in RATE_CODES:
            return Unknown("both a price and a rate")
        return _fixed_price(terms, terms.price)
    if terms.rate is not None:
        return _rate(terms, terms.rate)
    if terms.code == FREE_CODE:
        return _multi_buy(terms)
    return Unknown("neither price nor rate nor gift")


def _gift(terms: Terms) -> Reward:
    if len(terms.gift_prices) != 1 or None in terms.gift_prices:
        return Unknown("gift items without one price")
    (price,) = terms.gift_prices
    if price is None or terms.gift_quantity is None:
        return Unknown("gift without a count")
    return Gift(terms.gift_quantity, price)


def _fixed_price(terms: Terms, price: int) -> Reward:
    quantity = terms.quantity or ONE
    times_quantity = _rounded(price * quantity, ONE)
    fits_each = terms.measure_price is not None and abs(terms.measure_price - times_quantity) <= 1
    if terms.weighted:
        if quantity > ONE and not fits_each:
            return Unknown("price of a kilogram or of the whole weight")
        return FixedPrice(price, ONE)
    if quantity % ONE:
        return Unknown("part of a unit")
    if quantity > ONE and fits_each:
        return Unknown("price of a unit or of the whole quantity")
    return FixedPrice(price, quantity)


def _rate(terms: Terms, rate: int) -> Reward:
    if terms.rate_unit is None:
        return Unknown("rate without a unit")
    if terms.rate_unit is RateUnit.AGOROT:
        return _amount(terms, rate)
    points = _basis_points(rate, terms.rate_unit)
    if points is None:
        return Unknown("rate that is no share")
    if terms.code == NTH_CODE:
        units = terms.quantity or 0
        if units < 2 * ONE or units % ONE:
            return Unknown("nth item without its number")
        return NthItem(units // ONE, points)
    if terms.code == PERCENT_CODE or (terms.code is None and (terms.quantity or 0) <= ONE):
        return PercentOff(points)
    return Unknown("rate of another kind")


def _amount(terms: Terms, rate: int) -> Reward:
    amount, rest = divmod(rate, 100)
    if rest or amount <= 0:
        return Unknown("amount that is no price")
    if terms.code != THRESHOLD_CODE:
        return AmountOff(amount)
    if terms.spent is None:
        return Unknown("threshold without an amount to spend")
    return Threshold(terms.spent, amount)


def _basis_points(rate: int, unit: RateUnit) -> int | None:
    """None when it is no share; a group's 1 may be a percent or all, and its 100 % is one part of a
    deal whose other parts are not told (Zolt, measured on nine chains).
    """
    if unit is RateUnit.PERCENT:
        return rate if 100 < rate < WHOLE else None
    points, rest = divmod(rate, 100)
    return points if not rest and 0 < points <= WHOLE else None


def _multi_buy(terms: Terms) -> Reward:
    units, free = terms.quantity or 0, terms.gift_quantity or 0
    if units % ONE or free % ONE or not 0 < free < units:
        return Unknown("free units without their numbers")
    return MultiBuy(units // ONE, free // ONE)


def _rounded(number: int, divisor: int) -> int:
    """The quotient, half up."""
    return (2 * number + divisor) // (2 * divisor)
