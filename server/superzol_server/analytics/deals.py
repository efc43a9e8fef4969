"""What the lines of a basket cost with the promotions of each store."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from superzol_server.pricing.promotion import ONE, Offer, Promotion, effective_price


class Deal(NamedTuple):
    """A promotion, the products of the basket that it is for, and the stores that tell it."""

    promotion: Promotion
    product_ids: Collection[str]
    store_ids: Collection[str]


class Buyer(NamedTuple):
    """Who buys, and when. clubs: numbers by chain. coupons: identifiers of promotions."""

    clubs: Mapping[str, Collection[str]]
    coupons: Collection[str]
    at: datetime


class Price(NamedTuple):
    """The total of a line; promotion_id: empty when no promotion counts."""

    total_agorot: int
    promotion_id: str


class Wanted(NamedTuple):
    """A line to price; quantity: the numerator and denominator of units or kilograms."""

    product_id: str
    quantity: tuple[int, int]
    offer: Offer


class Deals:
    """Prices lines by the rule of promotions, and equal ones once.

    The stores of a chain share most prices and promotions: 600 lines of 20 products in 30 stores
    were a few dozen different ones.
    """

    def __init__(self, deals: Iterable[Deal], buyer: Buyer) -> None:
        self._buyer = buyer
        self._by_place: dict[tuple[str, str], list[Deal]] = defaultdict(list)
        for deal in deals:
            for product_id in deal.product_ids:
                for store_id in deal.store_ids:
                    self._by_place[product_id, store_id].append(deal)
        self._known: dict[tuple[str, Offer, tuple[int, ...]], Price | None] = {}

    def price(self, store_id: str, line: Wanted) -> Price | None:
        """Returns what the line costs in a store; None where no promotion makes it cheaper."""
        deals = self._by_place.get((line.product_id, store_id))
        thousandths = read_thousandths(line)
        if not deals or thousandths is None:
            return None
        key = line.product_id, line.offer, tuple(deal.promotion.part for deal in deals)
        if key not in self._known:
            self._known[key] = self._price(store_id.partition(":")[0], line, thousandths, deals)
        return self._known[key]

    def _price(
        self, chain_id: str, line: Wanted, thousandths: int, deals: Iterable[Deal]
    ) -> Price | None:
        clubs, coupons, at = self._buyer
        promotions = [deal.promotion for deal in deals]
        chain_clubs = clubs.get(chain_id, ())
        quote = effective_price(line.offer, promotions, thousandths, chain_clubs, coupons, at)
        if quote.applied is None:
            return None
        return Price(quote.total_agorot, quote.applied.promotion_id)


def read_thousandths(line: Wanted) -> int | None:
    """The quantity as the rule takes it; None for a part of a unit, or less than a gram."""
    numerator, denominator = line.quantity
    thousandths, rest = divmod(numerator * ONE, denominator)
    if rest or not thousandths or (thousandths % ONE and not line.offer.weighted):
        return None
    return thousandths
