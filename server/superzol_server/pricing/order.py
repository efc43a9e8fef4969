"""The orders in which prices are listed."""

import re

from superzol_server.errors import InvalidRequest, Unimplemented

BY_STORE, CHEAPEST_FIRST, DEAREST_FIRST = 0, 1, -1
DIRECTIONS = {
    "": BY_STORE,
    "product_id": BY_STORE,
    "price_agorot": CHEAPEST_FIRST,
    "price_agorot desc": DEAREST_FIRST,
}
GRAMMAR = re.compile(r"[a-z_]+( desc)?(, ?[a-z_]+( desc)?)*")


def read_direction(order_by: str, of_one_product: bool) -> int:
    """Returns 1 for cheapest first, -1 for dearest first, 0 for the order by identifiers.

    Only the prices of one product are ordered by price. Raises InvalidRequest or Unimplemented.
    """
    written = " ".join(order_by.split())
    direction = DIRECTIONS.get(written)
    if direction is None and not GRAMMAR.fullmatch(written):
        raise InvalidRequest(
            "order_by",
            'must be written "price_agorot" or "price_agorot desc"',
            "ORDER_BY_INVALID",
        )
    if direction is None:
        raise Unimplemented("order_by", f'the order "{written}" is not served yet')
    if direction != BY_STORE and not of_one_product:
        raise Unimplemented("order_by", f'"{written}" is served together with product_id only')
    return direction
