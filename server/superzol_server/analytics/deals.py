"""What the lines of a basket cost with the promotions of each store."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from superzol_server.pricing.promotion import (
    Offer,
    Promotion,
    hindrance,
    promoted_total,
)
from superzol_server.quantity import ONE
from superzol_server.rounding import divide_half_up

DEAREST = 2**31 - 1  # a price that any least amount to spend is below


class Deal(NamedTuple):
    """A promotion of a chain, the products of the basket it is for, and the stores that tell it.

    store_ids: None for all stores of the chain that are asked about. Each promotion has a part of
    its own.
    """

    promotion: Promotion
    chain_id: str
    product_ids: Collection[str]
    store_ids: Collection[str] | None


class Buyer(NamedTuple):
    """Who buys, and when. clubs: numbers by chain. coupons: identifiers of promotions."""

    clubs: Mapping[str, Collection[str]]
    coupons: Collection[str]
    at: datetime


class Deals:
    """Prices lines by the rule of promotions, and equal ones once.

    The stores of a chain share most prices and promotions: 600 lines of 20 products in 30 stores
    were a few dozen different ones.
    """

    def __init__(self, deals: Iterable[Deal], buyer: Buyer, thousandths: Mapping[str, int]) -> None:
        """thousandths: of a unit or kilogram, by product; a fraction only of what is weighed."""
        self._buyer = buyer
        self._thousandths = thousandths
        self._told: dict[tuple[str, str], list[Deal]] = defaultdict(list)
        for deal in deals:
            for product_id in deal.product_ids:
                self._told[deal.chain_id, product_id].append(deal)
        self._partly = {
            place
            for place, told in self._told.items()
            if any(deal.store_ids is not None for deal in told)
        }
        self._may: dict[tuple[str, str, bool], list[Deal]] = {}
        self._known: dict[tuple[object, ...], tuple[int, str] | None] = {}

    def price(
        self, chain_id: str, store_id: str, product_id: str, price_agorot: int, weighted: bool
    ) -> tuple[int, str] | None:
        """Returns total and promotion_id of a line; None where no promotion makes it cheaper."""
        place = chain_id, product_id
        told = self._count(chain_id, product_id, weighted) if place in self._told else []
        if not told:
            return None
        key: tuple[object, ...] = (chain_id, product_id, price_agorot, weighted)
        if place in self._partly:
            told = [deal for deal in told if deal.store_ids is None or store_id in deal.store_ids]
            key += tuple([deal.promotion.part for deal in told])
        if key not in self._known:
            self._known[key] = self._price(product_id, Offer(price_agorot, weighted), told)
        return self._known[key]

    def _price(self, product_id: str, offer: Offer, told: Iterable[Deal]) -> tuple[int, str] | None:
        quantity = self._thousandths[product_id]
        return applied_total(offer, [deal.promotion for deal in told], quantity)

    def _count(self, chain_id: str, product_id: str, weighted: bool) -> list[Deal]:
        """Promotions of a product that nothing keeps from counting at some price."""
        key = chain_id, product_id, weighted
        if key not in self._may:
            clubs, coupons, at = self._buyer
            chain_clubs, offer = clubs.get(chain_id, ()), Offer(DEAREST, weighted)
            quantity = self._thousandths[product_id]
            self._may[key] = [
                deal
                for deal in self._told[chain_id, product_id]
                if hindrance(offer, deal.promotion, chain_clubs, coupons, at) is None
                # Most want more units than a basket has: found once here, not for each price.
                and promoted_total(offer, deal.promotion, quantity) is not None
            ]
        return self._may[key]


def applied_total(
    offer: Offer, promotions: Iterable[Promotion], quantity: int
) -> tuple[int, str] | None:
    """Total and identifier of the promotion that effective_price applies; None for none.

    promotions: those that no hindrance keeps from counting. quantity: thousandths.
    """
    shelf = divide_half_up(offer.price_agorot * quantity, ONE)
    totals = [
        (total, promotion.promotion_id)
        for promotion in promotions
        if (total := promoted_total(offer, promotion, quantity)) is not None and total < shelf
    ]
    return min(totals, default=None)
