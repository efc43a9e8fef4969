"""The order of rows by several columns: numpy sorts integers ten times faster than it finds one."""

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt

Int64s = npt.NDArray[np.int64]


def sorted_order(rows: int, *columns: Callable[[], Int64s]) -> Int64s:
    """Numbers of the rows by the columns, equal rows in their order.

    All are packed in one integer by their dense ranks. Columns hold nothing below zero; each is
    made when its turn comes, as those of 8 million rows are not to be in memory at once.
    """
    packed, bits = np.zeros(rows, np.int64), 0
    every: list[Callable[[], Int64s]] = [*columns, partial(np.arange, rows)]
    for column in every:
        values = column()
        width = int(values.max(initial=0)).bit_length()
        packed <<= width
        packed |= values
        bits += width
    if bits > 63:
        return np.lexsort([column() for column in reversed(columns)])
    packed.sort()
    packed &= (1 << width) - 1
    return packed


def dense(values: Int64s) -> Int64s:
    """The rank of each value among the distinct ones."""
    return np.unique(values, return_inverse=True)[1].astype(np.int64)
