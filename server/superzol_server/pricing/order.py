"""The orders in which prices are listed."""

from typing import NamedTuple

from superzol_server.order import read_order_by

BY_IDENTIFIER, CHEAPEST_FIRST, DEAREST_FIRST = 0, 1, -1


class Order(NamedTuple):
    """direction: 1 for cheapest first, -1 for dearest first, 0 for neither.

    by_unit: of unit prices.
    """

    direction: int = BY_IDENTIFIER
    by_unit: bool = False
    by_name: bool = False


ORDERS = {
    "": Order(),
    "product_id": Order(),
    "price_agorot": Order(CHEAPEST_FIRST),
    "price_agorot desc": Order(DEAREST_FIRST),
    "unit_price_agorot": Order(CHEAPEST_FIRST, by_unit=True),
    "unit_price_agorot desc": Order(DEAREST_FIRST, by_unit=True),
    "name": Order(by_name=True),
}


def read_order(order_by: str) -> Order:
    """Returns the order; raises InvalidRequest or Unimplemented."""
    return ORDERS[read_order_by(order_by, ORDERS, ())]
