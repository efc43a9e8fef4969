"""What a chain promotes: which goods, what it gives for them, whom and when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import compress
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from superzol_local.sample.chains import Family
from superzol_local.sample.dice import uniform
from superzol_local.sample.products import Product
from superzol_local.sample.shelf import Shelf, day_of, spell
from superzol_local.sample.stores import Store, make_stores

STANDING_SHARE, WEEKLY_SHARE = 0.1, 0.05  # of the kinds of goods that a chain sells
CLUB_SHARE, COUPON_SHARE = 0.15, 0.1
STAPLES_TIMES = 3  # as often is a staple promoted
STORES_SHARE = 0.9
PRICE_SHARE = 0.85  # of the cheapest of the goods
# The sample's days pass, and whoever starts it later still finds promotions that hold.
STANDING = date(2026, 1, 1), date(2034, 12, 31)


@dataclass(frozen=True, slots=True)
class FixedPrice:
    """So much for so many together; of weighed goods for a kilogram."""

    units: int
    agorot: int


@dataclass(frozen=True, slots=True)
class PercentOff:
    """So much off each unit."""

    percent: int


@dataclass(frozen=True, slots=True)
class NthItem:
    """Of each `nth` units, one costs so much less."""

    nth: int
    percent: int


Reward: TypeAlias = FixedPrice | PercentOff | NthItem

# A number stands for a fixed price of so many.
WEIGHED = (1, 1, 1, PercentOff(20), PercentOff(30))
NOT_FREE = (1, 1, 1, 2, 2, 3, PercentOff(20), PercentOff(30), NthItem(2, 50))
COUNTED = (*NOT_FREE, NthItem(2, 100), NthItem(3, 100))


class Audience(StrEnum):
    """Whom a promotion is for, in the word that its description begins with."""

    EVERYONE = ""
    CLUB = "מועדון"
    COUPON = "קופון"


class Promotion(NamedTuple):
    """number: the chain's own. places: on the shelf, of the goods it is for. ends: last day."""

    number: int
    description: str
    places: tuple[int, ...]
    weighted: bool
    reward: Reward
    audience: Audience
    starts: date
    ends: date


def make_promotions(shelf: Shelf, version: int) -> list[Promotion]:
    """Returns the promotions a chain publishes on one day: some for years, some of that week."""
    sunday = _sunday_before(day_of(version))
    week = 1 + (sunday - _sunday_before(day_of(1))).days // 7
    return [
        *_draw(shelf, 0, STANDING_SHARE, STANDING),
        *_draw(shelf, week, WEEKLY_SHARE, (sunday, sunday + timedelta(days=6))),
    ]


def are_told_in(store: Store, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Says in which promotions of its chain a store takes part."""
    return uniform("promotion told", numbers, store.number) < STORES_SHARE


def _sunday_before(day: date) -> date:
    return day - timedelta(days=day.isoweekday() % 7)


def _draw(shelf: Shelf, week: int, share: float, window: tuple[date, date]) -> Iterator[Promotion]:
    """Yields the promotions of a week, 0 for those of years."""
    chain, [store, *_] = shelf.chain, make_stores()[shelf.chain.slug]
    prices = shelf.prices(store, np.ones_like(shelf.numbers))
    kinds = _kinds(shelf.products)
    firsts = np.array([places[0] for places in kinds])
    dice = uniform("promoted", shelf.numbers[firsts], chain.number, week)
    drawn = dice < share * np.where(shelf.staple[firsts], STAPLES_TIMES, 1)
    for places in compress(kinds, drawn):
        first = shelf.products[places[0]]
        keys = first.number, chain.number, week
        reward = _reward(chain.family, first, keys, prices[list(places)])
        audience = _audience(float(uniform("promoted to", *keys)))
        text = " ".join(filter(None, [audience, _title(first), _say(reward, first.is_weighted)]))
        yield Promotion(
            number=1_300_000 + 10_000 * week + first.number,
            description=spell(chain, text),
            places=places,
            weighted=first.is_weighted,
            reward=reward,
            audience=audience,
            starts=window[0],
            ends=window[1],
        )


def _kinds(products: Sequence[Product]) -> list[tuple[int, ...]]:
    """Returns the places of goods that differ in nothing but the variant."""
    kinds: dict[tuple[str, str, str], list[int]] = {}
    for place, product in enumerate(products):
        if product.department != "service":
            kinds.setdefault((product.noun, product.brand, product.size), []).append(place)
    return [tuple(places) for places in kinds.values()]


def _reward(
    family: Family, first: Product, keys: tuple[int, ...], prices: NDArray[np.int64]
) -> Reward:
    # In GROUPS 100 % is one part of a deal whose other parts are not told.
    counted = NOT_FREE if family is Family.GROUPS else COUNTED
    choices = WEIGHED if first.is_weighted else counted
    choice = choices[int(float(uniform("reward", *keys)) * len(choices))]
    if not isinstance(choice, int):
        return choice
    raw = int(choice * int(prices.min()) * PRICE_SHARE)
    return FixedPrice(choice, raw // 100 * 100 - 10 if raw >= 200 else raw // 10 * 10)


def _audience(dice: float) -> Audience:
    if dice < CLUB_SHARE:
        return Audience.CLUB
    return Audience.COUPON if dice < CLUB_SHARE + COUPON_SHARE else Audience.EVERYONE


def _title(first: Product) -> str:
    words = [first.noun, first.brand, "" if first.is_internal else first.size]
    return " ".join(filter(None, words))


def _say(reward: Reward, weighted: bool) -> str:
    match reward:
        case FixedPrice(units, agorot):
            many = f"{units} " if units > 1 else ""
            return f'{many}ב-{agorot / 100:.2f} ש"ח' + (' לק"ג' if weighted else "")
        case PercentOff(percent):
            return f"{percent}% הנחה"
        case NthItem(nth, 100):
            return f"{nth - 1}+1"
        case NthItem(_, percent):
            return f"יחידה שנייה ב-{percent}% הנחה"
