"""What the bits stored beside a price say."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

WEIGHTED_BIT = 8
FLAG_BITS = {
    "PRICE_FLAG_ZERO": 1,
    "PRICE_FLAG_REPEATED": 2,
    "PRICE_FLAG_TEST": 4,
    "PRICE_FLAG_PARTIAL_FILE": 16,
}


class Marks(NamedTuple):
    """How a price is meant and what is odd about it."""

    weighted: bool
    flags: Sequence[str]


@cache
def read_marks(bits: int) -> Marks:
    """Reads offer_pack.flags: sold by weight, and the names of the flags in their order."""
    return Marks(
        weighted=bool(bits & WEIGHTED_BIT),
        flags=tuple(name for name, bit in FLAG_BITS.items() if bits & bit),
    )
