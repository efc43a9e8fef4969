"""Quotients are rounded exactly."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from superzol_server.rounding import divide_half_up


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6))
def test_quotient_is_within_half_a_unit_and_a_half_goes_up(dividend: int, divisor: int) -> None:
    error = divide_half_up(dividend, divisor) - Fraction(dividend, divisor)
    assert Fraction(-1, 2) < error <= Fraction(1, 2)
