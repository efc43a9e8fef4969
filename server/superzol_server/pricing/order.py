"""The orders in which prices are listed."""

import re
from typing import NamedTuple

from superzol_server.errors import InvalidRequest, Unimplemented

BY_IDENTIFIER, CHEAPEST_FIRST, DEAREST_FIRST = 0, 1, -1
GRAMMAR = re.compile(r"[a-z_]+( desc)?(, ?[a-z_]+( desc)?)*")


class Order(NamedTuple):
    """direction: 1 for cheapest first, -1 for dearest first, 0 for neither."""

    direction: int = BY_IDENTIFIER
    by_name: bool = False


ORDERS = {
    "": Order(),
    "product_id": Order(),
    "price_agorot": Order(CHEAPEST_FIRST),
    "price_agorot desc": Order(DEAREST_FIRST),
    "name": Order(by_name=True),
}


def read_order(order_by: str) -> Order:
    """Returns the order; raises InvalidRequest or Unimplemented."""
    written = " ".join(order_by.split())
    order = ORDERS.get(written)
    if order is None and not GRAMMAR.fullmatch(written):
        raise InvalidRequest(
            "order_by",
            'must be written "price_agorot", "price_agorot desc" or "name"',
            "ORDER_BY_INVALID",
        )
    if order is None:
        raise Unimplemented("order_by", f'the order "{written}" is not served yet')
    return order
