"""The orders in which prices are listed."""

import pytest

from superzol_server.errors import InvalidRequest, Unimplemented
from superzol_server.pricing.order import read_direction


@pytest.mark.parametrize(
    ("order_by", "direction"),
    [("", 0), ("product_id", 0), ("price_agorot", 1), ("price_agorot desc", -1)],
)
def test_prices_of_a_product_are_ordered_by_store_or_price(order_by: str, direction: int) -> None:
    assert read_direction(order_by, of_one_product=True) == direction


def test_blanks_do_not_matter() -> None:
    assert read_direction("  price_agorot   desc ", of_one_product=True) == -1


@pytest.mark.parametrize("order_by", ["name", "unit_price_agorot desc", "price_agorot, store_id"])
def test_other_order_is_not_served_yet(order_by: str) -> None:
    with pytest.raises(Unimplemented, match=order_by):
        read_direction(order_by, of_one_product=True)


def test_order_by_price_is_served_for_one_product_only() -> None:
    with pytest.raises(Unimplemented, match="product_id"):
        read_direction("price_agorot", of_one_product=False)


@pytest.mark.parametrize("order_by", ["price_agorot descending", "1", "name;", "desc,"])
def test_text_that_is_no_order_is_invalid(order_by: str) -> None:
    with pytest.raises(InvalidRequest, match="order_by"):
        read_direction(order_by, of_one_product=True)
