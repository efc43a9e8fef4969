"""Reads plain blocks of promotion rows by scan_promotions.c."""

import ctypes
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from superzol_etl.decode.columns import FOLDER, PROMOTION_COLUMNS, Layout
from superzol_etl.decode.runs import RUN_COLUMNS
from superzol_etl.decode.scanned import Numbers, ScannedCells, find_library, slots_of

# What is said of the store; a body is what else a row says. scan_promotions.c counts the first so.
OF_STORE = (*RUN_COLUMNS, FOLDER)
UNREAD = ("subchainid", "bikoretno")
NUMBER = "promotionid"
OF_BODY = (NUMBER, *sorted(PROMOTION_COLUMNS - {*OF_STORE, *UNREAD, NUMBER}))


class _Block(ctypes.Structure):
    """As in scan_promotions.c."""

    _fields_ = (
        ("text", ctypes.c_char_p),
        *((name, ctypes.c_int64) for name in ("size", "width", "slots", "most_rows")),
        *((name, ctypes.c_void_p) for name in ("slot", "body", "body_cells")),
        *((name, ctypes.c_void_p) for name in ("cell_hashes", "hashes")),
        *((name, ctypes.c_void_p) for name in ("told_rows", "told_cells", "places", "last")),
        *((name, ctypes.c_int64) for name in ("most_places", "bodies", "tolds")),
    )


class ScannedPromotions(NamedTuple):
    """A block in which nothing is odd.

    body: of each row its place among the distinct bodies, of which hashes and bodies tell.
    told_rows: those that tell a source file or a store, of which sources tells.
    """

    body: Numbers
    hashes: npt.NDArray[np.uint64]
    bodies: ScannedCells
    told_rows: Numbers
    sources: ScannedCells


def scan_promotions(block: bytes, layout: Layout) -> ScannedPromotions | None:
    """Reads a block; None where anything is odd, or nothing is compiled."""
    columns = (*OF_STORE, *(column for column in OF_BODY if column in layout.places))
    library = find_library(block, layout, columns) if FOLDER in layout.places else None
    if library is None:
        return None
    most_rows = library.count_lines(block, len(block))
    slot = slots_of(layout, columns)
    places, last = np.zeros((2, 2 << most_rows.bit_length()), np.int32)
    body, told_rows = np.empty((2, most_rows), np.int32)
    hashes, cell_hashes = (
        np.empty(most_rows, np.uint64),
        np.empty(most_rows * len(columns), np.uint64),
    )
    body_cells = np.empty((most_rows, len(columns), 2), np.int32)
    told_cells = np.empty((most_rows, len(RUN_COLUMNS), 2), np.int32)
    arrays: dict[str, npt.NDArray[Any]] = {"slot": slot, "body": body, "body_cells": body_cells}
    arrays |= {"cell_hashes": cell_hashes, "hashes": hashes, "places": places, "last": last}
    arrays |= {"told_rows": told_rows, "told_cells": told_cells}
    asked = _Block(
        text=block,
        size=len(block),
        width=layout.width,
        slots=len(columns),
        most_rows=most_rows,
        most_places=len(places),
        **{name: array.ctypes.data for name, array in arrays.items()},
    )
    rows = library.scan_promotions(ctypes.byref(asked))
    if rows < 0:
        return None
    of_block = library, block, frozenset(layout.places)
    return ScannedPromotions(
        body[:rows].astype(np.int64),
        hashes[: asked.bodies],
        ScannedCells(*of_block, columns, body_cells[: asked.bodies]),
        told_rows[: asked.tolds].astype(np.int64),
        ScannedCells(*of_block, RUN_COLUMNS, told_cells[: asked.tolds]),
    )
