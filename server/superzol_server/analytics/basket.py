"""What a basket costs in every store, and how the stores compare."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from superzol_server.analytics.deals import Deals
from superzol_server.errors import InvalidRequest
from superzol_server.pricing.marks import WEIGHTED_BIT
from superzol_server.quantity import ONE, check_whole
from superzol_server.rounding import divide_half_up

MOST_ITEMS = 100
# Of all quotes together: clients take answers of 4 MB, and 100 items in 1,000 stores have 6.
MOST_LINES = 30_000


class Item(NamedTuple):
    """A wish: thousandths of a unit, or of a kilogram of weighted goods, above zero."""

    product_id: str
    thousandths: int

    @property
    def is_fraction(self) -> bool:
        """It is for goods sold by weight only."""
        return self.thousandths % ONE != 0


class Shelf(NamedTuple):
    """What one store has of the basket: the products, in any order, price and flags of each."""

    store_id: str
    chain_id: str
    store_name: str | None
    observed_time: datetime | None
    product_ids: Sequence[str]
    prices_agorot: Sequence[int]
    flag_bits: Sequence[int]


class Line(NamedTuple):
    """What one item costs in one store."""

    product_id: str
    quantity: float
    price_agorot: int
    total_agorot: int
    shelf_total_agorot: int
    promotion_id: str


class Quote(NamedTuple):
    """What the basket costs in one store."""

    store_id: str
    chain_id: str
    store_name: str | None
    total_agorot: int
    found_count: int
    coverage: float
    lines: Sequence[Line]
    missing_product_ids: Sequence[str]
    over_cheapest_agorot: int | None
    saving_against_dearest_agorot: int | None
    saving_against_mean_agorot: int | None
    observed_time: datetime | None
    shelf_total_agorot: int


class Comparison(NamedTuple):
    """The basket in all stores that sell something of it."""

    quotes: Sequence[Quote]
    store_count: int
    complete_store_count: int


def limit_quotes(count: int, items: int) -> int:
    """Returns how many quotes of so many items fit one answer, at most as many as asked for."""
    return min(count, MOST_LINES // items)


def check_item_count(count: int) -> None:
    """Raises InvalidRequest for none or too many."""
    if not 1 <= count <= MOST_ITEMS:
        raise InvalidRequest(
            "items", f"must be 1 to {MOST_ITEMS}, not {count}", "ITEM_COUNT_INVALID"
        )


def check_named_once(items: Sequence[Item]) -> None:
    """Raises InvalidRequest for the first item that names the product of another."""
    seen: set[str] = set()
    for place, item in enumerate(items):
        if item.product_id in seen:
            raise InvalidRequest(
                f"items[{place}].product_id",
                f"names product {item.product_id} a second time",
                "ITEM_REPEATED",
            )
        seen.add(item.product_id)


def check_fractions(items: Sequence[Item], shelves: Iterable[Shelf]) -> None:
    """Raises InvalidRequest for a fraction of what stores sell, but none of them by weight."""
    sold = {
        (product_id, bool(bits & WEIGHTED_BIT))
        for shelf in shelves
        for product_id, price, bits in zip(
            shelf.product_ids, shelf.prices_agorot, shelf.flag_bits, strict=True
        )
        if price > 0
    }
    check_weighed(items, sold)


def check_weighed(items: Sequence[Item], sold: Collection[tuple[str, bool]]) -> None:
    """The same, of products and whether they are sold by weight: either, or both."""
    for place, item in enumerate(items):
        if (item.product_id, False) in sold and (item.product_id, True) not in sold:
            check_whole(item.thousandths, f"items[{place}].quantity", item.product_id)


def quote_basket(
    items: Sequence[Item], shelves: Iterable[Shelf], deals: Deals | None = None
) -> Comparison:
    """Quotes the basket in every store: fewest missing items first, then cheapest, then by store.

    items: each product once. shelves: one per store, in any order. A price of zero is no price, and
    a fraction has none where it is sold by the piece: the item counts as missing. A store without
    any item is left out. deals: None for shelf prices.
    """
    quotes = [quote for shelf in shelves if (quote := _quote_in_store(items, shelf, deals)).lines]
    quotes.sort(key=lambda quote: (-quote.found_count, quote.total_agorot, quote.store_id))
    complete = [quote for quote in quotes if not quote.missing_product_ids]
    totals = [quote.total_agorot for quote in complete]
    compared = [_compare_with(totals, quote) for quote in complete]
    return Comparison(compared + quotes[len(complete) :], len(quotes), len(complete))


def _quote_in_store(items: Sequence[Item], shelf: Shelf, deals: Deals | None) -> Quote:
    prices = dict(zip(shelf.product_ids, shelf.prices_agorot, strict=True))
    bits = dict(zip(shelf.product_ids, shelf.flag_bits, strict=True))
    lines, missing_product_ids = [], []
    for item in items:
        product_id, thousandths = item
        price = prices.get(product_id, 0)
        weighted = price > 0 and bool(bits[product_id] & WEIGHTED_BIT)
        if price <= 0 or (item.is_fraction and not weighted):
            missing_product_ids.append(product_id)
            continue
        total = shelf_total = divide_half_up(price * thousandths, ONE)
        promotion_id = ""
        if deals:
            deal = deals.price(shelf.chain_id, shelf.store_id, product_id, price, weighted)
            total, promotion_id = deal or (total, "")
        lines.append(Line(product_id, thousandths / ONE, price, total, shelf_total, promotion_id))
    return Quote(
        store_id=shelf.store_id,
        chain_id=shelf.chain_id,
        store_name=shelf.store_name,
        total_agorot=sum([line.total_agorot for line in lines]),
        found_count=len(lines),
        coverage=len(lines) / len(items),
        lines=lines,
        missing_product_ids=missing_product_ids,
        over_cheapest_agorot=None,
        saving_against_dearest_agorot=None,
        saving_against_mean_agorot=None,
        observed_time=shelf.observed_time,
        shelf_total_agorot=sum([line.shelf_total_agorot for line in lines]),
    )


def _compare_with(totals: Sequence[int], quote: Quote) -> Quote:
    """Adds the differences to the totals of all complete baskets, which are sorted."""
    return quote._replace(
        over_cheapest_agorot=quote.total_agorot - totals[0],
        saving_against_dearest_agorot=totals[-1] - quote.total_agorot,
        saving_against_mean_agorot=divide_half_up(
            sum(totals) - quote.total_agorot * len(totals), len(totals)
        ),
    )
