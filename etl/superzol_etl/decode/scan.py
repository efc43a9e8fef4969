"""Reads blocks of price rows by scan.c, which `pip install` compiles, faster than Polars.

It reads what is plain: a cell for each column, no newline within quotes, UTF-8, each source whole
in its first row. Anything else, and a machine for which nothing was compiled, is left to Polars.
"""

import ctypes
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from superzol_etl.decode.agorot import agorot
from superzol_etl.decode.columns import Layout
from superzol_etl.records import Era, OfferFlag

LIBRARY = Path(__file__).with_name("libscan.so")
# What is read of a row; scan.c counts them so.
SLOTS = (
    *("file_name", "storeid", "chainid", "itemcode", "itemprice", "bisweighted", "itemname"),
    *("manufacturername", "manufacturecountry", "quantity", "unitqty", "unitofmeasure"),
)
HASHES, MOST_CODES, KEY_WORDS, CODE_BYTES = 1 << 17, 1 << 16, 3, 16
FIRST_ODD = -16
MOST_BYTES = 2**31 - 1
SELDOM = 8  # at most each 8th row tells a file or a store, or Polars is as fast

Numbers = npt.NDArray[np.int64]

log = logging.getLogger(__name__)


class _Block(ctypes.Structure):
    """As in scan.c."""

    _fields_ = (
        ("text", ctypes.c_char_p),
        *((name, ctypes.c_int64) for name in ("size", "width")),
        *((name, ctypes.c_void_p) for name in ("slots",)),
        *((name, ctypes.c_char_p) for name in ("test_names", "yes")),
        *((name, ctypes.c_int64) for name in ("test_flag", "weighted_flag", "most_rows")),
        *((name, ctypes.c_void_p) for name in ("cells", "code", "price", "flags")),
        *((name, ctypes.c_void_p) for name in ("code_rows", "odd_rows", "told_rows")),
        *((name, ctypes.c_void_p) for name in ("hashes", "keys")),
        *((name, ctypes.c_int64) for name in ("codes", "odds", "tolds")),
    )


@dataclass(frozen=True, slots=True)
class ScannedCells:
    """Where the cells of the SLOTS stand in a block, and how long they are.

    present: the columns that the file has. places: rows x SLOTS x 2; a length below 0 is that of a
    cell whose quotes are doubled.
    """

    library: ctypes.CDLL
    block: bytes
    present: frozenset[str]
    places: npt.NDArray[np.int32]

    def at(self, column: str, rows: Numbers) -> pl.Series:
        """What some rows tell, or the rows above them where a cell is masked."""
        if column not in self.present or not len(rows):
            return pl.Series(column, [None] * len(rows), pl.String)
        places = self.places[rows, SLOTS.index(column)]
        texts = np.empty(len(rows) + int(np.abs(places[:, 1]).sum()), np.uint8)
        asked = self.block, places.ctypes.data, len(rows), texts.ctypes.data
        size = self.library.gather(*asked)
        return pl.Series(column, texts[: size - 1].tobytes().decode().split("\n"))


class Scanned(NamedTuple):
    """A block in which nothing is odd.

    codes: the distinct item codes. code: of each row its place among them. price: agorot, MISSING
    or JUNK. told_rows: those that tell a source file or a store.
    """

    cells: ScannedCells
    codes: pl.Series
    code: Numbers
    price: Numbers
    flags: npt.NDArray[np.int16]
    told_rows: Numbers


def scan(
    block: bytes, layout: Layout, test_names: Sequence[str], yes: Sequence[str]
) -> Scanned | None:
    """Reads a block; None where anything is odd, or nothing is compiled.

    test_names, yes: names of tests, and what says that a product is weighed.
    """
    library = _library()
    places = [layout.places.get(column, ()) for column in SLOTS]
    is_plain = layout.era is Era.MARKED and all(len(place) <= 1 for place in places)
    if library is None or not is_plain or not 0 < len(block) <= MOST_BYTES:
        return None
    if not block.endswith(b"\n") or not library.is_utf8(block, len(block)):
        return None
    slots = np.full(layout.width, -1, np.int8)
    for column in set(SLOTS) & set(layout.places):
        slots[layout.places[column][0]] = SLOTS.index(column)
    return _scan(library, block, layout, slots, _packed(test_names), _packed(yes))


def _scan(
    library: ctypes.CDLL,
    block: bytes,
    layout: Layout,
    slots: npt.NDArray[np.int8],
    test_names: bytes,
    yes: bytes,
) -> Scanned | None:
    most_rows = library.count_lines(block, len(block))
    cells = np.empty((most_rows, len(SLOTS), 2), np.int32)
    code, price, code_rows, odd_rows, told_rows = np.empty((5, most_rows), np.int32)
    flags = np.empty(most_rows, np.int16)
    hashes, keys = np.zeros(HASHES, np.int32), np.empty((MOST_CODES, KEY_WORDS), np.uint64)
    arrays: dict[str, npt.NDArray[Any]] = {"slots": slots, "cells": cells, "code": code}
    arrays |= {"price": price, "flags": flags}
    arrays |= {"code_rows": code_rows, "odd_rows": odd_rows, "told_rows": told_rows}
    arrays |= {"hashes": hashes, "keys": keys}
    asked = _Block(
        text=block,
        size=len(block),
        width=layout.width,
        test_names=test_names,
        yes=yes,
        test_flag=OfferFlag.TEST,
        weighted_flag=OfferFlag.WEIGHTED,
        most_rows=most_rows,
        **{name: array.ctypes.data for name, array in arrays.items()},
    )
    rows = library.scan(ctypes.byref(asked))
    if rows < 0 or asked.tolds * SELDOM > rows + SELDOM * SELDOM:
        return None
    scanned = ScannedCells(library, block, frozenset(layout.places), cells[:rows])
    return Scanned(
        scanned,
        _texts(keys[: asked.codes]),
        code[:rows].astype(np.int64),
        _judged(scanned, price[:rows].astype(np.int64), odd_rows[: asked.odds]),
        flags[:rows],
        told_rows[: asked.tolds].astype(np.int64),
    )


def _texts(keys: npt.NDArray[np.uint64]) -> pl.Series:
    letters = np.ascontiguousarray(keys[:, :2]).view(f"S{CODE_BYTES}").ravel().tolist()
    return pl.Series("itemcode", b"\n".join(letters).decode().split("\n"))


def _judged(cells: ScannedCells, price: Numbers, odd_rows: npt.NDArray[np.int32]) -> Numbers:
    """The prices, with the verdict on cells of no plain figures, and on those masked below."""
    if not len(odd_rows):
        return price
    verdicts = agorot(cells.at("itemprice", odd_rows.astype(np.int64))).to_numpy()
    odd = np.flatnonzero(price <= FIRST_ODD)
    price[odd] = verdicts[FIRST_ODD - price[odd]]
    return price


def _packed(words: Sequence[str]) -> bytes:
    """Each word after its length."""
    texts = [word.encode() for word in words]
    return b"".join(bytes([len(text)]) + text for text in texts) + b"\0"


@cache
def _library() -> ctypes.CDLL | None:
    """None where nothing was compiled for this machine, or its numbers begin with the high byte."""
    if sys.byteorder != "little":
        return None
    try:
        library = ctypes.CDLL(str(LIBRARY))
    except OSError as error:
        log.warning("prices are read by Polars, which is slower", extra={"reason": str(error)})
        return None
    library.scan.argtypes = (ctypes.POINTER(_Block),)
    library.is_utf8.argtypes = library.count_lines.argtypes = (ctypes.c_char_p, ctypes.c_int64)
    library.gather.argtypes = (ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p)
    for function in (library.scan, library.is_utf8, library.count_lines, library.gather):
        function.restype = ctypes.c_int64
    return library
