"""Finds the XMLs that stand in their CSV more than once, row by row the same.

The publisher appends what its scraper brings, and now and then that is one XML twice: none of its
items stands twice in what the chain published.
"""

import numpy as np
import numpy.typing as npt

from superzol_etl.load.observe import Rows
from superzol_etl.load.sorting import Int64s


def earlier_tellings(rows: Rows) -> Int64s:
    """The numbers of the rows that the last telling of their XML tells again.

    An XML of one item is left out: nobody can tell whether it named its item twice.
    """
    items = np.array([part.rows for part in rows.parts], np.int64)
    several = items > 1
    extra = len(rows.code) - int(items.sum())
    if not several.any() or extra < items[several].min():
        return np.zeros(0, np.int64)  # so it is nearly always, and counting costs more
    counts = np.bincount(rows.part, minlength=len(items))
    suspects = np.flatnonzero(several & (counts >= 2 * items))
    members = np.flatnonzero(np.isin(rows.part, suspects, kind="table"))
    members = members[np.argsort(rows.part[members], kind="stable")]
    found = [np.zeros(0, np.int64)]
    for part, told in zip(suspects, np.split(members, np.cumsum(counts[suspects])), strict=False):
        times = _tellings(rows.code[told], rows.price[told], len(told) // int(items[part]))
        found.append(told[: len(told) - len(told) // times])
    return np.concatenate(found)


def _tellings(code: npt.NDArray[np.int32], price: npt.NDArray[np.int32], most: int) -> int:
    """How many times the rows tell the same, one time after the other; at most `most` times."""
    for times in range(most, 1, -1):
        rows, rest = divmod(len(code), times)
        if not rest and all(
            (column.reshape(times, rows) == column[:rows]).all() for column in (code, price)
        ):
            return times
    return 1
