"""Products asked for by identifiers that they had before."""

from collections.abc import Mapping, Sequence
from typing import Any

from superzol_server.analytics.basket import Item, check_named_once
from superzol_server.analytics.comparison import check_products

Renamed = Mapping[str, str]


def read_renamed(row: Mapping[str, Any]) -> Renamed:
    """Returns the identifier of now for each that its product does not have any more."""
    return dict(zip(row["old_product_ids"], row["new_product_ids"], strict=True))


def rename_items(items: Sequence[Item], renamed: Renamed) -> list[Item]:
    """Names each product as now; raises InvalidRequest when two items are one product."""
    named = [
        item._replace(product_id=renamed.get(item.product_id, item.product_id)) for item in items
    ]
    check_named_once(named)
    return named


def rename_products(product_ids: Sequence[str], renamed: Renamed) -> list[str]:
    """Names each product as now; raises InvalidRequest when two of them are one product."""
    named = [renamed.get(product_id, product_id) for product_id in product_ids]
    check_products(named)
    return named
