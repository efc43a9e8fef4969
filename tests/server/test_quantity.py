"""Quantities as requests write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superzol_server.errors import InvalidRequest
from superzol_server.quantity import check_whole, read_quantity


@given(st.integers(1, 10_000_000))
def test_quantity_counts_as_it_is_written(thousandths: int) -> None:
    assert read_quantity(thousandths / 1000, "quantity") == thousandths


@pytest.mark.parametrize(
    ("quantity", "thousandths"),
    [(0, 1000), (-0.0, 1000), (0.1 + 0.2, 300), (0.0005, 1), (0.001, 1), (10_000, 10_000_000)],
)
def test_quantity_is_rounded_to_thousandths_and_none_means_one(
    quantity: float, thousandths: int
) -> None:
    assert read_quantity(quantity, "quantity") == thousandths


@pytest.mark.parametrize(
    "quantity", [1e-300, 0.0004, -0.001, -1, 10_000.001, 1e300, float("inf"), float("nan")]
)
def test_quantity_out_of_range_is_refused(quantity: float) -> None:
    with pytest.raises(InvalidRequest, match=r"items\[3\].quantity: must be 0.001 to 10,000"):
        read_quantity(quantity, "items[3].quantity")


def test_a_part_of_a_unit_is_refused() -> None:
    check_whole(2000, "quantity", "7290004131074")
    with pytest.raises(InvalidRequest, match="quantity: must be whole: product 7290004131074"):
        check_whole(2001, "quantity", "7290004131074")
