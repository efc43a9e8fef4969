"""Spreads integers over 64 bits, so that the sum of many tells what they were."""

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]

BATCH_OFFERS = 1 << 15  # the arrays of a batch stay in a core's cache: half the time
SPREAD, FIRST, SECOND = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0xBF58476D1CE4E5B9),
    np.uint64(0x94D049BB133111EB),
)
SHIFTS = np.uint64(30), np.uint64(27), np.uint64(31)


def mix(values: Hashes) -> Hashes:
    """Spreads each value over all bits, in its place: the end of splitmix64."""
    values ^= values >> SHIFTS[0]
    values *= FIRST
    values ^= values >> SHIFTS[1]
    values *= SECOND
    values ^= values >> SHIFTS[2]
    return values
