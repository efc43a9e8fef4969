"""The bits beside a price."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superzol.pricing.v1.pricing_pb2 import PriceFlag
from superzol_server.pricing.marks import FLAG_BITS, WEIGHTED_BIT, read_marks


@pytest.mark.parametrize(
    ("bits", "flag"),
    [
        (1, "PRICE_FLAG_ZERO"),
        (2, "PRICE_FLAG_REPEATED"),
        (4, "PRICE_FLAG_TEST"),
        (16, "PRICE_FLAG_PARTIAL_FILE"),
    ],
)
def test_each_bit_is_one_flag(bits: int, flag: str) -> None:
    assert read_marks(bits).flags == (flag,)


def test_ordinary_price_has_no_flag_and_is_not_weighted() -> None:
    assert read_marks(0) == (False, ())


def test_weighted_is_no_oddity() -> None:
    assert read_marks(8) == (True, ())


def test_every_flag_but_the_unspecified_has_its_bit() -> None:
    assert set(FLAG_BITS) == set(PriceFlag.keys()) - {"PRICE_FLAG_UNSPECIFIED"}


@given(st.integers(0, 31))
def test_no_bit_is_lost(bits: int) -> None:
    marks = read_marks(bits)
    assert sum(FLAG_BITS[name] for name in marks.flags) + WEIGHTED_BIT * marks.weighted == bits
