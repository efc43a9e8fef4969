"""Prices in agorot."""

import polars as pl

from superzol_etl.decode.columns import EMPTY

MAX_AGOROT = 2**31 - 1
MISSING, JUNK, UNDECIDED = -1, -2, -3  # instead of a price
# Lifts decimal halves that binary fractions put a hair below (1.005 is 100.49999999999999 agorot);
# the excess stays below half an agora for every price that int4 can hold.
HALF_UP = 0.500001


def agorot(prices: pl.Series) -> pl.Series:
    """Masked prices in agorot, half up; MISSING or JUNK where there is no price.

    Cast first, fill second: a masked cell takes the verdict above it, junk never takes the price
    above it.
    """
    number = prices.cast(pl.Float64, strict=False)
    if number.null_count() > prices.null_count():
        # Blanks around a number are rare, and taking them off is not free.
        number = prices.str.strip_chars().cast(pl.Float64, strict=False)
    if "e" in (written := prices.str.join("")[0]) or "E" in written:
        number = number.set(prices.str.contains("[eE]"), None)  # 1e3 is no decimal of XML
    value = (number * 100 + HALF_UP).floor()
    is_price = number.is_finite() & (number >= 0) & (value <= MAX_AGOROT)
    if number.null_count() > prices.null_count() or not is_price.all():
        value = _judged(prices, value, is_price)
    return value.forward_fill().fill_null(MISSING).cast(pl.Int64).alias("price")


def _judged(prices: pl.Series, value: pl.Series, is_price: pl.Series) -> pl.Series:
    is_empty = pl.lit(prices.str.strip_chars().is_in(["", EMPTY]))
    refused = pl.when(is_empty).then(float(MISSING)).otherwise(float(JUNK))
    verdict = pl.when(pl.lit(is_price.fill_null(False))).then(pl.lit(value)).otherwise(refused)
    told = pl.when(pl.lit(prices.is_not_null())).then(verdict)
    return pl.select(told).to_series()
