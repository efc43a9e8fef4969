"""Tells what is not known, and what has no price, by its name."""

from collections.abc import Mapping
from typing import Any

from superzol_server.errors import NotFound
from superzol_server.identifiers import shown
from superzol_server.pricing.filters import Filters
from superzol_server.pricing.walk import Asked


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
        raise NotFound(
            "PRODUCT_NOT_FOUND", f"no product is {product_id}", product_id=str(product_id)
        )
    if not store_known:
        raise NotFound("STORE_NOT_FOUND", f"no store is {store_id}", store_id=str(store_id))
    if not chain_known:
        raise NotFound(
            "CHAIN_NOT_FOUND", f"no chain is {shown(str(chain_id))}", chain_id=str(chain_id)
        )


def check_limits(filters: Filters, city_known: bool, category_known: bool) -> None:
    """Raises NotFound for a city or category that is not known."""
    city, category_id = filters.city, filters.category_id
    if not city_known:
        raise NotFound("CITY_NOT_FOUND", f"no store is in {shown(str(city))}", city=str(city))
    if not category_known:
        sentence = f"no category or department is {shown(str(category_id))}"
        raise NotFound("CATEGORY_NOT_FOUND", sentence, category_id=str(category_id))
