"""How the prices of a product or of a basket went through time."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import floor
from typing import NamedTuple

from superzol_server.analytics.basket import Item, check_weighed
from superzol_server.quantity import ONE
from superzol_server.rounding import divide_half_up


class Moment(NamedTuple):
    """What one chain asked at the end of a period for what it sold, above zero.

    number: of the period, from 1. version: the newest then, None before the first. is_loaded: it
    came in this period. Of each product, or of the category, the lowest and highest price, their
    total and their number.
    """

    chain_id: str
    number: int
    version: int | None
    is_loaded: bool
    product_ids: Sequence[str | None]
    lowest: Sequence[int]
    highest: Sequence[int]
    totals: Sequence[int]
    stores: Sequence[int]


class Spread(NamedTuple):
    """Prices of one product in several stores."""

    lowest: int
    highest: int
    total: int
    stores: int


class Point(NamedTuple):
    """Prices at the end of a period, as TrendPoint says them."""

    nothing_loaded: bool
    version: int = 0
    min_price_agorot: int | None = None
    mean_price_agorot: int | None = None
    max_price_agorot: int | None = None
    store_count: int = 0
    total_agorot: int | None = None
    found_count: int = 0
    price_count: int = 0


Trends = dict[str, list[Point]]
Ways = Mapping[tuple[str, str], bool]  # products, chains: whether these sell them by weight


def follow_product(product_id: str, moments: Sequence[Moment], per_chain: bool) -> Trends:
    """Points of each chain, or of all under "": one for each period, the first first."""

    def to_point(version: int, spreads: Mapping[str, Spread]) -> Point:
        spread = spreads.get(product_id)
        if spread is None:
            return Point(False, version)
        mean = divide_half_up(spread.total, spread.stores)
        return Point(False, version, spread.lowest, mean, spread.highest, spread.stores)

    return _follow(moments, per_chain, to_point)


def follow_category(category_id: str, moments: Sequence[Moment], per_chain: bool) -> Trends:
    """The same for a category, whose prices are those of all its products."""
    trends = follow_product(category_id, moments, per_chain)
    return {
        chain_id: [point._replace(store_count=0, price_count=point.store_count) for point in points]
        for chain_id, points in trends.items()
    }


def leave_counted(items: Sequence[Item], moments: Sequence[Moment], ways: Ways) -> list[Moment]:
    """Leaves out prices of fractions in chains that sell them by the piece.

    Raises InvalidRequest for a fraction of what all of the chains sell so.
    """
    check_weighed(items, {(product_id, weighed) for (product_id, _), weighed in ways.items()})
    fractions = {item.product_id for item in items if item.is_fraction}
    return [
        moment._replace(
            product_ids=[
                None if each in fractions and not ways.get((each, moment.chain_id)) else each
                for each in moment.product_ids
            ]
        )
        for moment in moments
    ]


def follow_basket(items: Sequence[Item], moments: Sequence[Moment], per_chain: bool) -> Trends:
    """The same for a basket: its items at their mean prices, rounded half up once."""

    def to_point(version: int, spreads: Mapping[str, Spread]) -> Point:
        found = [
            Fraction(item.thousandths * spread.total, ONE * spread.stores)
            for item in items
            if (spread := spreads.get(item.product_id))
        ]
        whole = len(found) == len(items)
        total = floor(sum(found, Fraction(1, 2))) if whole else None
        return Point(False, version, total_agorot=total, found_count=len(found))

    return _follow(moments, per_chain, to_point)


def _follow(
    moments: Sequence[Moment],
    per_chain: bool,
    to_point: Callable[[int, Mapping[str, Spread]], Point],
) -> Trends:
    trends = {}
    for chain_id, periods in _group(moments, per_chain).items():
        told = [_join(period, per_chain) for period in periods]
        trends[chain_id] = [to_point(*each) if each else Point(True) for each in told]
    return trends


def _group(moments: Sequence[Moment], per_chain: bool) -> dict[str, list[list[Moment]]]:
    """The moments of each chain, or of all chains, by period."""
    grouped: dict[str, dict[int, list[Moment]]] = {}
    for moment in moments:
        periods = grouped.setdefault(moment.chain_id if per_chain else "", {})
        periods.setdefault(moment.number, []).append(moment)
    return {
        chain_id: [periods[number] for number in sorted(periods)]
        for chain_id, periods in sorted(grouped.items())
    }


def _join(period: Sequence[Moment], per_chain: bool) -> tuple[int, dict[str, Spread]] | None:
    """The version and the prices of the chains together; None when nothing was loaded."""
    if not any(moment.is_loaded for moment in period):
        return None
    joined: dict[str, Spread] = {}
    for moment in period:
        for product_id, *numbers in zip(*moment[4:], strict=True):
            if product_id is not None:
                spread, other = Spread(*numbers), joined.get(product_id)
                joined[product_id] = _add(spread, other) if other else spread
    return (period[0].version or 0) if per_chain else 0, joined


def _add(one: Spread, other: Spread) -> Spread:
    return Spread(
        min(one.lowest, other.lowest),
        max(one.highest, other.highest),
        one.total + other.total,
        one.stores + other.stores,
    )
