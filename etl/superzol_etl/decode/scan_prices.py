"""Reads plain blocks of price rows by scan_prices.c."""

import ctypes
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from superzol_etl.decode.agorot import agorot
from superzol_etl.decode.columns import Layout
from superzol_etl.decode.scanned import Numbers, ScannedCells, find_library, slots_of
from superzol_etl.records import OfferFlag

# What is read of a row; scan_prices.c counts them so.
SLOTS = (
    *("file_name", "storeid", "chainid", "itemcode", "itemprice", "bisweighted", "itemname"),
    *("manufacturername", "manufacturecountry", "quantity", "unitqty", "unitofmeasure"),
)
HASHES, MOST_CODES, KEY_WORDS, CODE_BYTES = 1 << 17, 1 << 16, 3, 16
FIRST_ODD = -16
SELDOM = 8  # at most each 8th row tells a file or a store, or Polars is as fast


class _Block(ctypes.Structure):
    """As in scan_prices.c."""

    _fields_ = (
        ("text", ctypes.c_char_p),
        *((name, ctypes.c_int64) for name in ("size", "width")),
        *((name, ctypes.c_void_p) for name in ("slots",)),
        *((name, ctypes.c_char_p) for name in ("test_names", "yes")),
        *((name, ctypes.c_int64) for name in ("test_flag", "weighted_flag", "most_rows")),
        *((name, ctypes.c_void_p) for name in ("cells", "code", "price", "flags")),
        *((name, ctypes.c_void_p) for name in ("odd_rows", "told_rows")),
        *((name, ctypes.c_void_p) for name in ("hashes", "after", "keys")),
        *((name, ctypes.c_int64) for name in ("codes", "odds", "tolds")),
    )


class KnownCodes:
    """The item codes of blocks scanned before: most of a block's are among them.

    Of one thread at a time. count: how many there are. numbers: theirs in the chain's code book.
    """

    def __init__(self) -> None:
        self.after = np.empty(MOST_CODES, np.int32)
        self.keys = np.empty((MOST_CODES, KEY_WORDS), np.uint64)
        self.numbers = np.empty(MOST_CODES, np.int64)
        self.forget()

    def forget(self) -> None:
        """Knows none any more."""
        self.hashes = np.zeros(HASHES, np.int32)
        self.count = 0

    def add(self, numbers: Numbers) -> None:
        """Takes the numbers of the codes that the last block added."""
        self.numbers[self.count - len(numbers) : self.count] = numbers


class ScannedPrices(NamedTuple):
    """A block in which nothing is odd.

    codes: the distinct item codes that were not known before. code: of each row its place among
    all that are known. price: agorot, MISSING or JUNK. told_rows: those that tell a source file or
    a store.
    """

    cells: ScannedCells
    codes: pl.Series
    code: Numbers
    price: Numbers
    flags: npt.NDArray[np.int16]
    told_rows: Numbers


def scan_prices(
    block: bytes, layout: Layout, test_names: Sequence[str], yes: Sequence[str], known: KnownCodes
) -> ScannedPrices | None:
    """Reads a block; None where anything is odd, or nothing is compiled.

    test_names, yes: names of tests, and what says that a product is weighed. known: of blocks
    before, to which this one's are added.
    """
    library = find_library(block, layout, SLOTS)
    if library is None:
        return None
    words = _packed(test_names), _packed(yes)
    if known.count > MOST_CODES // 2:
        known.forget()
    scanned = _scan(library, block, layout, words, known)
    if scanned is None:
        known.forget()  # it may have added some whose numbers nobody will tell
    return scanned


def _scan(
    library: ctypes.CDLL,
    block: bytes,
    layout: Layout,
    words: tuple[bytes, bytes],
    known: KnownCodes,
) -> ScannedPrices | None:
    most_rows = library.count_lines(block, len(block))
    cells = np.empty((most_rows, len(SLOTS), 2), np.int32)
    code, price, odd_rows, told_rows = np.empty((4, most_rows), np.int32)
    flags = np.empty(most_rows, np.int16)
    slots = slots_of(layout, SLOTS)
    arrays: dict[str, npt.NDArray[Any]] = {"slots": slots, "cells": cells, "code": code}
    arrays |= {"price": price, "flags": flags, "odd_rows": odd_rows, "told_rows": told_rows}
    arrays |= {"hashes": known.hashes, "after": known.after, "keys": known.keys}
    asked = _Block(
        text=block,
        size=len(block),
        width=layout.width,
        test_names=words[0],
        yes=words[1],
        test_flag=OfferFlag.TEST,
        weighted_flag=OfferFlag.WEIGHTED,
        most_rows=most_rows,
        codes=known.count,
        **{name: array.ctypes.data for name, array in arrays.items()},
    )
    rows = library.scan_prices(ctypes.byref(asked))
    if rows < 0 or asked.tolds * SELDOM > rows + SELDOM * SELDOM:
        return None
    before, known.count = known.count, asked.codes
    scanned = ScannedCells(library, block, frozenset(layout.places), SLOTS, cells[:rows])
    return ScannedPrices(
        scanned,
        _texts(known.keys[before : asked.codes]),
        code[:rows].astype(np.int64),
        _judged(scanned, price[:rows].astype(np.int64), odd_rows[: asked.odds]),
        flags[:rows],
        told_rows[: asked.tolds].astype(np.int64),
    )


def _texts(keys: npt.NDArray[np.uint64]) -> pl.Series:
    if not len(keys):
        return pl.Series("itemcode", dtype=pl.String)
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
