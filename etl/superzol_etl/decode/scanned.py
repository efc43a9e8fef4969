"""What the C files here, which `pip install` compiles, read of a block of rows, faster than Polars.

They read what is plain: a cell for each column, no newline within quotes, UTF-8, each source whole
in its first row. Anything else, and a machine for which nothing was compiled, is left to Polars.
"""

import ctypes
import logging
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from superzol_etl.decode.columns import Layout
from superzol_etl.records import Era

LIBRARY = Path(__file__).with_name("libscan.so")
MOST_BYTES = 2**31 - 1

Numbers = npt.NDArray[np.int64]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ScannedCells:
    """Where cells of a block stand, and how long they are.

    present: the columns that the file has. columns: those of the places. places: rows x columns x
    2; a length below 0 is that of a cell whose quotes are doubled.
    """

    library: ctypes.CDLL
    block: bytes
    present: frozenset[str]
    columns: tuple[str, ...]
    places: npt.NDArray[np.int32]

    def at(self, column: str, rows: Numbers) -> pl.Series:
        """What some rows tell, or the rows above them where a cell is masked."""
        if column not in self.present or not len(rows):
            return pl.Series(column, [None] * len(rows), pl.String)
        places = self.places[rows, self.columns.index(column)]
        texts = np.empty(len(rows) + int(np.abs(places[:, 1]).sum()), np.uint8)
        asked = self.block, places.ctypes.data, len(rows), texts.ctypes.data
        size = self.library.gather(*asked)
        return pl.Series(column, texts[: size - 1].tobytes().decode().split("\n"))


def find_library(block: bytes, layout: Layout, columns: Iterable[str]) -> ctypes.CDLL | None:
    """What reads the columns of this block; None where it is not plain at a glance."""
    is_plain = layout.era is Era.MARKED and 0 < len(block) <= MOST_BYTES and block.endswith(b"\n")
    if not is_plain or any(len(layout.places.get(column, ())) > 1 for column in columns):
        return None
    library = _library()
    return library if library and library.is_utf8(block, len(block)) else None


def slots_of(layout: Layout, columns: tuple[str, ...]) -> npt.NDArray[np.int8]:
    """Of each column of the file its place among these, or -1."""
    slots = np.full(layout.width, -1, np.int8)
    for column in set(columns) & set(layout.places):
        slots[layout.places[column][0]] = columns.index(column)
    return slots


@cache
def _library() -> ctypes.CDLL | None:
    """None where nothing was compiled for this machine, or its numbers begin with the high byte."""
    if sys.byteorder != "little":
        return None
    try:
        library = ctypes.CDLL(str(LIBRARY))
    except OSError as error:
        log.warning("files are read by Polars, which is slower", extra={"reason": str(error)})
        return None
    library.scan_prices.argtypes = library.scan_promotions.argtypes = (ctypes.c_void_p,)
    library.is_utf8.argtypes = library.count_lines.argtypes = (ctypes.c_char_p, ctypes.c_int64)
    library.gather.argtypes = (ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p)
    library.scan_prices.restype = library.scan_promotions.restype = ctypes.c_int64
    for function in (library.is_utf8, library.count_lines, library.gather):
        function.restype = ctypes.c_int64
    return library
