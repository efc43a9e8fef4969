"""Amounts and quantities as whole numbers, exact to the last digit."""

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

# A decimal of XML, which knows no exponent, no thousands and no digits but these.
NUMBER = re.compile(r"[+-]?(?:0*[0-9]{1,9}(?:\.[0-9]*)?|\.[0-9]+)")
MOST_INT4 = 2**31 - 1


@lru_cache(maxsize=1 << 12)
def read_scaled(published: str | None, scale: int) -> int | None:
    """The number times scale, half up; None when it is none, negative or larger than int4 holds."""
    text = (published or "").strip()
    if not NUMBER.fullmatch(text):
        return None
    number = Decimal(text)
    value = int((number * scale).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return value if number >= 0 and value <= MOST_INT4 else None


def is_amount(published: str) -> bool:
    """A number that is not negative, however large."""
    return NUMBER.fullmatch(published) is not None and Decimal(published) >= 0


def is_readable(minimum: str | None, scale: int) -> bool:
    """Whether there is no minimum, or one that int4 can hold times scale: else how much is needed
    would be lost.
    """
    return not minimum or read_scaled(minimum, scale) is not None


def read_positive(published: str | None, scale: int) -> int | None:
    """As read_scaled, None for zero too: chains write 0 where nothing is meant."""
    return read_scaled(published, scale) or None
