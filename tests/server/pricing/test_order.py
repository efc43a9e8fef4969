"""The orders in which prices are listed."""

import pytest

from superzol_server.errors import InvalidRequest, Unimplemented
from superzol_server.pricing.order import Order, read_order


@pytest.mark.parametrize(
    ("order_by", "order"),
    [
        ("", Order()),
        ("product_id", Order()),
        ("price_agorot", Order(direction=1)),
        ("price_agorot desc", Order(direction=-1)),
        ("unit_price_agorot", Order(direction=1, by_unit=True)),
        ("unit_price_agorot desc", Order(direction=-1, by_unit=True)),
        ("name", Order(by_name=True)),
    ],
)
def test_prices_are_ordered_by_identifier_price_or_name(order_by: str, order: Order) -> None:
    assert read_order(order_by) == order


@pytest.mark.parametrize("order_by", ["name desc", "price_agorot, name"])
def test_other_order_is_not_served_yet(order_by: str) -> None:
    with pytest.raises(Unimplemented, match=order_by):
        read_order(order_by)


@pytest.mark.parametrize("order_by", ["price_agorot descending", "city", "store_id"])
def test_text_that_is_no_order_is_invalid(order_by: str) -> None:
    with pytest.raises(InvalidRequest, match="order_by"):
        read_order(order_by)
