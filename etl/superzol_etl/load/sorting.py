"""The order of rows by several columns: numpy sorts integers ten times faster than it finds one."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Int64s = npt.NDArray[np.int64]


def sorted_order(columns: Sequence[Int64s]) -> Int64s:
    """Numbers of the rows by the columns, equal rows in their order.

    All are packed in one integer by their dense ranks. Columns hold nothing below zero.
    """
    rows = len(columns[0])
    packed = np.zeros(rows, np.int64)
    bits = 0
    for values in (*columns, np.arange(rows)):
        width = int(values.max(initial=0)).bit_length()
        packed <<= width
        packed |= values
        bits += width
    if bits > 63:
        return np.lexsort(columns[::-1])
    packed.sort()
    packed &= (1 << width) - 1
    return packed


def dense(values: Int64s) -> Int64s:
    """The rank of each value among the distinct ones."""
    return np.unique(values, return_inverse=True)[1].astype(np.int64)
