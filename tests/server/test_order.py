"""What order_by may say."""

import pytest

from superzol_server.errors import InvalidRequest, Unimplemented
from superzol_server.order import read_order_by

SERVED, PLANNED = ("product_id", "price_agorot", "price_agorot desc"), ("name",)


@pytest.mark.parametrize(
    ("order_by", "order"),
    [
        ("", ""),
        ("  ", ""),
        ("product_id", "product_id"),
        ("product_id asc", "product_id"),
        ("  price_agorot   desc ", "price_agorot desc"),
    ],
)
def test_blanks_and_asc_do_not_matter(order_by: str, order: str) -> None:
    assert read_order_by(order_by, SERVED, PLANNED) == order


@pytest.mark.parametrize(
    "order_by", ["name", "name desc", "product_id desc", "price_agorot, product_id"]
)
def test_order_of_fields_that_are_known_is_not_served_yet(order_by: str) -> None:
    with pytest.raises(Unimplemented, match=order_by):
        read_order_by(order_by, SERVED, PLANNED)


@pytest.mark.parametrize(
    "order_by",
    ["banana", "banana desc", "product_id, banana", "price_agorot descending", "1", "name;", ","],
)
def test_what_is_no_order_is_told_the_orders_there_are(order_by: str) -> None:
    with pytest.raises(InvalidRequest, match='"product_id", "price_agorot", "price_agorot desc"'):
        read_order_by(order_by, SERVED, PLANNED)
