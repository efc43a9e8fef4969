"""Which prices jump: those that grow or shrink by a factor that trade does not explain."""

from typing import NamedTuple

import numpy as np

from superzol_etl.load.diff import Change, Observed
from superzol_etl.load.sorting import Int64s


class Jumps(NamedTuple):
    """Keys of the offers whose price jumps, and how many offers could be compared."""

    key: Int64s
    compared: int


def find_jumps(change: Change, observed: Observed, factor: float) -> Jumps:
    """Looks at offers that were open and still are; a price of 0 is no price."""
    spans = change.spans
    compared = len(observed.key) - len(change.opened_keys)
    if not len(observed.key):
        return Jumps(spans.key[:0], 0)
    place = np.minimum(np.searchsorted(observed.key, spans.key), len(observed.key) - 1)
    still = observed.key[place] == spans.key
    was = spans.price[still].astype(np.int64)
    now = observed.price[place[still]].astype(np.int64)
    priced = (was > 0) & (now > 0)
    jumps = priced & ((now >= factor * was) | (was >= factor * now))
    return Jumps(spans.key[still][jumps], compared)
