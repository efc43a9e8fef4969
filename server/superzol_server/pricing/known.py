"""Tells what is not known, and what has no price, by its name."""

from collections.abc import Mapping
from typing import Any

from superzol_server.errors import NotFound
from superzol_server.pricing.filters import Filters
from superzol_server.pricing.walk import Asked
from superzol_server.unknown import no_category, no_chain, no_city, no_product, no_store


def check_priced(row: Mapping[str, Any]) -> None:
    """Raises NotFound for a price of zero, which is none: a basket counts it as missing too."""
    if not row["price_agorot"]:
        product_id, store_id = row["product_id"], row["store_id"]
        sentence = f"store {store_id} lists product {product_id} at zero, which is no price"
        raise NotFound("PRICE_NOT_FOUND", sentence, product_id=product_id, store_id=store_id)


def check_known(
    asked: Asked, product_known: bool, store_known: bool, chain_known: bool = True
) -> None:
    """Raises NotFound for the first name that is not known."""
    product_id, store_id, chain_id = asked
    if not product_known:
        raise no_product(str(product_id))
    if not store_known:
        raise no_store(str(store_id))
    if not chain_known:
        raise no_chain(str(chain_id))


def check_limits(filters: Filters, city_known: bool, category_known: bool) -> None:
    """Raises NotFound for a city or category that is not known."""
    city, category_id = filters.city, filters.category_id
    if not city_known:
        raise no_city(str(city))
    if not category_known:
        raise no_category(str(category_id))
