"""How the prices of a product compare between chains, stores or cities."""

from collections.abc import Sequence
from math import floor
from typing import NamedTuple

from superzol_server.errors import InvalidRequest
from superzol_server.rounding import divide_half_up

MOST_PRODUCTS = 100
# Clients take answers of 4 MB: 100 products by each store of the country had 15.
MOST_GROUPS = 40_000


class Priced(NamedTuple):
    """Prices above zero of one product in one group of stores, or in all of them (is_whole)."""

    product_id: str
    is_whole: bool
    group_name: str
    lowest: int
    highest: int
    total: int
    store_count: int
    median: float
    cheapest_store_id: str


class Summary(NamedTuple):
    """Prices of several stores in agorot, as PriceSummary says them."""

    min_price_agorot: int
    median_price_agorot: int
    mean_price_agorot: int
    max_price_agorot: int
    spread_agorot: int
    store_count: int
    cheapest_store_id: str


class Comparison(NamedTuple):
    """One product: over all stores, None where none sells it, and by group, lowest mean first."""

    product_id: str
    summary: Summary | None
    groups: list[tuple[str, Summary]]


def check_products(product_ids: Sequence[str]) -> None:
    """Raises InvalidRequest for none, too many, or one named twice."""
    if not 1 <= len(product_ids) <= MOST_PRODUCTS:
        raise InvalidRequest(
            "product_ids",
            f"must be 1 to {MOST_PRODUCTS}, not {len(product_ids)}",
            "PRODUCT_COUNT_INVALID",
        )
    for place, product_id in enumerate(product_ids):
        if product_id in product_ids[:place]:
            raise InvalidRequest(
                f"product_ids[{place}]",
                f"names product {product_id} a second time",
                "PRODUCT_REPEATED",
            )


def check_groups(groups: int) -> None:
    """Raises InvalidRequest for more groups than fit one answer."""
    if groups > MOST_GROUPS:
        raise InvalidRequest(
            "product_ids",
            f"make {groups:,} groups, at most {MOST_GROUPS:,} fit an answer: name fewer products, "
            "for some stores, chains or a city, or group by chain",
            "TOO_MANY_GROUPS",
        )


def compare(product_ids: Sequence[str], priced: Sequence[Priced]) -> list[Comparison]:
    """Compares each product, in this order; priced: in any order.

    Raises InvalidRequest for more groups than fit one answer.
    """
    wholes = {row.product_id: summarise(row) for row in priced if row.is_whole}
    check_groups(len(priced) - len(wholes))
    groups: dict[str, list[tuple[str, Summary]]] = {each: [] for each in product_ids}
    for row in priced:
        if not row.is_whole:
            groups[row.product_id].append((row.group_name, summarise(row)))
    for found in groups.values():
        found.sort(key=lambda group: (group[1].mean_price_agorot, group[0]))
    return [Comparison(each, wholes.get(each), groups[each]) for each in product_ids]


def summarise(row: Priced) -> Summary:
    """Rounds mean and median half up."""
    return Summary(
        min_price_agorot=row.lowest,
        median_price_agorot=floor(row.median + 0.5),
        mean_price_agorot=divide_half_up(row.total, row.store_count),
        max_price_agorot=row.highest,
        spread_agorot=row.highest - row.lowest,
        store_count=row.store_count,
        cheapest_store_id=row.cheapest_store_id,
    )
