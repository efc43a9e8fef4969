"""Which texts are numbers: the same for prices, amounts of promotions and quantities."""

import re
from decimal import ROUND_HALF_UP, Decimal

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from superzol_etl.clean.amounts import MOST_INT4, read_scaled
from superzol_etl.clean.units import read_amount
from superzol_etl.decode.agorot import JUNK, MISSING, agorot

# xs:decimal of XML Schema, which collapses blanks outside; an exponent belongs to xs:double.
XML_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
NO_NUMBERS = [
    "1e3", "1E3", "1e-2", "1.e2", "5.9e0", "1,234.50", "12,50", "1_000", "1 000", "0x10", "١٢٫٥",
    "١٢", "NaN", "inf", "-inf", "Infinity", "5-", "--5", "5.5.5", ".", "+", "5 ₪", "e", "1e400",
]  # fmt: skip
NUMBERS = {
    "+5": "5", " 5 ": "5", ".5": "0.5", "5.": "5", "+.5": "0.5", "12.345": "12.345", "-0": "0",
    "000000000012.50": "12.5", "12.35000000001": "12.35", "\t5.90\u00a0": "5.9",
}  # fmt: skip


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_decimal_number_is_refused_everywhere(text: str) -> None:
    assert agorot(pl.Series([text])).to_list() == [JUNK]
    assert read_scaled(text, 100) is None
    assert read_amount(text, "ליטר") is None


@pytest.mark.parametrize(("text", "number"), NUMBERS.items())
def test_a_decimal_number_is_read_however_it_is_written(text: str, number: str) -> None:
    scaled = int((Decimal(number) * 100).quantize(Decimal(1), ROUND_HALF_UP))
    assert agorot(pl.Series([text])).to_list() == [scaled]
    assert read_scaled(text, 100) == scaled
    assert read_amount(text, "ליטר") == read_amount(number, "ליטר")


def test_a_masked_price_below_one_with_an_exponent_is_refused_too() -> None:
    prices = pl.Series(["5.90", None, "1e3", None, "7.90", "''", None])
    assert agorot(prices).to_list() == [590, 590, JUNK, JUNK, 790, MISSING, MISSING]


@given(st.text("0123456789.+-eE ,_", min_size=1, max_size=8))
@example("1e3")
@example("+.5")
def test_prices_and_amounts_read_what_is_a_decimal_of_xml(text: str) -> None:
    told = text.strip(" ")
    expected = None
    if XML_DECIMAL.fullmatch(told):
        value = int((Decimal(told) * 100).quantize(Decimal(1), ROUND_HALF_UP))
        expected = value if Decimal(told) >= 0 and value <= MOST_INT4 else None
    assert read_scaled(text, 100) == expected
    refused = MISSING if not told else JUNK
    assert agorot(pl.Series([text])).to_list() == [refused if expected is None else expected]
