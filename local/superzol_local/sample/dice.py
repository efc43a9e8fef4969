"""Randomness without state: the same question gets the same number, in any order."""

from zlib import crc32

import numpy as np
from numpy.typing import NDArray

SEED = 20260529


def uniform(question: str, *keys: NDArray[np.int64] | int) -> NDArray[np.float64]:
    """Returns numbers in [0, 1), one per element of the broadcast keys."""
    state = _mix(np.asarray(crc32(question.encode()) ^ SEED, dtype=np.uint64))
    for key in keys:
        state = _mix(state ^ np.asarray(key, dtype=np.int64).astype(np.uint64))
    return (state >> np.uint64(11)).astype(np.float64) / 2.0**53


def _mix(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """One step of splitmix64, whose result is fixed for all versions of numpy."""
    with np.errstate(over="ignore"):
        state = state + np.uint64(0x9E3779B97F4A7C15)
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return state ^ (state >> np.uint64(31))
