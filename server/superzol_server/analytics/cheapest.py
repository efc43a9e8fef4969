"""Which stores are cheapest for the goods they share with others."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from superzol_server.analytics.basket import Item, Shelf, quote_basket
from superzol_server.errors import InvalidRequest
from superzol_server.rounding import divide_half_up

FEWEST_STORES = 2  # a product that one store alone sells says nothing of others
USUAL_COVERAGE = 0.5  # below it a store with a few bargains would lead


class Asking(NamedTuple):
    """What a store asks for its matched products, and what they cost on the mean of the scope."""

    store_id: str
    chain_id: str
    store_name: str | None
    observed_time: datetime | None
    matched_count: int
    total_agorot: int
    mean_total_agorot: int

    @property
    def ratio(self) -> Fraction:
        """The total against the mean; 1 where so little is asked for that it rounds to nothing."""
        mean = self.mean_total_agorot
        return Fraction(self.total_agorot, mean) if mean else Fraction(1)


class Goods(NamedTuple):
    """What stores ask for the products that at least two of them sell.

    renamed: the identifiers of now of those asked for by ones they had before.
    """

    asking: Sequence[Asking]
    matched_product_count: int
    unknown_product_ids: Sequence[str]
    renamed: Mapping[str, str]


class Ranking(NamedTuple):
    """The stores with enough coverage, the cheapest first; left_out_count: those with less."""

    stores: Sequence[Asking]
    left_out_count: int


def read_coverage(coverage: float | None) -> float:
    """Returns the least coverage, the usual one for None; raises InvalidRequest."""
    if coverage is None:
        return USUAL_COVERAGE
    if not 0 <= coverage <= 1:
        raise InvalidRequest("min_coverage", f"must be 0 to 1, not {coverage}", "COVERAGE_INVALID")
    return coverage


def match_basket(items: Sequence[Item], shelves: Iterable[Shelf]) -> tuple[list[Asking], int]:
    """What each store asks for the items that at least two stores sell, and how many items that is.

    An item's mean is over the stores that sell it, rounded half up to an agora.
    """
    quotes = quote_basket(items, shelves).quotes
    totals: dict[str, list[int]] = defaultdict(list)
    for quote in quotes:
        for line in quote.lines:
            totals[line.product_id].append(line.total_agorot)
    means = {
        product_id: divide_half_up(sum(found), len(found))
        for product_id, found in totals.items()
        if len(found) >= FEWEST_STORES
    }
    asking = []
    for quote in quotes:
        lines = [line for line in quote.lines if line.product_id in means]
        if lines:
            asking.append(
                Asking(
                    quote.store_id,
                    quote.chain_id,
                    quote.store_name,
                    quote.observed_time,
                    len(lines),
                    sum(line.total_agorot for line in lines),
                    sum(means[line.product_id] for line in lines),
                )
            )
    return asking, len(means)


def rank(asking: Iterable[Asking], matched_product_count: int, min_coverage: float) -> Ranking:
    """Orders stores by ratio, then the most matched products, then by store."""
    stores = list(asking)
    # The quotient is what CheapStore tells: 0.07 * 100 is more than 7.
    covered = [
        store for store in stores if store.matched_count / matched_product_count >= min_coverage
    ]
    covered.sort(key=lambda store: (store.ratio, -store.matched_count, store.store_id))
    return Ranking(covered, len(stores) - len(covered))
